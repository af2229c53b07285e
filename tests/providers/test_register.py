"""The register files: what goes in, what stays out and why, and what a second run does."""

from datetime import UTC, date, datetime

import pytest

from core.audit import AuditLine
from providers.codes import MarkStatus
from providers.models import Contract, ContractScope, Location, Provider, QualityMark, Teacher
from providers.register.operations import ImportResult, import_register
from providers.register.queries import promised_by
from providers.register.rows import RegisterTable, read_tables

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def table(sheet: str, text: str) -> RegisterTable:
    header, *rows = [line.split("|") for line in text.strip().splitlines()]
    return RegisterTable(sheet, header, [(i, row) for i, row in enumerate(rows, start=2)])


def take_in(*tables: RegisterTable) -> ImportResult:
    return import_register(read_tables(tables), by="opdrachtregel", at=NOON)


def said(result: ImportResult) -> list[tuple[str, int | None, str | None, str]]:
    return [(p.sheet, p.row, p.column, p.message) for p in result.problems]


PROVIDERS = table(
    "aanbieders",
    "Aanbiedercode|NAAM|kvk|TST erkenning-van\nTA1|Een|12345678|01-01-2022\nTA2|Twee||",
)


MARK = "aanbiedercode|status|van|tot\n"
CONTRACT = "contractnummer|aanbiedercode|leerroutes|gemeenten|van|levering_werkdag\n"
TEACHER = "aanbiedercode|docentcode|registratie|van\n"
MARKS = "bepaalde_tijd, onbepaalde_tijd, geschorst, ingetrokken, beeindigd, geen"
MUNICIPALITIES = (
    "Vul viercijferige gemeentecodes in met een komma ertussen, of * voor de hele regio. "
    '"1" is geen gemeente.'
)
ROUTES = 'Vul leerroutes in als B, O of Z, met een komma ertussen. Er staat "x".'
DATE = 'Vul een bestaande datum in, bijvoorbeeld 01-09-2026. Er staat "31-02-2024".'
BACKWARDS = "Kies bij tot een datum op of na van (01-02-2024). Er staat 31-01-2024."
TWICE = (
    "Deze regel staat ook op rij 2 (zelfde aanbiedercode en docentcode en van). Laat er een staan."
)


@pytest.mark.parametrize(
    ("sheet", "text", "column", "message"),
    [
        ("aanbieders", "aanbiedercode|naam\nA|", "naam", "Vul naam in. De cel is leeg."),
        (
            "aanbieders",
            "aanbiedercode|naam\nTA123456789|x",
            "aanbiedercode",
            (
                "Een aanbiedercode heeft hooguit 10 letters, cijfers, - of _, begint met een "
                'letter of cijfer, en is niet alle of nieuw of regio. Er staat "TA123456789".'
            ),
        ),
        (
            "keurmerken",
            MARK + "A|goed|01-01-2024|",
            "status",
            f'Kies een van: {MARKS}. Er staat "goed".',
        ),
        ("keurmerken", MARK + "A|geen|01-02-2024|31-01-2024", "tot", BACKWARDS),
        ("contracten", CONTRACT + "C|A|B|1|2024-01-01|", "gemeenten", MUNICIPALITIES),
        ("contracten", CONTRACT + "C|A|B;X|*|2024-01-01|", "leerroutes", ROUTES),
        (
            "contracten",
            CONTRACT + "C|A|B|*|2024-01-01|31",
            "levering_werkdag",
            "Vul een getal in van 1 tot en met 23. Er staat 31.",
        ),
        ("docenten", TEACHER + "A|D1|BVNT2|31-02-2024", "van", DATE),
        ("docenten", TEACHER + "A|D1|BoW|\nA|D1|BVNT2|", "van", TWICE),
        (
            "locaties",
            "aanbiedercode|locatie|avond_weekend\nA|Plein|soms",
            "avond_weekend",
            'Vul ja of nee in. Er staat "soms".',
        ),
    ],
)
def test_a_problem_names_its_cell_and_says_what_to_do(
    sheet: str, text: str, column: str, message: str
) -> None:
    problems = read_tables([table(sheet, text)]).problems
    assert (column, message) in [(p.column, p.message) for p in problems]
    assert all(p.row == len(text.splitlines()) for p in problems)


