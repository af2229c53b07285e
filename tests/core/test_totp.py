"""Codes of an authenticator app, by the table of RFC 6238 (appendix B, SHA-1)."""

import base64
from datetime import UTC, datetime

import pytest

from core.identity.totp import code_of, new_secret, setup_address, step_at, step_of

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_table_of_the_rfc(seconds, code):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_of(SECRET, step_at(moment)) == code[-6:]


@pytest.mark.parametrize(
    ("off", "after", "is_good"),
    [
        (0, 0, True),
        (-1, 0, True),
        (1, 0, True),
        # too old, too far ahead, used before
        (-2, 0, False),
        (2, 0, False),
        (0, 100, False),
        (1, 100, True),
    ],
)
def test_a_code_is_good_for_its_own_half_minute_and_its_neighbours(off, after, is_good):
    at = datetime.fromtimestamp(100 * 30 + 7, UTC)
    step = step_of(SECRET, code_of(SECRET, 100 + off), at=at, after=after)
    assert step == (100 + off if is_good else None)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "één", "abcdef"])
def test_what_is_no_code_is_nothing(typed):
    assert step_of(SECRET, typed, at=datetime.fromtimestamp(59, UTC)) is None


def test_what_the_picture_holds():
    one, other = new_secret(), new_secret()
    assert one != other
    assert len(base64.b32decode(one)) == 20
    assert setup_address("GEHEIM", "a+b@c.nl") == (
        "otpauth://totp/Taalinkoop:a%2Bb%40c.nl?secret=GEHEIM&issuer=Taalinkoop"
    )
