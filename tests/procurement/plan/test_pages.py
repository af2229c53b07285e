"""The planning pages, as people with different roles use them."""

import csv
import io
import re
from datetime import timedelta
from xml.etree import ElementTree

import icalendar
import pytest

from core.dates import month_of, today
from core.municipalities import name
from procurement.demo import CODE, DALFSEN_CODE, LATE
from procurement.models import (
    CalendarLink,
    ContractingProcess,
    Decision,
    ForecastPoint,
    Milestone,
)
from procurement.plan import queries
from procurement.plan.steps import Outcome
from procurement.preparation.queries import trace

PAGES = [
    "/planning/",
    "/planning/?stand=lopend&gezondheid=te+laat&sorteer=-name&zoek=SAS",
    "/planning/mijlpalen/?eigenaar=inkoop",
    "/planning/terugplannen/?contract_einde=31-12-2029",
    "/planning/termijnen/",
    f"/planning/{CODE}/",
    f"/planning/{CODE}/besluiten/",
    f"/planning/{CODE}/mijlpalen/",
    f"/planning/{CODE}/mijlpalen/?fase=Aanbesteding&gezondheid=te+laat",
    f"/planning/{CODE}/wat-als/?stap=8&gemeente=0193&dagen=14",
    f"/planning/{CODE}/geschiedenis/",
    f"/planning/{CODE}/verwachting/",
    f"/planning/{CODE}/risicos-en-acties/",
    f"/planning/{CODE}/schaal/",
    f"/planning/{CODE}/eisen/",
    f"/planning/{CODE}/vragen/",
    f"/planning/{DALFSEN_CODE}/",
    f"/planning/{DALFSEN_CODE}/schaal/",
    f"/planning/{DALFSEN_CODE}/verwachting/",
    f"/planning/{DALFSEN_CODE}/eisen/",
    f"/planning/{DALFSEN_CODE}/vragen/",
]
FORMS = [
    "/planning/nieuw/",
    "/planning/termijnen/clarifications/SAS/",
    f"/planning/{CODE}/mijlpalen/nieuw/",
    f"/planning/{CODE}/mijlpalen/12/",
    f"/planning/{CODE}/besluiten/8/",
    "/planning/besluiten/",
    f"/planning/{CODE}/planversies/nieuw/",
    f"/planning/{CODE}/risicos/",
    f"/planning/{CODE}/acties/",
    f"/planning/{CODE}/gegevens/",
    f"/planning/{CODE}/schuif-alles/",
    f"/planning/{CODE}/kalender/",
    f"/planning/{CODE}/deelname/",
    f"/planning/{CODE}/import/",
    f"/planning/{CODE}/schaal/wijzig/",
    f"/planning/{CODE}/groepen/",
    f"/planning/{CODE}/eisen/wijzig/",
    f"/planning/{CODE}/vragen/nieuw/",
    f"/planning/{CODE}/vragen/3/",
]
FILES = [
    "/planning/trajecten/csv/",
    "/planning/mijlpalen/xlsx/",
    f"/planning/{CODE}/schaal/csv/",
    f"/planning/{CODE}/eisen/xlsx/",
    f"/planning/{CODE}/vragen/csv/",
    f"/planning/{CODE}/gantt.svg",
    f"/planning/{CODE}/speling.csv",
    f"/planning/{CODE}/besluiten.png",
    f"/planning/{CODE}/trend.csv",
    f"/planning/{CODE}/mijlpalen.csv",
    f"/planning/{CODE}/besluiten.xlsx",
    f"/planning/{CODE}/plan.xlsx",
    f"/planning/{CODE}/plan.csv",
    f"/planning/{CODE}/plan.zip",
    f"/planning/{CODE}/plan.xml",
    f"/planning/{CODE}/agenda.ics",
    f"/planning/{CODE}/ocds.json",
    f"/planning/{CODE}/ocds-record.json",
]


@pytest.fixture
def region(demo, client):
    client.sign_in("regio")
    return client


