"""Every rule about one row: literal rows and the exact problems."""

from datetime import date

import pytest

from providers.feed.check.checking import Checker
from providers.feed.check.conditions import conditions
from providers.feed.check.rules import ROW_RULES, RULES
from providers.feed.columns import Context, Mapping, lay_out
from tests.providers.feed.checks import TODAY, check_bytes
from tests.providers.feed.lines import csv, row

ENDED = {"status": "afgerond", "datum_einde": "30-10-2026", "reden_einde": "diploma"}
WAITING = {
    "status": "wachtend", "datum_eerste_les": "", "uren_aangeboden": "0", "uren_gevolgd": "0",
    "uren_geoorloofd_verzuim": "0", "uren_ongeoorloofd_verzuim": "0", "uren_bevoegd_docent": "0",
}  # fmt: skip
EARLY_OUT = WAITING | {
    "status": "uitgevallen",
    "datum_einde": "10-10-2026",
    "reden_einde": "uitval",
}

GOOD = [
    {}, ENDED, WAITING, EARLY_OUT,
    WAITING | {"reden_wachten": "geen_groep"},
    {"gemeentecode": "GM0148"}, {"leerroute": "B1-route"}, {"leerroute": " onderwijsroute "},
    {"niveau_lezen": "A2+"}, {"niveau_lezen": "b1-"}, {"uren_gevolgd": "40.50"},
    {"uren_geoorloofd_verzuim": "5,25"}, {"rapportagemaand": "10-2026"},
    {"rapportagemaand": "oktober 2026"}, {"rapportagemaand": "31-10-2026"},
    {"datum_aanmelding": "2026-09-01"}, {"datum_aanmelding": "1 sep 2026"},
    {"datum_aanmelding": "46266"}, {"examen_knm": "geslaagd"}, {"wens_avond_weekend": "WAAR"},
    {"niveau_pip": "B1"}, {"leerroute": "Z", "niveau_pip": "A2", "uren_participatie": "8"},
    {"aanbiedercode": "ta001"}, {"datum_eerste_les": "31-10-2026"},
    {"uren_docent_in_opleiding": "0"}, {"groepsgrootte": "20"}, {"dagdelen_per_week": "14"},
]  # fmt: skip

