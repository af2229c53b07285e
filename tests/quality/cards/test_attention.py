"""What the start page says about scores, reactions, models and signals."""

from datetime import UTC, date, datetime

from core.accounts import Account
from providers.codes import TrackStatus
from quality.attention import attention
from quality.cards import operations
from quality.cards.reactions import react
from tests.builders import make_provider, make_record
from tests.quality.cards.test_operations import OCT, SEP, WHO, deliver
from tests.quality.method.test_model_pages import other_model, propose

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def texts(role, **more):
    account = Account(email="ik@zwolle.nl", role=role, municipalities=[], **more)
    return [item.text for item in attention(account, TODAY)]


def test_a_provider_that_fell_a_class_is_told_to_who_may_see_it(db):
    for month in (SEP, OCT):
        deliver("TA001", month, minutes_certified=0 if month == OCT else 2880)
        operations.compute(month, **WHO)
    sentence = (
        "Taalschool TA001 zakte in oktober 2026 naar voldoende (route B) "
        "door het aandeel bevoegde docenten."
    )
    assert texts("contractmanager") == [sentence]
    assert texts("aanbieder", provider_code="TA001") == [sentence]
    assert texts("aanbieder", provider_code="TA002") == []
    assert texts("beheerder") == []


def test_a_reaction_and_a_model_wait_for_the_contract_manager(db):
    react(make_provider(), route=1, month=OCT, criterion="", text="Graag overleg.", by="a@b", at=AT)
    propose(other_model())
    assert texts("contractmanager") == [
        "Taalschool TA001 reageerde op de score van oktober 2026.",
        "Het voorstel voor model streng wacht op goedkeuring.",
    ]
    assert texts("regio") == []


def test_unseen_signals_wait_for_the_gemeente(db):
    make_record(month=OCT, status=TrackStatus.WAITING, registered_on=date(2026, 6, 1))
    operations.recompute_after(make_provider(), [OCT], **WHO)
    account = Account(email="g@dalfsen.nl", role="gemeente", municipalities=["0148"])
    (item,) = attention(account, TODAY)
    assert (item.text, item.more) == (
        "1 signaal is nog niet gezien.",
        "Daarvan is er 1 dringend.",
    )


def test_nothing_to_do_says_nothing(db):
    assert texts("contractmanager") == []
