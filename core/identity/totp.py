"""Codes of an authenticator app: RFC 6238, with the defaults that every app knows."""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""How many steps a clock may be off, or a person slow, either way."""


def new_secret() -> str:
    """Make a secret of 160 bits, in the letters that apps read."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_of(secret: str, step: int) -> str:
    """Give the code of a step of half a minute (RFC 4226, 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_at(moment: datetime) -> int:
    """Count the steps since 1970."""
    return int(moment.timestamp()) // STEP_SECONDS


def step_of(secret: str, code: str, *, at: datetime, after: int = 0) -> int | None:
    """Find the step whose code this is; no step up to ``after``, which were used before."""
    here = step_at(at)
    for step in range(max(here - DRIFT, after + 1), here + DRIFT + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), code.encode()):
            return step
    return None


def setup_address(secret: str, email: str) -> str:
    """Write what the QR code holds."""
    return f"otpauth://totp/Taalinkoop:{quote(email)}?secret={secret}&issuer=Taalinkoop"
