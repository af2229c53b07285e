"""No free text keeps personal data: what is typed about a person is refused beside its field."""

import pytest

from core.audit import AuditLine
from core.jobs.models import Job
from providers.models import Delivery
from quality.agreements.models import Agreement, Complaint, Talk
from quality.models import Reaction
from tests.builders import make_delivery, make_provider

ABOUT = ["Mail f.y@x.nl", "bel 06-12345678", "over 123-456-782", "Fatima Yilmaz kwam niet"]


@pytest.mark.parametrize("text", ABOUT)
def test_the_reason_of_a_withdrawal(client, text):
    delivery = make_delivery(make_provider())
    client.sign_in("contractmanager")
    page = client.post(f"/leveringen/{delivery.id}/intrekken/", {"reason": text}, status=None)
    assert page.errors[0].startswith("In deze tekst staat een ")
    assert Delivery.get().withdrawn_reason is None
    assert not Job.select().exists()
    assert not AuditLine.select().exists()


@pytest.mark.parametrize("text", ABOUT)
@pytest.mark.parametrize(("model", "field"), [
    (Reaction, "text"), (Reaction, "answer"), (Complaint, "summary"), (Complaint, "outcome"),
    (Delivery, "withdrawn_reason"),
])  # fmt: skip
def test_no_door_stores_it(model, field, text):
    with pytest.raises(Exception, match="In deze tekst staat een "):
        getattr(model, field).db_value(text)


@pytest.mark.parametrize("field", [Agreement.text, Agreement.closing_note, Talk.report])
def test_who_is_at_work_may_be_named_and_not_called(field):
    assert field.db_value("mevrouw De Vries belt") == "mevrouw De Vries belt"
    with pytest.raises(Exception, match="een telefoonnummer"):
        field.db_value("mevrouw De Vries, 06-12345678")
