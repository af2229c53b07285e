"""The API: tokens, deliveries by the same door, rights, and errors as problem documents."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jsonschema
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.api import deliveries as api_deliveries
from app.api.declaration import OPERATIONS
from app.api.guard import meter
from app.api.openapi import document
from app.tasks.jobs import drain
from core.accounts import Account, Role
from core.audit import AuditLine
from core.dates import today
from core.errors import DomainError
from core.identity.api_token_operations import account_of, find_token, make_token, revoke_token
from core.identity.models import ApiToken
from core.jobs.models import Job
from procurement.plan.documents import Header
from procurement.plan.operations import start_plan
from providers.models import Delivery, ProgressRecord
from quality.models import ScoreCard
from tests.builders import make_delivery, make_provider
from tests.pages import Client

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = {
    "rapportagemaand": "2026-10",
    "trajectnummer": "T-1",
    "gemeentecode": "0148",
    "leerroute": "B",
    "datum_aanmelding": "01-09-2026",
    "datum_eerste_les": "15-09-2026",
    "uren_aangeboden": "40",
    "uren_gevolgd": "36",
    "uren_geoorloofd_verzuim": "4",
    "uren_ongeoorloofd_verzuim": "0",
    "uren_avond_weekend": "0",
    "uren_bevoegd_docent": "40",
    "niveau_lezen": "A1",
    "niveau_luisteren": "A1",
    "niveau_schrijven": "A1",
    "niveau_spreken": "A1",
    "status": "actief",
}


class Caller:
    """Someone with a token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.browser = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.browser.get(f"/api/v1{path}", headers=self.headers, **more)

    def send(self, rows: Any, path: str = "/deliveries", **more: Any) -> TestResponse:
        given = {"data": json.dumps(rows), "content_type": "application/json"} | more
        return self.browser.post(f"/api/v1{path}", headers=self.headers, **given)


@pytest.fixture(autouse=True)
def fresh_meter() -> None:
    meter._counts.clear()


def token_for(role: Role, *permissions: str, **more: Any) -> str:
    values = {
        "name": "leerlingsysteem",
        "provider_code": "TA001" if role == Role.PROVIDER else None,
        "municipalities": [],
        "expires_on": None,
        "by": "beheer@example.org",
        "at": AT,
    }
    return make_token(role=role, permissions=permissions, **{**values, **more})[1]


@pytest.fixture
def school(app: Flask, client: Client) -> Caller:
    make_provider("TA001")
    return Caller(app, token_for(Role.PROVIDER, "deliveries:create", "deliveries:read"))