@pytest.mark.both_engines
@pytest.mark.sqlite_first
def test_every_page_and_file_opens_for_the_region(region):
    for url in [*PAGES, *FORMS]:
        region.get(url)
    for url in FILES:
        assert region.get(url).headers["Content-Disposition"].startswith("attachment")


def test_page_agenda_project_and_ocds_tell_the_same_dates(region):
    at = f"/planning/{CODE}"
    table = csv.DictReader(
        io.StringIO(region.get(f"{at}/mijlpalen.csv").response.text.removeprefix("\ufeff")),
        delimiter=";",
    )
    lines = {line["Code"]: line for line in table}
    displayed = {row[0].split()[0]: row[3:6] for row in region.get(f"{at}/mijlpalen/").rows()}
    assert displayed == {
        code: [line[name] or "–" for name in ("Gepland", "Verwacht einde", "Uiterlijk")]
        for code, line in lines.items()
    }

    calendar = icalendar.Calendar.from_ical(region.get(f"{at}/agenda.ics").response.data)
    agenda = {str(event["UID"]): event["DTSTART"].dt for event in calendar.walk("VEVENT")}
    project = ElementTree.fromstring(region.get(f"{at}/plan.xml").response.data)
    tasks = {}
    for task in project.findall(".//{*}Task"):
        own = {one.findtext("{*}FieldID"): one.findtext("{*}Value")
               for one in task.findall("{*}ExtendedAttribute")}  # fmt: skip
        tasks[own.get("188743731")] = [task.findtext(f"{{*}}{n}")[:10] for n in ("Start", "Finish")]
    published = region.get(f"{at}/ocds.json").response.json["releases"][-1]
    steps = [*published["planning"]["milestones"], *published["tender"]["milestones"]]
    released = {step["code"]: step for step in steps}

    assert lines.keys() == released.keys()
    for code, line in lines.items():
        start, end, planned, latest = (
            "-".join(reversed(line[name].split("-")))
            for name in ("Verwacht begin", "Verwacht einde", "Gepland", "Uiterlijk")
        )
        assert tasks[code] == [start, end]
        assert agenda[f"{CODE}.{code}@taalinkoop"].isoformat() == end
        # What is published does not slide with the forecast: the day of a deadline, or as planned.
        assert released[code]["dueDate"][:10] in (planned, latest)
        assert released[code].get("dateMet", end)[:10] == end
        assert ("dateMet" in released[code]) == line["Verloop"].startswith("gereed")


@pytest.mark.parametrize(
    ("role", "scope", "opens"),
    [
        ("gemeente", {"municipalities": [LATE, "0148"]}, True),
        ("aanbieder", {"provider_code": "TA001"}, False),
        ("beheerder", {}, False),
        pytest.param("contractmanager", {}, True, marks=pytest.mark.thorough),
        pytest.param("auditor", {}, True, marks=pytest.mark.thorough),
    ],
)
def test_who_may_see_what(region, role, scope, opens):
    region.sign_in(role, **scope)
    for url in [*PAGES, *FILES]:
        region.get(url, status=200 if opens else 403)
    for url in FORMS:
        own = role == "gemeente" and "besluiten" in url
        # An auditor may not even open a form: reading a decision is done on the page.
        region.get(url, status=200 if own else 403)


def test_nobody_sees_anything_without_signing_in(region):
    region.sign_out()
    for url in [*PAGES, *FORMS, *FILES]:
        region.get(url, status=302)


def test_a_gemeente_outside_sees_nothing(region):
    region.sign_in("gemeente", email="ver@example.org", municipalities=["0363"])
    assert CODE not in region.get("/planning/").text
    assert "Besluit" not in region.get("/planning/mijlpalen/").text
    for url in [
        f"/planning/{CODE}/",
        f"/planning/{CODE}/plan.xlsx",
        f"/planning/{CODE}/agenda.ics",
    ]:
        region.get(url, status=404)


