"""What the register takes in, through the form and through a file: codes, numbers, addresses."""

import json

import pytest

from app.cli import main
from providers.models import Provider, Teacher
from providers.register.cells import TAKEN
from tests.builders import make_provider

WRONG = [
    ("code", "A/B", "Een aanbiedercode heeft"),
    ("code", "..", "Een aanbiedercode heeft"),
    ("code", "regio", "Een aanbiedercode heeft"),
    ("code", "a b", "Een aanbiedercode heeft"),
    ("chamber_number", "1234567x", "Een KvK-nummer heeft acht cijfers."),
    ("chamber_number", "123456", "Een KvK-nummer heeft acht cijfers."),
    ("email", "info@school.nl, vreemd@elders.nl", "Vul een e-mailadres in"),
    ("email", "School <info@school.nl>", "Vul een e-mailadres in"),
    ("email", "info@school", "Vul een e-mailadres in"),
    ("tst_until", "31-12-2025", "Kies een einddatum op of na"),
]
HEADERS = {
    "code": "aanbiedercode", "name": "naam", "chamber_number": "kvk", "email": "email",
    "tst_from": "tst_erkenning_van", "tst_until": "tst_erkenning_tot",
}  # fmt: skip
GOOD = {
    "code": "TA-01", "name": "Een", "chamber_number": "12345678", "email": "info@school.nl",
    "tst_from": "01-01-2026", "tst_until": "31-12-2026",
}  # fmt: skip


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG)
def test_the_form_refuses_with_a_sentence(client, field, value, sentence):
    client.sign_in("contractmanager")
    page = client.post("/beheer/aanbieders/new/", GOOD | {field: value}, status=422)
    (error,) = page.errors
    assert error.startswith(sentence)
    assert not Provider.select().exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"), [*WRONG, ("email", "a@b.nl\nBcc: c@d.nl", "Vul")]
)
def test_the_file_refuses_too(db, tmp_path, capsys, field, value, sentence):
    row = GOOD | {field: value}
    file = tmp_path / "aanbieders.csv"
    cells = (f'"{row[name]}"' for name in HEADERS)
    file.write_text(";".join(HEADERS.values()) + "\n" + ";".join(cells) + "\n", encoding="utf-8")
    assert main(["provider", "import", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["problems"]
    assert not Provider.select().exists()


def test_what_is_right_is_taken(client):
    client.sign_in("contractmanager")
    client.post("/beheer/aanbieders/new/", GOOD, status=302)
    assert Provider.get().code == "TA-01"


@pytest.mark.parametrize("code", ["Fatima Yilmaz", "f.yilmaz@school.nl", "123456782"])
def test_a_docent_is_a_pseudonym(client, code):
    provider = make_provider()
    client.sign_in("contractmanager")
    given = {"provider": provider.id, "teacher_ref": code, "registration": 1}
    page = client.post("/beheer/docenten/new/", given, status=422)
    assert page.errors == [
        "Vul een code in waaraan niemand te herkennen is, zonder spaties, zoals D-014."
    ]
    assert not Teacher.select().exists()


def test_no_code_hides_a_page_of_its_own(app):
    words = {
        rule.rule.split("/")[2]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/aanbieders/") and rule.rule.count("/") > 2
    }
    assert {word for word in words if word and not word.startswith("<")} <= TAKEN
