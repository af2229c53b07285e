"""``taalinkoop plan`` as a person types it."""

import json

import pytest

from app.cli import main
from procurement.demo import CODE, DALFSEN_CODE
from procurement.models import Baseline, ContractingProcess
from procurement.plan import queries
from procurement.plan.templates import TEMPLATES
from procurement.preparation.queries import trace

pytestmark = pytest.mark.sqlite_first


def run(capsys, *arguments):
    status = main(["plan", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_list_and_show(db, demo, capsys):
    status, said, _ = run(capsys, "list", "--json")
    plans = {p["code"]: p for p in json.loads(said)["plans"]}
    assert (status, set(plans)) == (0, {CODE, DALFSEN_CODE})
    assert plans[DALFSEN_CODE]["health"] == "gereed"
    status, said, _ = run(capsys, "show", CODE, "--json")
    result = json.loads(said)
    assert status == 0
    assert result["cause"]["municipalities"] == ["0166"]
    keys = {"baseline", "forecast", "actual", "float", "health"}
    assert all(keys <= set(m) for m in result["milestones"])
    assert run(capsys, "show", CODE)[1].count("verwacht") >= 24
    assert run(capsys, "list")[1].count("\n") == 2


def test_the_plan_of_dalfsen_has_its_postponements(db, demo, capsys):
    process = ContractingProcess.get(ContractingProcess.code == DALFSEN_CODE)
    baselines = process.baselines.order_by(Baseline.number)
    versions = [(b.number, b.go_live.isoformat(), b.reason) for b in baselines]
    assert [v[1] for v in versions] == ["2021-01-01", "2021-07-01", "2022-01-01"]
    assert versions[1][2] == "Wet inburgering uitgesteld naar 1-7-2021"
    document = queries.load(process)
    assert len([s for s in document.steps if "2.2.2" in s.evidence]) == 6
    assert {(d.step, d.outcome) for d in document.decisions} == {
        ("2", "besloten"),
        ("5", "besloten"),
    }
    assert all(p.reason for p in document.participations)
    principles = [item for item in trace(process) if item.kind == "eis"]
    assert len(principles) == 7
    assert all("paragraaf 3.1.2" in item.source for item in principles)


def test_new_baseline_export_import(db, demo, capsys, tmp_path):
    new = ("new", "N-1", "--template", "SAS regionaal", "--name", "Nieuw", "--start", "2026-01-05")
    status, said, _ = run(capsys, *new, "--go-live", "2030-01-01", "--gemeente", "0148", "0166")
    assert (status, said.startswith("Start dienstverlening verwacht")) == (0, True)
    assert run(capsys, *new)[0] == 2
    assert run(capsys, "baseline", "N-1", "--reason", "Eerste plan")[1] == (
        "Planversie 1 van N-1 ligt vast.\n"
    )
    for suffix in ("xlsx", "zip", "csv", "xml"):
        file = tmp_path / f"plan.{suffix}"
        assert run(capsys, "export", "N-1", file)[0] == 0
        assert run(capsys, "import", file, "--code", "N-1") == (0, "N-1: niets veranderd.\n", "")
    changed = (tmp_path / "plan.csv").read_bytes().replace(b";taak;raming;", b";taak;;")
    (tmp_path / "plan.csv").write_bytes(changed)
    given = ("import", tmp_path / "plan.csv", "--code", "N-1", "--json")
    for _ in range(2):
        assert json.loads(run(capsys, *given, "--dry-run")[1])["before"] == {
            "mijlpaal 2: purpose": "raming"
        }
    assert json.loads(run(capsys, *given)[1])["status"] == "changed"
    assert json.loads(run(capsys, *given)[1])["status"] == "unchanged"


def test_a_whole_plan_goes_to_another_installation(db, demo, capsys, tmp_path):
    file = tmp_path / "plan.xlsx"
    run(capsys, "export", CODE, file)
    before = json.loads(run(capsys, "show", CODE, "--json")[1])
    ContractingProcess.delete().where(ContractingProcess.code == CODE).execute()
    assert run(capsys, "import", file)[0] == 0
    assert json.loads(run(capsys, "show", CODE, "--json")[1]) == before


def test_what_is_refused(db, demo, capsys, tmp_path):
    assert run(capsys, "show", "X")[0] == 2
    assert run(capsys, "import", tmp_path / "weg.xlsx")[0] == 2
    (tmp_path / "a.csv").write_text("code;titel;duur\n1;Een;tien\n", encoding="utf-8")
    status, _, error = run(capsys, "import", tmp_path / "a.csv", "--code", CODE)
    assert (status, error) == (
        2, "Blad mijlpalen, rij 2, kolom duur: vul een heel getal in. Er staat 'tien'.\n",
    )  # fmt: skip
    assert run(capsys, "export", CODE, tmp_path / "a.pdf")[0] == 2
    new = ("new", "N-2", "--template", next(iter(TEMPLATES)), "--name", "N")
    assert run(capsys, *new, "--go-live", "morgen")[0] == 2
    overlapping = (*new, "--go-live", "2030-01-01", "--current-until", "2030-01-01")
    assert "1 dag overlap" in run(capsys, *overlapping)[2]
    assert run(capsys, *overlapping, "--overlap", "warme overdracht")[0] == 0


def test_calendar_release_and_digest(db, demo, capsys, tmp_path):
    assert run(capsys, "ics", CODE, tmp_path / "a.ics")[0] == 0
    assert (tmp_path / "a.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert run(capsys, "ocds", CODE, tmp_path / "r.json", "--package")[0] == 0
    released = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert released["releases"][0]["ocid"] == f"ocds-000000-{CODE}"
    assert "Te laat of geblokkeerd" in run(capsys, "digest")[1]
