"""The steps from an empty installation to the first judgement, ticked off as they are done."""

from dataclasses import dataclass

from flask import url_for

from core.accounts import Account, Role, may
from procurement.models import ContractingProcess
from providers.models import Contract, Delivery, Provider
from quality.models import ScoreCard


@dataclass(frozen=True)
class Step:
    """One step: what to do, where, and whether it is done."""

    text: str
    url: str
    done: bool


def steps(account: Account) -> list[Step]:
    """The steps that this account can do; none once all of them are done."""
    if Delivery.select().exists() and ScoreCard.select().exists():
        return []
    schools = Account.select().where(Account.role == Role.PROVIDER).exists()
    every = (
        ("create", "register", "Lees aanbieders, contracten en keurmerken in",
         "management.index",
         Provider.select().exists() and Contract.select().exists()),
        ("create", "accounts", "Maak accounts voor de regio, gemeenten en aanbieders",
         "accountview.index_view", schools),
        ("create", "planning", "Maak het eerste inkooptraject", "planning.index",
         ContractingProcess.select().exists()),
        ("create", "deliveries", "Stuur de eerste levering in, of laat een aanbieder dat doen",
         "deliveries.index", Delivery.select().where(Delivery.state == "held").exists()),
        ("fix", "scores", "Bekijk de eerste scores", "scores.index", ScoreCard.select().exists()),
    )  # fmt: skip
    mine = [
        Step(text, url_for(page), done)
        for action, thing, text, page, done in every
        if may(account, action, thing)
    ]
    return mine if any(not step.done for step in mine) else []
