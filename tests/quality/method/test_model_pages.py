"""The method and its models: explained, tried, proposed by one and approved by another."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.errors import DomainError
from quality.cards import model_operations, operations, queries as cards
from quality.cards.forms import (
    form_for,
    knots_text,
    model_of,
    values_of,
    with_every_share,
)
from quality.method.model import BASIS_2027, ScoringModel
from quality.method.worked_example import example
from quality.models import ScoreCard, ScoringModelVersion
from tests.quality.cards.test_operations import AUG, OCT, SEP, WHO, deliver

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOV = date(2026, 11, 1)


def other_model(code="streng", **weights):
    """Basis-2027 with the weight of waiting time moved to teachers."""
    changed = {"wachttijd": 5, "bevoegd": 50} | weights
    return replace(
        BASIS_2027,
        code=code,
        criteria=tuple(
            replace(c, weight=changed.get(c.code, c.weight)) for c in BASIS_2027.criteria
        ),
    )


def typed(model):
    """What the form of a new model sends when nothing in it was changed but its name."""
    values = {k: str(v).replace(".", ",") for k, v in values_of(model).items() if v is not None}
    named = {"code": "streng", "valid_from": "2026-11", "reason": "Proef"}
    return values | named


def propose(model, *, valid_from=NOV, by="een@zwolle.nl"):
    return model_operations.propose(model, valid_from=valid_from, reason="Proef", by=by, at=AT)


def test_the_method_page_computes_its_example(client, db):
    client.sign_in("gemeente", municipalities=["0148"])
    page = client.get("/methode/")
    tree = example(BASIS_2027)
    assert "Model basis-2027" in page.text
    assert f"{tree['score']:.1f}".replace(".", ",") in page.text
    assert "Wachttijd" in page.text
    assert "Wat er anders is dan bij methode 1" in page.text
    assert "/methode/modellen/" in page.links


def test_the_method_page_follows_the_model_in_force(client, db):
    model_operations.approve(propose(other_model(), valid_from=OCT), by="twee@zwolle.nl", at=AT)
    client.sign_in("contractmanager")
    page = client.get("/methode/")
    assert "Model streng" in page.text
    assert "gewicht 50" in page.text


def test_the_form_reads_back_what_it_shows():
    values = {"code": "kopie", **values_of(BASIS_2027)}
    assert model_of(BASIS_2027, values) == BASIS_2027.renamed("kopie")
    knots = BASIS_2027.criterion("intensiteit").knots["Z"]
    assert knots_text(knots) == "0 = 0; 8 = 50; 10 = 80; 12,5 = 100"
    assert "weight_wachttijd" in dir(form_for(BASIS_2027))


def test_a_knot_is_a_row_of_two_fields_that_can_come_and_go(client, db):
    client.sign_in("contractmanager")
    page = client.get("/methode/modellen/nieuw/")
    assert "Bevoegde docenten, knikpunt 5: punten" in [
        one.get("aria-label") for one in page.all("input")
    ]
    form = typed(with_every_share(BASIS_2027)) | {"stap": "bewaar"}
    form |= dict.fromkeys(("knots_bevoegd_alle_2_value", "knots_bevoegd_alle_2_points"), "")
    page = client.post("/methode/modellen/nieuw/", form | {"knots_bevoegd_alle_5_value": "120"})
    assert page.errors == ["Vul van een knikpunt de waarde en de punten in, of geen van beide."]
    client.post("/methode/modellen/nieuw/", form)
    kept = ScoringModel.from_definition(ScoringModelVersion.get().definition)
    assert kept.criterion("bevoegd").knots == {"*": ((0, 0), (80, 80), (100, 100))}


def test_another_window_is_summed_again(db):
    deliver("TA001", AUG, minutes_certified=0)
    deliver("TA001", OCT)
    operations.compute(OCT, **WHO)
    short = model_of(BASIS_2027, {"code": "kort", **values_of(BASIS_2027), "window_bevoegd": 1})
    (effect,) = model_operations.effect(short, [OCT])
    assert effect.new_score > effect.score


def test_the_effect_is_what_the_month_becomes(db):
    deliver("TA001", OCT, minutes_certified=0)
    operations.compute(OCT, **WHO)
    (effect,) = model_operations.effect(other_model(), [SEP, OCT])
    assert (effect.standing, effect.new_standing, effect.changes) == (
        "voldoende",
        "onvoldoende",
        True,
    )
    version = propose(other_model(), valid_from=OCT)
    assert model_operations.approve(version, by="twee@zwolle.nl", at=AT) == [OCT]
    card = ScoreCard.get()
    assert (card.model, card.score) == ("streng", pytest.approx(effect.new_score))


def test_another_norm_is_measured_again(db):
    deliver("TA001", OCT)
    operations.compute(OCT, **WHO)
    strict = replace(
        BASIS_2027,
        code="kort",
        criteria=tuple(replace(c, norm_days=14) if c.norm_days else c for c in BASIS_2027.criteria),
    )
    (effect,) = model_operations.effect(strict, [OCT])
    assert effect.new_score == pytest.approx(effect.score - 30)


def test_an_old_month_keeps_the_model_of_its_time(db):
    model_operations.approve(propose(other_model(), valid_from=OCT), by="twee@zwolle.nl", at=AT)
    propose(other_model("later"), valid_from=NOV)
    assert [cards.model_in_force(m).code for m in (SEP, OCT, NOV)] == [
        "basis-2027",
        "streng",
        "streng",
    ]


def test_one_person_cannot_do_both(db):
    version = propose(other_model())
    with pytest.raises(DomainError) as error:
        model_operations.approve(version, by="een@zwolle.nl", at=AT)
    assert error.value.code == "same_person"
    model_operations.approve(version, by="twee@zwolle.nl", at=AT)
    with pytest.raises(DomainError) as error:
        model_operations.approve(version, by="drie@zwolle.nl", at=AT)
    assert error.value.code == "approved"


def test_a_fixed_month_cannot_get_another_model(db):
    deliver("TA001", OCT)
    operations.compute(OCT, **WHO)
    operations.fix_month(OCT, **WHO)
    with pytest.raises(DomainError) as error:
        propose(other_model(), valid_from=OCT)
    assert error.value.code == "month_fixed"


@pytest.mark.parametrize(("code", "reason"), [("basis-2027", "x"), ("nieuw", " ")])
def test_a_proposal_needs_its_own_code_and_a_reason(db, code, reason):
    with pytest.raises(DomainError):
        model_operations.propose(
            other_model(code), valid_from=NOV, reason=reason, by="een@zwolle.nl", at=AT
        )


def test_the_editor_shows_the_effect_before_it_saves(client, db):
    deliver("TA001", OCT, minutes_certified=0)
    operations.compute(OCT, **WHO)
    client.sign_in("contractmanager")
    client.get("/methode/modellen/nieuw/")
    form = typed(with_every_share(BASIS_2027))
    page = client.post("/methode/modellen/nieuw/", form | {"weight_wachttijd": "5"})
    assert page.errors == ["De gewichten tellen op tot 75. Pas ze aan tot ze samen 100 zijn."]
    form |= {"weight_wachttijd": "5", "weight_bevoegd": "50"}
    page = client.post("/methode/modellen/nieuw/", form | {"stap": "effect"})
    assert "1 van 1 oordelen verandert." in page.text
    assert not ScoringModelVersion.select().exists()
    page = client.post("/methode/modellen/nieuw/", form | {"stap": "bewaar"}, follow=True)
    assert "Een ander moet het goedkeuren" in page.text
    version = ScoringModelVersion.get()
    assert not [u for u in page.links if "goedkeuren" in u]
    page = client.post(f"/methode/modellen/{version.id}/goedkeuren/", follow=True)
    assert "Een ander moet dit model goedkeuren" in page.text
    client.sign_out()
    client.sign_in("contractmanager", email="twee@zwolle.nl")
    page = client.get(f"/methode/modellen/{version.id}/")
    assert f"/methode/modellen/{version.id}/goedkeuren/" in page.links
    client.get(f"/methode/modellen/{version.id}/goedkeuren/")
    page = client.post(f"/methode/modellen/{version.id}/goedkeuren/", follow=True)
    assert "Het model geldt." in page.text
    assert "streng" in client.get("/methode/modellen/").text
    client.get("/methode/modellen/999/", status=404)


def test_others_read_the_models_and_change_nothing(client, db):
    client.sign_in("aanbieder", provider_code="TA001")
    client.get("/methode/modellen/")
    client.get("/methode/modellen/nieuw/", status=403)