def is_problem(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    jsonschema.validate(body, resolved("Problem"))
    assert body["status"] == status
    return body


def resolved(name: str) -> dict[str, Any]:
    """A schema of the document with its references in reach."""
    return {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}


def test_rows_become_a_delivery_with_its_receipt_and_scores(school):
    answer = school.send({"leveringen": [ROW]})
    assert answer.status_code == 201, answer.text
    receipt = answer.get_json()
    jsonschema.validate(receipt, resolved("Receipt"))
    # no contract covers the row: taken in, with a warning
    assert (receipt["status"], receipt["accepted"]) == ("accepted_with_warnings", 1)
    assert answer.headers["Location"] == f"/api/v1/deliveries/{receipt['delivery']}"
    assert Delivery.get().sender.startswith("api:leerlingsysteem (tlk_")
    # the month's score is computed by the same call
    assert ScoreCard.select().count() == 1
    read = school.get(f"/deliveries/{receipt['delivery']}").get_json()
    jsonschema.validate(read, resolved("Delivery"))
    assert read["receipt"] == receipt
    assert read["state"] == "held"


def test_the_same_bytes_again_change_nothing(school):
    first = school.send([ROW]).get_json()
    again = school.send([ROW])
    assert again.status_code == 200
    assert again.get_json()["status"] == "already_delivered"
    assert again.get_json()["delivery"] == first["delivery"]
    assert Delivery.select().count() == 1
    anew = school.send([ROW], "/deliveries?again=true")
    assert anew.status_code == 201
    assert anew.get_json()["unchanged"] == 1


def test_a_file_as_a_form_part_and_as_a_body(school):
    csv = ";".join(ROW) + "\n" + ";".join(ROW.values()) + "\n"
    part = {"file": (io.BytesIO(csv.encode()), "../oktober.csv")}
    answer = school.send(None, data=part, content_type="multipart/form-data")
    assert answer.status_code == 201, answer.text
    assert answer.get_json()["file"] == "oktober.csv"
    other = csv.replace("T-1", "T-2").encode()
    answer = school.send(None, "/deliveries?month=2026-10", data=other, content_type="text/csv")
    assert answer.get_json()["accepted"] == 1


def test_rejected_rows_come_back_with_what_to_do(school):
    receipt = school.send([ROW, ROW | {"trajectnummer": "T-2", "leerroute": "X"}]).get_json()
    assert (receipt["status"], receipt["accepted"], receipt["rejected"]) == (
        "partly_accepted",
        1,
        1,
    )
    assert receipt["problems"][0]["column"] == "leerroute"


def test_a_refused_file_is_a_problem_with_its_receipt(school):
    problem = is_problem(school.send([{"naam": "x"}]), 422)
    assert problem["type"] == "urn:taalinkoop:problem:delivery_refused"
    assert problem["receipt"]["status"] == "refused"
    assert "trajectnummer" in problem["receipt"]["missing_columns"]
    assert not ProgressRecord.select().exists()


def test_a_large_file_goes_to_the_queue(app, school, monkeypatch):
    monkeypatch.setattr("app.tasks.delivering.LARGE_BYTES", 10)
    answer = school.send([ROW])
    assert answer.status_code == 202
    waiting = answer.get_json()
    jsonschema.validate(waiting, resolved("Delivery"))
    assert (waiting["state"], waiting["receipt"]) == ("queued", None)
    where = answer.headers["Location"].removeprefix("/api/v1")
    assert school.get(where).get_json()["state"] == "queued"
    # the same bytes while it waits: the same delivery, and one job
    assert school.send([ROW]).headers["Location"] == answer.headers["Location"]
    assert drain(app.config) == 1
    done = school.get(where).get_json()
    assert (done["state"], done["receipt"]["accepted"]) == ("held", 1)
    assert ScoreCard.select().exists()


def test_a_school_reaches_only_itself(app, school):
    other = make_delivery(make_provider("TA002"))
    is_problem(school.get(f"/deliveries/{other.id}"), 404)
    is_problem(school.send([ROW], "/deliveries?aanbieder=TA002"), 403)
    is_problem(school.get("/scores?month=2026-10"), 403)
    is_problem(school.get("/plans/ZWO-2027"), 403)
    assert Delivery.select().count() == 1


def test_a_token_may_no_more_than_its_role_and_its_permissions(app, db):
    make_provider("TA001")
    reader = Caller(app, token_for(Role.PROVIDER, "deliveries:read"))
    is_problem(reader.send([ROW]), 403)
    with pytest.raises(DomainError) as error:
        token_for(Role.REGION, "deliveries:create")
    assert error.value.field == "permissions"
    region = Caller(app, token_for(Role.REGION, "deliveries:read"))
    delivery = make_delivery()
    assert region.get(f"/deliveries/{delivery.id}").get_json()["receipt"]["problems"] == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"role": Role.ADMINISTRATOR}, "no_administrator_token"),
        ({"role": Role.PROVIDER, "provider_code": None}, "provider_missing"),
        ({"role": Role.MUNICIPALITY}, "municipality_missing"),
        ({"permissions": ()}, "no_permission"),
        ({"expires_on": date(2026, 11, 22)}, "expired_at_once"),
    ],
)
def test_a_token_that_cannot_be(db, wrong, code):
    values: dict[str, Any] = {
        "name": "x", "role": Role.AUDITOR, "provider_code": None, "municipalities": [],
        "permissions": ["scores:read"], "expires_on": None, "by": "x", "at": AT,
    }  # fmt: skip
    with pytest.raises(DomainError) as error:
        make_token(**{**values, **wrong})
    assert error.value.code == code