def test_a_gemeente_decides_only_for_itself(region):
    region.sign_in("gemeente", municipalities=[LATE])
    day = today() + timedelta(days=1)
    form = {"outcome": "geagendeerd", "meeting_on": f"{day:%d-%m-%Y}"}
    page = region.get(f"/planning/{CODE}/besluiten/8/")
    assert set(re.findall(r'name="([^"]+)-outcome"', page.response.text)) == {f"{CODE}.8.{LATE}"}
    own = decided(page, **form)
    other = {name.replace(LATE, "0193"): value for name, value in own.items()}
    region.post(f"/planning/{CODE}/besluiten/8/", other)
    assert region.post(f"/planning/{CODE}/besluiten/8/", own).status == 302
    own = (
        Decision.select()
        .join(Milestone)
        .where(Milestone.code == "8", Decision.municipality == LATE, Decision.process == process())
    )
    assert own.get().meeting_on == day
    region.post(f"/planning/{CODE}/wat-als/", {"stap": "5", "dagen": "3"}, status=403)
    others = Decision.select().where(Decision.municipality == "0193", Decision.meeting_on == day)
    assert not others.exists()
    # What this gemeente still has to decide, in one list.
    page = region.get("/planning/besluiten/")
    assert page.title == f"Besluiten die {name(LATE)} moet nemen"
    assert f"{CODE}.8.{LATE}-outcome" in page.response.text
    region.get("/planning/besluiten/?gemeente=0193", status=404)


def filled(page):
    """What a browser would send of a page: every input and select as it stands."""
    values = {e.get("name"): e.get("value") or "" for e in page.all("input") if e.get("name")}
    for select in page.all("select"):
        options = [e for e in select.iter() if str(e.tag).endswith("option")]
        chosen = [o.get("value") for o in options if o.get("selected") is not None]
        values[select.get("name")] = chosen[0] if chosen else options[0].get("value")
    return values


def decided(page, municipality=LATE, **values):
    """The row of a gemeente in the table of decisions, filled in."""
    rows = {n: v for n, v in filled(page).items() if f".{municipality}-" in n}
    prefix = next(iter(rows)).rpartition("-")[0]
    return rows | {f"{prefix}-{name}": value for name, value in values.items()}


def test_all_decisions_of_a_milestone_are_saved_together(region):
    where = f"/planning/{CODE}/besluiten/8/"
    rows = {}
    places = sorted({d.municipality for d in queries.load(process()).decisions if d.step == "8"})
    new = {"outcome": "geagendeerd", "meeting_on": "12-06-2029", "document": "b.pdf"}
    page = region.get(where)
    for municipality in places[:3]:
        rows |= decided(page, municipality, **new, decided_on="")
    # One row that cannot be: nothing is kept, and the sentence stands in its cell.
    wrong = rows | decided(page, places[0], **new | {"meeting_on": "", "decided_on": ""})
    page = region.post(where, wrong)
    assert page.errors[0] == "Niets is bewaard. Verbeter eerst de cellen met een melding."
    assert f"Vul in op welke vergadering {name(places[0])} dit op de agenda heeft." in page.text
    assert not Decision.select().where(Decision.document == "b.pdf").exists()
    page = region.post(where, rows | {"reason": "agenda's"}, follow=True)
    assert "Bewaard." in page.text
    assert Decision.select().where(Decision.document == "b.pdf").count() == 3
    # Somebody who had the page open all the while overwrites nothing.
    page = region.post(where, rows | {f"{CODE}.8.{places[0]}-document": "c.pdf"})
    assert "Intussen gewijzigd door" in page.text
    assert region.get(where + f"{places[0]}/", status=302).response.location.endswith(
        f"/besluiten/8/#g{places[0]}"
    )


def process():
    return ContractingProcess.get(ContractingProcess.code == CODE)


def test_the_page_names_the_gemeente_that_moved(region):
    page = region.get(f"/planning/{CODE}/")
    assert f"door het collegebesluit van {name(LATE)} (verplaatst van" in page.text
    page = region.get(f"/planning/{CODE}/besluiten/")
    row = next(row for row in page.rows(0) if row[0] == name(LATE))
    assert "bepaalt de startdatum" in row[2]
    assert "te laat" in row[2]