def test_a_sheet_without_a_mandatory_column_says_which() -> None:
    register = read_tables([table("keurmerken", "aanbiedercode|stand|van\nTA1|geen|01-01-2024")])
    assert [(p.row, p.message) for p in register.problems] == [
        (None, "Voeg toe aan de eerste rij: status. Gevonden kolommen: aanbiedercode, stand, van.")
    ]
    assert register.rows == {}


def test_takes_in_every_sheet_and_a_second_run_changes_nothing(db) -> None:
    tables = [
        PROVIDERS,
        table(
            "keurmerken",
            (
                "aanbiedercode|status|van|tot|gecontroleerd_op|bron\n"
                "TA1|onbepaalde tijd|2022-01-01|2024-05-31||\nTA1|geschorst|01-06-2024|||brief"
            ),
        ),
        table(
            "contracten",
            (
                "contractnummer|aanbiedercode|leerroutes|gemeenten|van|prijs_per_traject\n"
                "C-1|TA1|B,Z|0193, GM0148|2024-01-01|11.600,50\nC-2|TA2|O|*|2024-01-01|"
            ),
        ),
        table("docenten", "aanbiedercode|docentcode|registratie|van\nTA1|D1|bvnt2|\nTA1|D2|BoW|"),
        table("locaties", "aanbiedercode|locatie|postcode4|avond_weekend\nTA1|Plein|8011|ja"),
    ]
    first = take_in(*tables)
    assert first.problems == []
    assert first.created == {
        "aanbieders": 2, "keurmerken": 2, "contracten": 2, "docenten": 2, "locaties": 1,
    }  # fmt: skip
    assert Provider.get(code="TA1").tst_from == date(2022, 1, 1)
    assert QualityMark.get(valid_from=date(2024, 6, 1)).status == MarkStatus.SUSPENDED
    assert Contract.get(number="C-1").price_cents == 1_160_050
    assert set(ContractScope.select(ContractScope.route, ContractScope.municipality).tuples()) == {
        (1, "0148"),
        (1, "0193"),
        (3, "0148"),
        (3, "0193"),
        (2, None),
    }
    assert Teacher.select().count() == 2
    assert Location.get().evening_weekend is True
    assert AuditLine.select().count() == 9

    second = take_in(*tables)
    assert second.problems == []
    assert second.created == second.changed == {}
    assert second.unchanged == first.created
    assert AuditLine.select().count() == 9


def test_a_contract_promises_hours_a_week_per_route_and_a_price(db) -> None:
    header = "contractnummer|aanbiedercode|leerroutes|gemeenten|van"
    header += "|uren_per_week_b|Uren per week Z|prijs_per_uur"
    take_in(PROVIDERS, table("contracten", f"{header}\nC-1|TA1|B,Z|*|2024-01-01|12,5||14,50"))
    stored = Contract.get()
    assert promised_by(stored) == {1: 750}
    assert stored.hour_price_cents == 1450


@pytest.mark.parametrize("text", ["0", "12,1", "41", "twaalf", "-3", "1e1"])
def test_promised_hours_are_quarters_up_to_forty(text) -> None:
    header = "contractnummer|aanbiedercode|leerroutes|gemeenten|van|uren_per_week_b"
    (problem,) = read_tables(
        [table("contracten", f"{header}\nC-1|TA1|B|*|2024-01-01|{text}")]
    ).problems
    assert (problem.column, problem.code) == ("uren_per_week_b", "R105")
    assert problem.message.startswith("Vul lesuren per week in, tot op een kwartier")


def test_a_column_left_out_keeps_what_is_registered_and_an_empty_cell_empties_it(db) -> None:
    take_in(PROVIDERS)
    take_in(table("aanbieders", "aanbiedercode|naam\nTA1|Eén"))
    assert Provider.get(code="TA1").chamber_number == "12345678"
    result = take_in(table("aanbieders", "aanbiedercode|naam|kvk\nTA1|Eén|"))
    assert result.changed == {"aanbieders": 1}
    assert Provider.get(code="TA1").chamber_number is None
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.before["chamber_number"], line.after["chamber_number"]) == ("12345678", None)