BAD = [
    ({"datum_aanmelding": "01-11-2026", "datum_eerste_les": ""}, "datum_aanmelding", "F101"),
    ({"datum_eerste_les": "01-11-2026"}, "datum_eerste_les", "F101"),
    (ENDED | {"datum_einde": "01-11-2026"}, "datum_einde", "F101"),
    ({"datum_aanmelding": "gisteren"}, "datum_aanmelding", "F102"),
    ({"datum_aanmelding": "31-02-2026"}, "datum_aanmelding", "F102"),
    ({"datum_aanmelding": "01-09-26"}, "datum_aanmelding", "F103"),
    ({"datum_eerste_les": "31-08-2026"}, "datum_eerste_les", "F104"),
    (ENDED | {"datum_einde": "14-09-2026"}, "datum_einde", "F105"),
    (EARLY_OUT | {"datum_einde": "31-08-2026"}, "datum_einde", "F105"),
    ({"datum_eerste_les": ""}, "datum_eerste_les", "F106"),
    (ENDED | {"datum_einde": ""}, "datum_einde", "F107"),
    ({"rapportagemaand": "2026-12"}, "rapportagemaand", "F108"),
    ({"rapportagemaand": "2021-12"}, "rapportagemaand", "F109"),
    ({"rapportagemaand": "2026-13"}, "rapportagemaand", "F110"),
    ({"uren_gevolgd": "40,4"}, "uren_gevolgd", "F201"),
    ({"uren_aangeboden": "200,25"}, "uren_aangeboden", "F202"),
    ({"uren_gevolgd": "-1"}, "uren_gevolgd", "F202"),
    ({"uren_gevolgd": "49", "uren_geoorloofd_verzuim": "0"}, "uren_gevolgd", "F203"),
    ({"uren_gevolgd": "nvt"}, "uren_gevolgd", "F204"),
    ({"uren_gevolgd": "€ 12"}, "uren_gevolgd", "F204"),
    ({"uren_gevolgd": "40"}, "uren_aangeboden", "F205"),
    ({"uren_avond_weekend": "48,25"}, "uren_avond_weekend", "F206"),
    ({"uren_bevoegd_docent": "49"}, "uren_bevoegd_docent", "F206"),
    ({"uren_knm": "49"}, "uren_knm", "F206"),
    ({"uren_online": "49"}, "uren_online", "F206"),
    ({"uren_docent_in_opleiding": "1"}, "uren_docent_in_opleiding", "F207"),
    ({"uren_participatie": "1"}, "uren_participatie", "F208"),
    (WAITING | {"uren_aangeboden": "0,25"}, "uren_aangeboden", "F209"),
    ({"groepsgrootte": "61"}, "groepsgrootte", "F210"),
    (EARLY_OUT | {"uren_aangeboden": "0,25"}, "uren_aangeboden", "F212"),
    ({"groepsgrootte": "12,5"}, "groepsgrootte", "F213"),
    ({"trajectnummer": "123456782"}, "trajectnummer", "F301"),
    ({"trajectnummer": "1234.56.782"}, "trajectnummer", "F301"),
    ({"groep": "123456782"}, "groep", "F301"),
    ({"trajectnummer": "1,23E+05"}, "trajectnummer", "F302"),
    ({"aanbiedercode": "TA002"}, "aanbiedercode", "F304"),
    ({"gemeentecode": "9999"}, "gemeentecode", "F305"),
    ({"leerroute": "X"}, "leerroute", "F306"),
    ({"niveau_lezen": "C1"}, "niveau_lezen", "F306"),
    ({"leerroute": "O", "niveau_pip": "A2"}, "niveau_pip", "F307"),
    ({"leerroute": "Z", "niveau_pip": "B1"}, "niveau_pip", "F307"),
    ({"contractnummer": "C-elders"}, "contractnummer", "F308"),
    ({"trajectnummer": "x" * 33}, "trajectnummer", "F309"),
    ({"reden_wachten": "werk"}, "reden_wachten", "F401"),
    (ENDED | {"reden_einde": ""}, "reden_einde", "F402"),
    ({"status": ""}, "status", "F013"),
    ({"niveau_lezen": "#N/B"}, "niveau_lezen", "F012"),
]  # fmt: skip

WARNED = [
    ({"groepsgrootte": "21"}, "groepsgrootte", "F211"),
    ({"leerroute": "Z", "groepsgrootte": "13"}, "groepsgrootte", "F211"),
    ({"datum_einde": "01-10-2026"}, "datum_einde", "F112"),
    ({"reden_einde": "uitval"}, "reden_einde", "F403"),
    (WAITING | {"datum_eerste_les": "01-10-2026"}, "datum_eerste_les", "F404"),
]


@pytest.mark.parametrize("values", GOOD)
def test_takes_a_good_row_without_a_word(tmp_path, values):
    checked = check_bytes(tmp_path, csv(row(**values)))
    assert (checked.faults, len(checked.rows)) == ([], 1)


@pytest.mark.parametrize(("values", "column", "code"), BAD)
def test_rejects_and_says_where(tmp_path, values, column, code):
    checked = check_bytes(tmp_path, csv(row(), row(trajectnummer="T-2") | values))
    assert len(checked.rows) == 1
    assert checked.tally.rejected == 1
    assert (3, column, code) in checked.faults


@pytest.mark.parametrize(("values", "column", "code"), WARNED)
def test_warns_and_takes_the_row(tmp_path, values, column, code):
    checked = check_bytes(tmp_path, csv(row(**values)))
    assert (checked.faults, len(checked.rows)) == ([(2, column, code)], 1)