def test_shift_compare_keep(region):
    before = queries.load(process())
    page = region.get(f"/planning/{CODE}/wat-als/?stap=8&gemeente={LATE}&dagen=28")
    assert "Start dienstverlening gaat van" in page.text
    assert queries.load(process()) == before  # looking changes nothing
    page = region.post(
        f"/planning/{CODE}/wat-als/", {"stap": "8", "gemeente": LATE, "dagen": "28"}, follow=True
    )
    assert "De verschuiving is bewaard." in page.text
    assert queries.load(process()) != before


@pytest.mark.parametrize(
    "query", ["stap=8&dagen=veel", "stap=99&dagen=3", "stap=1&dagen=3", "stap=8&dagen=99999"]
)
def test_a_shift_that_cannot_be_is_explained(region, query):
    assert "Fout" in region.get(f"/planning/{CODE}/wat-als/?{query}").text


def test_from_template_through_decisions_to_export_and_back(region):
    form = {
        "template": "SAS regionaal", "code": "NIEUW-1", "name": "Nieuw traject",
        "go_live": "01-01-2030", "routes": ["B", "Z"], "municipalities": ["0148", "0166", "0193"],
    }  # fmt: skip
    page = region.post("/planning/nieuw/", form, follow=True)
    assert page.title == "Nieuw traject"
    assert "Dit is een concept" in page.text
    page = region.post("/planning/NIEUW-1/activeer/", {}, follow=True)
    assert "Dit is een concept" not in page.text
    rows, page = {}, region.get("/planning/NIEUW-1/besluiten/8/")
    planned = {"outcome": "geagendeerd", "meeting_on": "12-06-2029"}
    for code in form["municipalities"]:
        rows |= decided(page, code, **planned)
    region.post("/planning/NIEUW-1/besluiten/8/", rows)
    region.post("/planning/NIEUW-1/planversies/nieuw/", {"reason": "Eerste plan"})
    later = {"outcome": "geagendeerd", "meeting_on": "10-07-2029"}
    later = decided(region.get("/planning/NIEUW-1/besluiten/8/"), "0166", **later)
    region.post("/planning/NIEUW-1/besluiten/8/", later | {"reason": "agenda vol"})
    page = region.get("/planning/NIEUW-1/")
    assert "Kampen (verplaatst van 12-06-2029 naar 10-07-2029)" in page.text
    for kind in ("xlsx", "zip", "csv", "xml"):
        content = region.get(f"/planning/NIEUW-1/plan.{kind}").response.data
        file = (io.BytesIO(content), f"plan.{kind}")
        page = region.post("/planning/NIEUW-1/import/", {"file": file})
        assert "Er verandert niets" in page.text, kind
    said = region.get("/planning/NIEUW-1/geschiedenis/").rows()
    assert "Het traject “Nieuw traject” is gemaakt, met 24 mijlpalen." in said[-1][2]
    assert "Kampen, vergadering was 12-06-2029 en is nu 10-07-2029." in said[0][2]
    assert said[0][3] == "agenda vol"


def waits(*codes):
    """Rows of what a step waits for."""
    rows = {}
    for number, code in enumerate(codes):
        row = {"before": code, "type": "FS", "unit": "cd"}
        rows |= {f"waits-{number}-{name}": value for name, value in row.items()}
    return rows


def test_a_plan_file_is_looked_at_before_it_is_taken_over(region):
    where = f"/planning/{CODE}/import/"
    lines = b"code;titel;kleur;afhankelijk_van\r\n4;Strategie van de regio;rood;\r\n"
    page = region.post(where, {"file": (io.BytesIO(lines), "plan.csv")})
    assert "Mijlpaal 4: titel" in page.text
    assert "verdwijnt" in page.text
    assert "de kolom 'kleur' is onbekend" in page.text
    assert len(queries.load(process()).steps) > 20
    fields = dict(re.findall(r'name="(plan|state|name)" value="([^"]*)"', page.response.text))
    stale = region.post(where, fields | {"state": "2026-01-01"})
    assert "Het plan is intussen veranderd" in stale.text
    assert len(queries.load(process()).steps) > 20
    page = region.post(where, fields | {"plan": "?"}, follow=True)
    assert "Het gekozen plan is er niet meer." in page.text
    page = region.post(where, fields, follow=True)
    assert "Het plan is overgenomen uit het bestand." in page.text
    assert [s.title for s in queries.load(process()).steps] == ["Strategie van de regio"]