def test_overlapping_marks_are_refused_with_both_periods(db) -> None:
    take_in(
        PROVIDERS, table("keurmerken", "aanbiedercode|status|van\nTA1|bepaalde_tijd|01-01-2024")
    )
    result = take_in(
        table(
            "keurmerken",
            (
                "aanbiedercode|status|van|tot\nTA1|geschorst|01-03-2024|30-04-2024\n"
                "TA2|geen|01-03-2024|"
            ),
        )
    )
    assert said(result) == [
        (
            "keurmerken", 2, "van",
            ("De periode 01-03-2024 tot en met 30-04-2024 overlapt met vanaf 01-01-2024 van "
            "dezelfde aanbieder. Laat de ene periode eindigen voor de andere begint."),
        )
    ]  # fmt: skip
    assert result.created == {"keurmerken": 1}
    assert result.rejected == {"keurmerken": 1}
    assert QualityMark.select().count() == 2


def test_one_file_may_end_a_mark_and_start_the_next(db) -> None:
    take_in(
        PROVIDERS, table("keurmerken", "aanbiedercode|status|van\nTA1|bepaalde_tijd|01-01-2024")
    )
    result = take_in(
        table(
            "keurmerken",
            (
                "aanbiedercode|status|van|tot\nTA1|ingetrokken|01-03-2024|\n"
                "TA1|bepaalde_tijd|01-01-2024|29-02-2024"
            ),
        )
    )
    assert result.problems == []
    assert (result.created, result.changed) == ({"keurmerken": 1}, {"keurmerken": 1})


def test_the_later_of_two_overlapping_rows_of_one_file_stays_out(db) -> None:
    result = take_in(
        PROVIDERS,
        table(
            "keurmerken",
            "aanbiedercode|status|van|tot\nTA1|geen|01-05-2024|\nTA1|bepaalde_tijd|01-01-2024|31-12-2024",
        ),
    )
    assert [(p.row, p.code) for p in result.problems] == [(2, "R109")]
    assert QualityMark.get().status == MarkStatus.FIXED_TERM


def test_what_refers_to_an_unknown_provider_or_anothers_contract_stays_out(db) -> None:
    contracts = "contractnummer|aanbiedercode|leerroutes|gemeenten|van\nC-1|TA1|B|*|2024-01-01"
    take_in(PROVIDERS, table("contracten", contracts))
    result = take_in(
        table("contracten", contracts.replace("TA1", "TA2")),
        table("docenten", "aanbiedercode|docentcode|registratie\nTA9|D1|BoW"),
    )
    assert [message for *_, message in said(result)] == [
        "Contract C-1 is van TA1. Kies een ander nummer, of verbeter de aanbiedercode.",
        (
            'Aanbieder "TA9" staat niet in het register. '
            "Neem de aanbieder eerst op, of verbeter de code."
        ),
    ]


def test_a_contract_that_covers_something_else_is_a_change(db) -> None:
    contracts = "contractnummer|aanbiedercode|leerroutes|gemeenten|van\nC-1|TA1|B|*|2024-01-01"
    take_in(PROVIDERS, table("contracten", contracts))
    result = take_in(table("contracten", contracts.replace("|*|", "|0193|")))
    assert (result.changed, result.unchanged) == ({"contracten": 1}, {"contracten": 0})
    line = AuditLine.select().order_by(AuditLine.id.desc()).get()
    assert (line.before, line.after) == ({"scopes": [[1, "*"]]}, {"scopes": [[1, "0193"]]})


def test_a_failure_half_way_leaves_the_register_as_it_was(db) -> None:
    register = read_tables(
        [PROVIDERS, table("locaties", "aanbiedercode|locatie|postcode4\nTA1|Plein|8011")]
    )
    register.rows["locaties"][0].values["locatie"] = None
    with pytest.raises(Exception, match=r"(?i)null"), db.atomic():
        import_register(register, by="opdrachtregel", at=NOON)
    assert Provider.select().count() == 0
    assert AuditLine.select().count() == 0