def test_only_the_hash_is_held_and_a_revoked_token_is_worthless(app, db):
    token = token_for(Role.AUDITOR, "scores:read", expires_on=today() + timedelta(days=1))
    stored = ApiToken.get()
    assert token not in str(stored.__data__)
    assert token not in str([line.after for line in AuditLine.select()])
    caller = Caller(app, token)
    assert caller.get("/scores?month=2026-10").status_code == 200
    assert ApiToken.get().last_used_on == today()
    assert find_token(token, today=today() + timedelta(days=2)) is None
    assert isinstance(account_of(stored), Account)
    revoke_token(stored, by="beheer@example.org", at=AT)
    answer = caller.get("/scores?month=2026-10")
    is_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    with pytest.raises(DomainError):
        revoke_token(stored, by="beheer@example.org", at=AT)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer onzin", "Basic eA==", "bearer \0"])
def test_without_a_token_there_is_nothing(app, db, header):
    headers = {} if header is None else {"Authorization": header}
    browser = app.test_client()
    for one in OPERATIONS:
        path = one.path.replace("{id}", "1").replace("{code}", "A")
        answer = browser.open(f"/api/v1{path}", method=one.method, headers=headers)
        is_problem(answer, 401)


def test_a_session_gives_no_way_in(client):
    client.sign_in("beheerder")
    assert client.browser.get("/api/v1/scores?month=2026-10").status_code == 401


def test_too_many_requests(app, school):
    app.config["TAALINKOOP_API_PER_MINUTE"], before = 3, app.config["TAALINKOOP_API_PER_MINUTE"]
    try:
        answers = [school.get("/deliveries/1") for _ in range(4)]
    finally:
        app.config["TAALINKOOP_API_PER_MINUTE"] = before
    assert [a.status_code for a in answers] == [404, 404, 404, 429]
    is_problem(answers[-1], 429)
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_every_error_is_a_problem_document(app, school):
    is_problem(school.get("/nergens"), 404)
    wrong_method = app.test_client().delete("/api/v1/deliveries")
    is_problem(wrong_method, 405)
    assert wrong_method.headers["Allow"] == "OPTIONS, POST"
    is_problem(school.send(None, data=b"x", content_type="image/png"), 415)
    is_problem(school.send(None, data=b"", content_type="text/csv"), 400)
    is_problem(school.send(None, data=b"", content_type="application/vnd.ms-excel"), 400)
    is_problem(school.send(None, data={"x": "y"}, content_type="multipart/form-data"), 400)
    is_problem(school.send([ROW], "/deliveries?month=2026-13"), 400)
    is_problem(school.send([ROW], "/deliveries?maand=2026-10"), 400)
    is_problem(school.send([ROW], "/deliveries?again=ja"), 400)
    is_problem(school.get("/deliveries/0"), 404)
    is_problem(school.get("/deliveries/99999999999999999999"), 404)


def test_too_large_a_file(app, school):
    before, app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_CONTENT_LENGTH"], 1000
    try:
        is_problem(school.send(None, data=b"x" * 2000, content_type="text/csv"), 413)
    finally:
        app.config["MAX_CONTENT_LENGTH"] = before


def test_scores_of_a_month(app, school):
    school.send([ROW])
    reader = Caller(app, token_for(Role.CONTRACT_MANAGER, "scores:read"))
    body = reader.get("/scores?month=2026-10").get_json()
    jsonschema.validate(body, resolved("Scores"))
    assert [(s["aanbieder"], s["route"]) for s in body["scores"]] == [("TA001", "B")]
    assert body["scores"][0]["score"] is None
    assert reader.get("/scores?month=2026-10&route=Z").get_json()["scores"] == []
    assert reader.get("/scores?month=2026-10&aanbieder=TA009").get_json()["scores"] == []
    is_problem(reader.get("/scores"), 400)