def test_errors_stand_beside_the_field_and_say_what_to_do(region):
    step = dict.fromkeys(("code", "title"), "4") | {
        "kind": "besluit", "unit": "cd", "purpose": "", "body": "stuurgroep",
    }  # fmt: skip
    page = region.post(f"/planning/{CODE}/mijlpalen/4/", step | waits("3", "8"))
    assert "kring: 4 → 5 → 7 → 8 → 4" in page.errors[0]
    page = region.post(f"/planning/{CODE}/mijlpalen/4/", step | waits("3") | {"waits-0-lag": "x"})
    assert page.errors == [
        "Wacht op, regel 1, tussentijd: Vul een heel getal in, zonder punten of komma."
    ]
    page = region.post(f"/planning/{CODE}/mijlpalen/nieuw/", step)
    assert page.errors == ["Mijlpaal 4 is er al. Kies een andere code."]
    page = region.get(f"/planning/{CODE}/besluiten/8/")
    rows = decided(page, outcome=Outcome.DECIDED, decided_on="")
    page = region.post(f"/planning/{CODE}/besluiten/8/", rows)
    assert f"Vul in op welke dag {name(LATE)} besloten heeft." in page.text
    page = region.post(f"/planning/{CODE}/kalender/", {"recesses-0-first": "19-12-2026"})
    assert page.errors == ["Reces, regel 1, tot en met: Vul de laatste dag in."]
    page = region.post(f"/planning/{CODE}/kalender/", {"recesses-0-name": "kerst"})
    assert page.errors == ["Reces, regel 1, van: Vul dit ook in, of maak de regel leeg."]
    page = region.post(f"/planning/{CODE}/import/", {"file": (io.BytesIO(b"x"), "plan.pdf")})
    assert page.errors[0].startswith("Blad mijlpalen: de kolom 'code' ontbreekt.")
    page = region.post("/planning/nieuw/", {"code": CODE, "name": "x", "template": "SAS regionaal"})
    assert page.errors == [f"Er is al een traject met code {CODE}. Kies een andere code."]


def test_entry_of_risk_action_header_calendar_and_participation(region):
    base = f"/planning/{CODE}"
    risk = {"title": "Nieuw risico", "chance": "2", "impact": "3", "step": "13"}
    assert region.post(f"{base}/risicos/", risk).status == 302
    changed = risk | {"measure": "bellen"}
    assert region.post(f"{base}/risicos/?risico=Nieuw+risico", changed).status == 302
    action = {"text": "Bel Kampen", "state": "deels", "due_on": "01-12-2026"}
    assert region.post(f"{base}/acties/", action).status == 302
    document = queries.load(process())
    assert [r.measure for r in document.risks if r.title == "Nieuw risico"] == ["bellen"]
    assert "Bel Kampen" in [a.text for a in document.actions]
    header = {
        "name": "Andere naam", "procedure": "europees_openbaar", "status": "lopend",
        "lead_municipality": "0193", "price_cents": "11.600,00",
        "tracks": str(document.header.tracks),
    }  # fmt: skip
    assert region.post(f"{base}/gegevens/", header).status == 302
    calendar = {
        "recesses-0-first": "19-12-2026", "recesses-0-last": "3-1-2027",
        "recesses-0-name": "kerst", "meetings-1-municipality": "0193",
        "meetings-1-body": "college", "meetings-1-days": "08-12-2026 15-12-2026",
    }  # fmt: skip
    assert region.post(f"{base}/kalender/", calendar).status == 302
    rows = {
        "rows-0-municipality": "0193", "rows-0-route": "B", "rows-0-scale": "lokaal",
        "rows-0-reason": "groot", "rows-3-municipality": "0148", "rows-3-route": "Z",
        "rows-3-scale": "regionaal",
    }  # fmt: skip
    assert region.post(f"{base}/deelname/", rows).status == 302
    document = queries.load(process())
    assert document.header.value_cents == document.header.tracks * 1_160_000
    assert document.meetings[0].municipality == "0193"
    assert {(p.route, p.scale) for p in document.participations} == {
        ("B", "lokaal"),
        ("Z", "regionaal"),
    }


