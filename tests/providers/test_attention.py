"""What the start page says about deliveries and marks, and to whom."""

from datetime import UTC, date, datetime

import pytest

from core.accounts import Account, Role
from core.attention import Urgency
from providers.attention import attention
from providers.codes import MarkStatus
from providers.models import DeliveryMonth, Provider, QualityMark, RejectedRow
from tests.builders import make_contract, make_delivery, make_provider

TODAY = date(2026, 11, 23)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def someone(role: Role, **scope) -> Account:
    return Account(role=role, municipalities=scope.pop("municipalities", []), **scope)


def texts(account: Account, today: date = TODAY) -> list[str]:
    return [item.text for item in attention(account, today)]


@pytest.fixture
def provider(db) -> Provider:
    result = make_provider("TA001", name="Aardig")
    make_contract(result, valid_from=OCTOBER)
    return result


def delivered(provider: Provider, **more) -> None:
    delivery = make_delivery(provider, received_at=datetime(2026, 11, 10, 9, tzinfo=UTC), **more)
    DeliveryMonth.create(delivery=delivery, month=OCTOBER, rows=3)
    for row in range(delivery.rejected):
        RejectedRow.create(delivery=delivery, row=row, month=OCTOBER)


def test_a_missing_delivery_is_urgent(provider) -> None:
    (item,) = attention(someone(Role.CONTRACT_MANAGER), TODAY)
    assert item.text == "De levering van Aardig over oktober 2026 ontbreekt."
    assert item.more == "Die moest er zijn op 13-11-2026."
    assert (item.urgency, item.due) == (Urgency.NOW, date(2026, 11, 13))


def test_a_delivery_with_faults_links_to_itself(provider) -> None:
    delivered(provider, rejected=1)
    (item,) = attention(someone(Role.CONTRACT_MANAGER), TODAY)
    said = "In de levering van Aardig over oktober 2026 moet nog 1 rij worden verbeterd."
    assert item.text == said
    assert item.url.startswith("/leveringen/")
    assert item.urgency == Urgency.SOON


def test_only_who_delivers_hears_that_a_month_is_almost_due(provider) -> None:
    delivered(provider)
    december = date(2026, 12, 11)
    assert texts(someone(Role.PROVIDER, provider_code="TA001"), december) == [
        "Stuur de levering van Aardig over november 2026 uiterlijk op 14-12-2026."
    ]
    assert texts(someone(Role.PROVIDER, provider_code="TA001"), date(2026, 12, 1)) == []
    assert texts(someone(Role.AUDITOR), december) == []


def test_who_may_not_see_deliveries_or_the_provider_hears_nothing(provider) -> None:
    assert texts(someone(Role.MUNICIPALITY, municipalities=["0193"])) == []
    assert texts(someone(Role.ADMINISTRATOR)) == []
    assert texts(someone(Role.PROVIDER, provider_code="TA002")) == []


@pytest.mark.parametrize(
    ("status", "checked", "said", "urgency"),
    [
        (MarkStatus.INDEFINITE, date(2026, 8, 25), None, None),
        (MarkStatus.INDEFINITE, date(2026, 8, 24), "op 24-08-2026", Urgency.LATER),
        (MarkStatus.FIXED_TERM, None, "nog niet gecontroleerd", Urgency.LATER),
        (MarkStatus.SUSPENDED, TODAY, "is geschorst sinds 01-01-2026", Urgency.NOW),
    ],
)
def test_a_mark_asks_attention_when_lost_or_long_unchecked(
    provider, status, checked, said, urgency
) -> None:
    delivered(provider)
    QualityMark.create(
        provider=provider, status=status, valid_from=date(2026, 1, 1), checked_on=checked
    )
    items = attention(someone(Role.MUNICIPALITY, municipalities=["0193"]), TODAY)
    assert [item.urgency for item in items] == ([] if said is None else [urgency])
    assert all(said in item.text for item in items)
    assert all(item.url == "/aanbieders/TA001/keurmerk/" for item in items)