def test_a_plan_and_its_ocds_release(app, db):
    header = Header("ZWO-2027", "Inkoop Zwolle", "Zwolle", starts_on=date(2026, 1, 5))
    start_plan(header, template="SAS regionaal", participations=(), by="x", at=AT)
    reader = Caller(app, token_for(Role.REGION, "planning:read"))
    assert reader.get("/plans/ZWO-2027").get_json()["code"] == "ZWO-2027"
    released = reader.get("/ocds/ZWO-2027").get_json()
    jsonschema.validate(released, resolved("OcdsPackage"))
    assert released["releases"][0]["ocid"].endswith("ZWO-2027")
    is_problem(reader.get("/plans/ONBEKEND"), 404)
    gemeente = token_for(Role.MUNICIPALITY, "planning:read", municipalities=["0148"])
    is_problem(Caller(app, gemeente).get("/plans/ZWO-2027"), 404)


def test_the_description_is_open_and_valid(client):
    body = client.browser.get("/api/v1/openapi.json").get_json()
    assert body["openapi"] == "3.1.0"
    declared = {(one.method.lower(), one.path) for one in OPERATIONS}
    assert {(m, p) for p, methods in body["paths"].items() for m in methods} == declared
    client.sign_in("auditor")
    page = client.get("/api/v1/")
    for _, path in declared:
        assert f"/api/v1{path}" in page.text


def test_jobs_of_other_deliveries_are_not_taken_for_this_one(app, school):
    delivery = make_delivery(make_provider("TA001"), state="received")
    Job.create(kind="delivery", title="x", arguments={"delivery": delivery.id + 1}, created_by="x",
               created_at=AT)  # fmt: skip
    assert school.get(f"/deliveries/{delivery.id}").get_json()["state"] == "received"
    Job.create(kind="delivery", title="x", arguments={"delivery": delivery.id}, state="failed",
               message="Het bestand is er niet meer.", created_by="x", created_at=AT)  # fmt: skip
    body = school.get(f"/deliveries/{delivery.id}").get_json()
    assert (body["state"], body["message"]) == ("failed", "Het bestand is er niet meer.")
    assert api_deliveries.JOBS_LOOKED_AT > 1


def test_the_keeper_makes_a_token_and_sees_it_once(client, app):
    make_provider("TA001", name="Taalhuis IJssel")
    client.sign_in("beheerder")
    client.get("/beheer/api-tokens/")
    client.get("/beheer/api-tokens/nieuw/")
    form = {"name": "Leerlingsysteem", "role": "aanbieder", "permissions": ["deliveries:create"]}
    refused = client.post("/beheer/api-tokens/nieuw/", form, status=200)
    assert refused.errors == ["Kies de aanbieder voor wie dit token is."]
    page = client.post("/beheer/api-tokens/nieuw/", form | {"provider_code": "TA001"}, status=200)
    token = next(e for e in page.all("code")).text or ""
    assert token.startswith("tlk_")
    assert Caller(app, token).send([ROW]).status_code == 201
    listing = client.get("/beheer/api-tokens/")
    assert token not in listing.html
    assert token[:10] in listing.html
    number = ApiToken.get().id
    client.get(f"/beheer/api-tokens/{number}/intrekken/")
    page = client.post(f"/beheer/api-tokens/{number}/intrekken/", follow=True)
    assert "ingetrokken" in page.rows()[0][-1]
    assert Caller(app, token).send([ROW]).status_code == 401


@pytest.mark.parametrize("role", ["regio", "contractmanager", "aanbieder", "gemeente"])
def test_others_have_no_business_with_tokens(client, role):
    client.sign_in(role, provider_code="TA001")
    client.get("/beheer/api-tokens/", status=403)
    client.post("/beheer/api-tokens/nieuw/", status=403)