def test_a_calendar_program_reads_with_its_secret_and_nothing_else(region):
    page = region.post(f"/planning/{CODE}/agendalink/")
    token = re.search(r"/agenda/([\w-]+)\.ics", page.html)[1]
    region.sign_out()
    answer = region.get(f"/agenda/{token}.ics")
    assert answer.headers["Cache-Control"] == "private, no-store"
    content = answer.response.data
    assert len(icalendar.Calendar.from_ical(content).walk("VEVENT")) > 24
    region.get("/agenda/anders.ics", status=404)
    link = CalendarLink.get()
    assert token not in link.token_hash
    region.sign_in("contractmanager")
    region.post(f"/planning/agendalink/{link.id}/intrekken/", status=404)
    region.sign_in("regio")
    region.post(f"/planning/agendalink/{link.id}/intrekken/")
    region.get(f"/agenda/{token}.ics", status=404)


def test_a_calendar_of_an_owner_shows_what_its_maker_may_see(region):
    region.sign_in("gemeente", municipalities=["0148"])
    page = region.post("/planning/mijlpalen/agendalink/", {"eigenaar": "inkoop"})
    token = re.search(r"/agenda/([\w-]+)\.ics", page.html)[1]
    region.sign_out()
    content = region.get(f"/agenda/{token}.ics").response.data
    assert b"UID:SAS-2027.10@taalinkoop" in content
    assert b"UID:SAS-2027.14@taalinkoop" not in content


def test_working_back_from_the_end_of_a_contract(region):
    page = region.get("/planning/terugplannen/?contract_einde=31-12-2029")
    assert "Uiterlijk beginnen op" in page.text
    assert page.rows()[-1] == ["21 Start dienstverlening", "01-01-2030", "01-01-2030"]
    assert "Fout" in region.get("/planning/terugplannen/?contract_einde=morgen").text


def test_addresses_that_name_nothing(region):
    for url in (
        "/planning/X/", f"/planning/{CODE}/mijlpalen/99/", f"/planning/{CODE}/besluiten/1/",
        f"/planning/{CODE}/trend.pdf", "/planning/terugplannen/?sjabloon=x",
    ):  # fmt: skip
        region.get(url, status=404)


def test_a_plan_of_one_month_has_no_trend_yet(region):
    ForecastPoint.delete().where(ForecastPoint.month < month_of(today())).execute()
    region.get(f"/planning/{CODE}/trend.svg", status=404)


def test_portfolio_says_how_many_ask_attention(region):
    page = region.get("/planning/")
    assert page.text.count(CODE) >= 2
    assert "Het lopende traject vraagt aandacht: SAS-2027." in page.text


def test_scale_requirements_and_questions_by_form(region):
    base = f"/planning/{CODE}"
    page = region.get(f"{base}/eisen/")
    assert "1 eis wordt nergens gemeten; 1 KPI is door niemand gevraagd." in page.text
    given = {
        "numbers-0-municipality": "0193", "numbers-0-route": "B", "numbers-0-year_2027": "156",
        "groups-0-route": "B", "groups-0-size": "12",
    }  # fmt: skip
    assert region.post(f"{base}/schaal/wijzig/", given).status == 302
    page = region.get(f"{base}/schaal/")
    assert page.rows(0)[0][-1] == "1,8"
    page = region.post(f"{base}/schaal/wijzig/", given | {"numbers-0-year_2027": "veel"})
    assert page.errors == [
        "Trajecten per jaar, B1-route, Zwolle, 2027: Vul een heel getal in, zonder punten of komma."
    ]
    before = trace(process())
    page = region.get(f"{base}/eisen/wijzig/")
    same = {n: v for n, v in filled(page).items() if n.startswith(("items", "links"))}
    region.post(f"{base}/eisen/wijzig/", same, status=302)
    assert set(trace(process())) == set(before)
    region.post(f"{base}/eisen/wijzig/", same | {"items-0-text": "Anders"}, status=302)
    assert "Anders" in [item.text for item in trace(process())]
    question = {
        "stage": "marktconsultatie", "asked_on": "01-11-2026", "question": "Mag dat?",
        "answer": "Ja", "published_on": "05-11-2026",
    }  # fmt: skip
    assert region.post(f"{base}/vragen/3/", question).status == 302
    page = region.post(f"{base}/vragen/3/", question)
    assert "verandert niet meer" in page.errors[0]


