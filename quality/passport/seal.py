"""Sign a passport and hold a file against its signature (Ed25519, RFC 8032)."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.errors import DomainError

KEY_NAME = "passport.key"
RAW = serialization.Encoding.Raw
KIND, REGION = "taalinkoop-passport", "taalinkoop-region"
NAMES = {KIND: "paspoort", REGION: "bestand van een regio"}
"""What is signed, and what people call it."""


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key of this installation; made the first time, readable by its owner alone."""
    path = folder / KEY_NAME
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes(
            RAW, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(made)
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as text, to be published beside the method."""
    return base64.b64encode(key.public_bytes(RAW, serialization.PublicFormat.Raw)).decode()


def canonical(content: Any) -> bytes:
    """The bytes that are signed: keys sorted, nothing between."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sealed(content: dict[str, Any], key: Ed25519PrivateKey, kind: str = KIND) -> bytes:
    """A whole signed file as bytes."""
    passport = {
        "kind": kind,
        "content": content,
        "public_key": public_text(key.public_key()),
        "signature": base64.b64encode(key.sign(canonical(content))).decode(),
    }
    return canonical(passport) + b"\n"


def opened(
    data: bytes, expected_key: str | None = None, expected_kind: str = KIND
) -> dict[str, Any]:
    """The content of a signed file whose signature holds; ``DomainError`` says what is wrong.

    ``expected_key`` is the public key of the installation that should have signed it.
    """
    try:
        passport = json.loads(data)
        content, key = passport["content"], passport["public_key"]
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        signature = base64.b64decode(passport["signature"], validate=True)
        kind = passport["kind"]
        public.verify(signature, canonical(content))
        whole = canonical(passport) + b"\n" == data
    except InvalidSignature:
        raise DomainError(
            "signature", "De handtekening klopt niet: er is iets veranderd."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise DomainError(
            "not_a_passport", f"Dit bestand is geen {NAMES[expected_kind]}, of beschadigd."
        ) from None
    if kind != expected_kind or not whole or not isinstance(content, dict):
        raise DomainError("changed", "Het bestand is na het ondertekenen veranderd.")
    if expected_key is not None and key != expected_key:
        raise DomainError("other_key", "Dit bestand is door een andere installatie ondertekend.")
    return content
