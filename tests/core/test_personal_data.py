"""What the recogniser sees, and what is no personal data."""

import pytest

from core.personal_data import (
    BIRTH,
    CITIZEN_NUMBER,
    EMAIL,
    NAME,
    NOT_SHOWN,
    PHONE,
    kind_in,
    without,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("123456782", CITIZEN_NUMBER),
        ("123-456-782", CITIZEN_NUMBER),
        ("BSN 123 456 782", CITIZEN_NUMBER),
        ("bsn:1234.56.782.", CITIZEN_NUMBER),
        ("BSN123456782", CITIZEN_NUMBER),
        ("1 2 3 4 5 6 7 8 2", CITIZEN_NUMBER),
        ("mail naar fatima@voorbeeld.nl", EMAIL),
        ("bel 06-12345678", PHONE),
        ("+31 (0)6 1234 5678", PHONE),
        ("038 - 123 45 67", PHONE),
        ("+49 171 1234567", PHONE),
        ("geboren op 1-2-1990", BIRTH),
        ("Fatima Yilmaz", NAME),
        ("met mevrouw De Vries gebeld", NAME),
        ("afgemeld door dhr. van der Berg", NAME),
        ("F.A. Yilmaz is ziek", NAME),
        ("lijst_Fatima_Yilmaz.xlsx", NAME),
        ("FATIMA YILMAZ", NAME),
        ("vandaag kwam Mohammed niet", NAME),
    ],
)
def test_sees(text, kind):
    assert kind_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "T-2026-0001", "123456789", "20-11-2026 3 keer", "2026-10-01 2", "op 01-09-2026 om 12 uur",
        "Groep dinsdag B1", "Taalhuis IJssel B.V. Noord", "Blik op Werk", "€ 1.234.567,89",
        "0193", "kenmerk 2026/123456", "", "ZW-2023-0456",
        "Mark en Roos zijn geen bewijs", "uren 38,5 van 40",
    ],
)  # fmt: skip
def test_leaves_alone(text):
    assert kind_in(text) is None


def test_takes_out_no_more_than_that():
    text = "T-1: bel 06-12345678 of mail a@b.nl over 123-456-782, groep B1"
    assert without(text) == (
        "T-1: bel (niet getoond) of mail (niet getoond) over (niet getoond), groep B1"
    )


def test_a_word_without_an_end_takes_no_time_to_speak_of():
    assert without("x" * 200_000 + "1").endswith("x1")
    assert without("x" * 200_000 + "@example.org").endswith(NOT_SHOWN)