def test_from_planning_back_to_a_traject_and_moving_all_of_it(region):
    page = region.get("/planning/terugplannen/?contract_einde=31-12-2029")
    (link,) = [url for url in page.links if "/nieuw/" in url]
    values = filled(region.get(link))
    assert (values["current_until"], values["go_live"]) == ("31-12-2029", "01-01-2030")
    form = values | {"code": "TERUG-1", "name": "Terug", "others-0-municipality": "0363"}
    page = region.post(link, form | {"contract_until": "31-12-2028"})
    assert "Bedoel je het huidige contract?" in page.errors[0]
    page = region.post(link, form | {"go_live": "01-12-2029"})
    assert "31 dagen overlap. Vul bij Reden van de overlap in waarom" in page.errors[0]
    page = region.post(link, form, follow=True)
    assert "Het traject is gemaakt als concept." in page.text
    assert "Huidig contract tot en met31-12-2029" in page.text.replace(" 31", "31")
    move = {"go_live": "01-07-2030", "reason": "wet uitgesteld"}
    page = region.post("/planning/TERUG-1/schuif-alles/", move)
    assert "Kies door wie of wat het plan verschuift." in page.errors[0]
    page = region.post("/planning/TERUG-1/schuif-alles/", move | {"cause": "wet"}, follow=True)
    assert "(streefdatum)01-07-2030" in page.text.replace(" 01", "01")
    after, before = versions_of(region.get("/planning/TERUG-1/verwachting/"))
    assert after[2:4] == ["wet uitgesteld", "de wet"]
    assert before[2:4] == ["Voor het schuiven: wet uitgesteld", "eerste plan"]
    said = region.get("/planning/TERUG-1/geschiedenis/").text
    assert "wet uitgesteld (verschoven door de wet)" in said


def versions_of(page):
    """Rows of the planversies of a plan, newest first."""
    return page.rows(page.html.count("<table") - 1)


def test_who_makes_a_plan_anew_says_by_whose_doing(region):
    """The first planversie moved nothing; of each later one the cause is asked, kept and told."""
    make, expected = f"/planning/{CODE}/planversies/nieuw/", f"/planning/{CODE}/verwachting/"
    assert "Kies door wie of wat" in region.post(make, {"reason": "Uitloop"}).errors[0]
    region.post(make, {"reason": "Uitloop", "cause": "eigen"})
    newest = versions_of(region.get(expected))[0]
    assert newest[2:4] == ["Uitloop", "onszelf of een partij"]
    assert (
        "verschoven door onszelf of een partij" in region.get(f"/planning/{CODE}/mijlpalen/").text
    )
    first = f"/planning/{DALFSEN_CODE}/planversies/2/"
    assert "uitgesteld naar 1-7-2021 (verschoven door de wet)" in region.get(first).text
    start = region.get(f"/planning/{DALFSEN_CODE}/mijlpalen/7/").text
    assert "eerst gepland op 01-01-2021, verschoven door de wet" in start


def test_two_contracts_at_the_same_time_only_with_a_reason(region):
    header = f"/planning/{CODE}/gegevens/"
    values = filled(region.get(header)) | {"procedure": "SAS", "status": "lopend"}
    start = process().go_live
    overlapping = values | {"current_until": f"{start + timedelta(days=9):%d-%m-%Y}"}
    assert "10 dagen overlap" in region.post(header, overlapping).errors[0]
    assert "naast elkaar" not in region.get(f"/planning/{CODE}/").text
    page = region.post(header, overlapping | {"overlap": "warme overdracht"}, follow=True)
    assert "Het huidige en het nieuwe contract lopen 10 dagen naast elkaar." in page.text
    assert "warme overdracht" in region.get(f"/planning/{CODE}/geschiedenis/").text
    # Said once: what is changed later, beside these days, needs no reason again.
    renamed = overlapping | {"name": "Taallessen 2027"}
    assert region.post(header, renamed).status == 302