def test_says_what_to_do_with_the_value(tmp_path):
    checked = check_bytes(tmp_path, csv(row(uren_gevolgd="nvt")))
    (problem,) = checked.problems
    assert problem.message == 'Vul het aantal uren in, bijvoorbeeld 12,5. Er staat "nvt".'
    assert problem.value == "nvt"


def test_tells_all_faults_of_a_row_at_once(tmp_path):
    checked = check_bytes(tmp_path, csv(row(uren_gevolgd="x", leerroute="?", datum_eerste_les="")))
    assert [p.code for p in checked.problems] == ["F306", "F204", "F106"]


def test_a_citizen_number_is_nowhere_in_what_is_told(tmp_path):
    checked = check_bytes(
        tmp_path, csv(row(trajectnummer="123456782", status="bsn 123456782", groep="123456782"))
    )
    assert checked.problems
    assert "123456782" not in repr(checked)


def test_a_doubled_key_is_kept_apart(tmp_path):
    checked = check_bytes(tmp_path, csv(row(), row(trajectnummer="T-2"), row()))
    assert [stored[:3] for stored in checked.again] == [(4, 1, 24321)]


def test_given_month_replaces_its_column_and_refuses_others(tmp_path):
    values = row()
    del values["rapportagemaand"]
    assert len(check_bytes(tmp_path, csv(values), only_month=date(2026, 10, 1)).rows) == 1
    checked = check_bytes(tmp_path, csv(row()), only_month=date(2026, 9, 1))
    assert checked.faults == [(2, "rapportagemaand", "F111")]


def test_every_row_rule_has_a_case_here():
    tried = {code for _, _, code in BAD + WARNED}
    assert {rule.code for rule in ROW_RULES} <= tried


def test_the_quick_loop_and_the_long_way_say_the_same_of_every_case():
    cases = [*GOOD, *(values for values, *_ in BAD + WARNED)]
    header = list(dict.fromkeys(name for values in [row(), *cases] for name in values))
    # Twice: what the first pass has read is known to the quick loop in the second.
    records = [
        (number, [(row(trajectnummer=f"T-{number}") | values).get(name, "") for name in header])
        for number, values in enumerate(cases * 2, start=2)
    ]
    quick, long = (Checker(lay_out(header), Context("TA001", TODAY)) for _ in range(2))
    (batch,) = quick.batches(records)
    assert batch.rows == [stored for record in records if (stored := long.examine(*record))]
    assert batch.problems == long.problems
    assert quick.tally.sums == long.tally.sums
    assert (batch.rejected, batch.again) == (long.rejected, long.again)


def test_codes_are_stable_and_once():
    assert len(RULES) == len(set(RULES))
    assert RULES["F101"].definition == "Een datum ligt niet na het einde van de rapportagemaand."
    assert all(condition.column in condition.names for condition in conditions())


def test_own_codes_and_headers_of_a_provider(tmp_path):
    mapping = Mapping({"Klantnr": "trajectnummer"}, {"status": {"loopt": "actief"}})
    values = row(status="loopt")
    values["Klantnr"] = values.pop("trajectnummer")
    layout = lay_out(list(values), mapping)
    assert not layout.missing
    checker = Checker(layout, Context("TA001", TODAY, mapping=mapping))
    (batch,) = checker.batches([(2, list(values.values()))])
    assert (len(batch.rows), batch.problems) == (1, [])


@pytest.mark.parametrize(
    ("column", "code"),
    [("uren_gevolgd", "F202"), ("groepsgrootte", "F213"), ("datum_aanmelding", "F102"),
     ("trajectnummer", "F309"), ("rapportagemaand", "F110")],
)  # fmt: skip
def test_a_number_of_five_thousand_digits_is_a_fault_like_every_other(tmp_path, column, code):
    checked = check_bytes(tmp_path, csv(row(**{column: "9" * 5_000})))
    assert [(name, rule) for _, name, rule in checked.faults] == [(column, code)]
