"""Whatever is sent to the API gets an answer: a receipt, or a problem document in Dutch."""

import io
import json

import pytest

from app.api.guard import meter
from core.accounts import Role
from quality.learners.facts import FACT_COLUMNS
from tests.app.test_api import ROW, Caller, token_for
from tests.builders import make_contract, make_provider

pytestmark = pytest.mark.thorough

VALUES = (
    None, True, [], {}, ["a"], {"a": [1]}, float("inf"), float("nan"), 10**400, -1, 0.1, "", "\0",
    "\ud800", "\u202e", "x" * 200_000, "9" * 5_000, "1e9999", "=1+1", "123456782", "31-02-2026",
    "0001-01-01", "9999-12-31", "٣-٣-٢٠٢٦", "²", "#N/A", "x" * 131_073 + '"',
)  # fmt: skip
LETTER = '[{"trajectnummer":"é"}]'
BODIES = (
    b"", b"null", b"1", b"NaN", b'"x"', b"[]", b"{}", b"[[]]", b"[1]", b"[null]", b"[{}]",
    b"[" * 100_000, b'{"a":' * 50_000, b'{"leveringen":{}}', b'{"leveringen":[1]}', b'[{"":1}]',
    b'[{"trajectnummer":1,"trajectnummer":2}]', b'[{"trajectnummer":"A-1"}', b'[{"\\u0000":1}]',
    b'[{"\\ud800":"\\udfff"}]', b"\xff\xfe", b"\xef\xbb\xbf", b"\0" * 100, b"\x80abc",
    LETTER.encode("utf-16"), LETTER.encode("utf-32"), LETTER.encode("latin1"),
    b"PK\x03\x04xxxx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"\r\r", b";;;\n;;;", b'"', b"a,b\n" * 99,
    b"trajectnummer;doelgroep\nA-1;" + b"x" * 140_000 + b'"',
    # No encoding can hold all of it, and the byte that shows so stands behind another.
    b"trajec\x87nummer|doelgroep\nA-1|\xc4\xb1p{\xcb\x96\xf1\x98\xb2\x91\xc5\x81\x8f\x8d\x9d",
)  # fmt: skip
TYPES = ("application/json", "text/csv")
ODD_TYPES = ("application/json; charset=zzz", "text/plain", "", "multipart/form-data",
             "application/vnd.ms-excel")  # fmt: skip


@pytest.fixture
def check(app, db):
    """Send a body to a door and judge the answer; gives its status."""
    make_contract(make_provider("TA001"))
    callers = {
        "/deliveries": Caller(app, token_for(Role.PROVIDER, "deliveries:create")),
        "/learners": Caller(
            app, token_for(Role.MUNICIPALITY, "learners:create", municipalities=["0148"])
        ),
    }

    def send(path, **sent):
        meter._counts.clear()
        answer = callers[path].send(None, path, **sent)
        assert answer.status_code < 500, (sent, answer.text)
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
            assert answer.get_json()["detail"]
        return answer.status_code

    return send


@pytest.mark.both_engines
def test_no_value_of_a_learner_ends_in_a_fault_of_the_server(check):
    good = {"trajectnummer": "A-1", "doelgroep": "asiel"}
    for value in VALUES:
        every = {column.name: value for column in FACT_COLUMNS}
        for row in (every, every | good, good | {str(value)[:300]: value}):
            check("/learners", data=json.dumps([row]))


def test_no_value_of_a_delivery_ends_in_a_fault_of_the_server(check):
    for value in VALUES:
        check("/deliveries", data=json.dumps([ROW, dict.fromkeys(ROW, value)]))


def test_no_body_of_any_kind_ends_in_a_fault_of_the_server(check):
    for body in BODIES:
        for kind in TYPES:
            check("/learners", data=body, content_type=kind)
        check("/deliveries", data=body)
    for kind in ODD_TYPES:
        for body in (b"", b"[{}]", b"\0\xff"):
            check("/learners", data=body, content_type=kind)
    for file in ((io.BytesIO(b"x"), "\0.csv"), (io.BytesIO(b""), ""), "text"):
        check("/learners", data={"file": file}, content_type="multipart/form-data")