def test_my_own_milestones(region):
    assert "mijn mijlpalen" not in region.get("/planning/mijlpalen/").text
    step = {"code": "12", "title": "Vragenronde 2", "kind": "taak", "unit": "cd", "duration": "14",
            "purpose": "", "body": "", "owner": "Test regio", "waits": "11"}  # fmt: skip
    assert region.post(f"/planning/{CODE}/mijlpalen/12/", step).status == 302
    page = region.get("/planning/mijlpalen/")
    assert "Toon alleen mijn mijlpalen" in page.text
    page = region.get("/planning/mijlpalen/?eigenaar=Test+regio")
    assert [row[0] for row in page.rows()] == ["Vragenronde 2"]
    assert page.title == "Mijlpalen van Test regio"


def test_the_milestones_say_on_top_how_many_are_late(region):
    late = Milestone.select().where(Milestone.health == "te laat").count()
    assert late
    assert f"{late} van " in region.get("/planning/mijlpalen/").text
    text = region.get("/planning/mijlpalen/?eigenaar=inkoop&gezondheid=gereed").text
    assert "open mijlpalen" in text


def test_the_trend_of_the_first_case_shows_both_postponements(region):
    trend = region.get(f"/planning/{DALFSEN_CODE}/trend.csv").response.get_data(as_text=True)
    assert [line.split(";")[1] for line in trend.splitlines()[1:]] == [
        "01-01-2021",  # the first plan
        "01-07-2021",  # the law postponed once
        "01-01-2022",  # and again
        "01-01-2022",  # as it came
    ]


def test_the_region_says_how_sure_a_term_is_and_its_plans_follow(region):
    form = {"template": "SAS regionaal", "code": "KLEIN", "name": "Klein", "go_live": "01-01-2030"}
    region.post("/planning/nieuw/", form, status=302)
    header = filled(region.get("/planning/KLEIN/gegevens/"))
    region.post("/planning/KLEIN/gegevens/", header | {"tracks": "3", "price_cents": "11600"})
    assert "Advies: De geraamde waarde is" in region.get("/planning/KLEIN/").text
    where = "/planning/termijnen/social_threshold/SAS/"
    assert region.post(where, {"certainty": "bindend"}).errors == ["Vul in waarom."]
    region.post(where, {"certainty": "bindend", "reason": "Onze jurist, 3-11"}, status=302)
    page = region.get("/planning/KLEIN/")
    assert "Dit plan past niet bij de wet" in page.text
    assert "De regio noemt dit bindend: Onze jurist, 3-11" in page.text
    assert "door de regio: Onze jurist, 3-11" in region.get("/planning/termijnen/").text
    assert "Nog niet hersteld" in region.get("/planning/KLEIN/risicos-en-acties/").text
    # What is usual again needs no opinion.
    region.post(where, {"certainty": "advies", "reason": "toch niet"}, status=302)
    assert "Advies: De geraamde waarde is" in region.get("/planning/KLEIN/").text
    region.get("/planning/termijnen/social_threshold/KRAS/", status=404)


def test_a_traject_has_one_estimate(region):
    header = queries.load(process()).header
    estimate = f"{header.tracks:,}".replace(",", ".")
    assert f"{estimate} × " in region.get(f"/planning/{CODE}/schaal/").text
    form = filled(region.get(f"/planning/{CODE}/gegevens/"))
    page = region.post(f"/planning/{CODE}/gegevens/", form | {"tracks": "99"})
    assert f"telt op tot {estimate} trajecten. Wijzig haar bij Schaal" in page.errors[0]
    rows = filled(region.get(f"/planning/{CODE}/schaal/wijzig/"))
    more = rows | {"numbers-0-year_2027": str(int(rows["numbers-0-year_2027"]) + 10)}
    region.post(f"/planning/{CODE}/schaal/wijzig/", more, status=302)
    assert queries.load(process()).header.tracks == header.tracks + 10
