"""Pages of hoor en wederhoor: inviting providers, their reactions, and the answers."""

from datetime import date
from typing import Any, cast

from flask import abort, flash, g, redirect, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import Page, needs
from core.dates import NATIONAL, now, today
from core.errors import DomainError
from core.formats import day_text
from quality.admin.scores import ROUTES, card_or_404, month_or_404, visible_cards
from quality.cards import reactions
from quality.cards.forms import AnswerForm, InvitationForm, ReactionForm
from quality.method.criteria import CRITERIA
from quality.models import CONCEPT, Invitation, Reaction, ScoreCard

WORKDAYS_TO_REACT = 10
"""So long a provider has when the contract manager does not choose another day."""


def reactions_on(card: ScoreCard) -> Any:
    """What was said about a judgement, as far as the account may see it."""
    return (
        visible(Reaction, g.account)
        .where(
            Reaction.provider == card.provider,
            Reaction.month == card.month,
            Reaction.route == card.route,
        )
        .order_by(Reaction.at, Reaction.id)
    )


def invitation_of(card: ScoreCard) -> Invitation | None:
    """The invitation to react to a judgement that is not fixed yet."""
    if card.status != CONCEPT:
        return None
    invited: Invitation | None = (
        visible(Invitation, g.account)
        .where(Invitation.provider == card.provider, Invitation.month == card.month)
        .get_or_none()
    )
    return invited


class InvitationPage(Page):
    """Invite providers to react to the concept scores of a month."""

    thing = "scores"

    @expose("/", methods=("GET", "POST"))
    @needs("fix")
    def index(self, month: str) -> Response | str:
        """Ask until when; then invite everyone with a concept score."""
        day = month_or_404(month)
        concept = [card for card in visible_cards(day) if card.status == CONCEPT]
        if not concept:
            abort(404)
        form = InvitationForm(data={"until": default_day(today())})
        names = {card.provider.code: card.provider.name for card in concept}
        if form.validate_on_submit():
            until = cast("date", form.until.data)
            try:
                invited = reactions.invite(
                    day, until=until, today=today(), codes=list(names), by=g.account.email, at=now()
                )
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash(
                    f"{len(invited)} aanbieders kunnen reageren tot en met {day_text(until)}. "
                    "Zij zien de uitnodiging op hun startpagina.",
                    "success",
                )
                return redirect(url_for("scores.month", month=month))
        return self.render("quality/invitation.html", month=day, names=names, form=form)


def default_day(day: date) -> date:
    """Ten working days on."""
    return NATIONAL.add_working_days(day, WORKDAYS_TO_REACT)


class ReactionPage(Page):
    """Hoor en wederhoor about one judgement."""

    thing = "reactions"

    @expose("/", methods=("GET", "POST"))
    @needs("read", POST="create")
    def index(self, month: str, code: str, route: str) -> Response | str:
        """Show the reactions, and take a new one."""
        day = month_or_404(month)
        card = card_or_404(day, code, route)
        form = ReactionForm()
        if self.may("create") and form.validate_on_submit():
            try:
                reactions.react(
                    card.provider,
                    route=card.route,
                    month=day,
                    criterion=form.criterion.data,
                    text=form.text.data,
                    by=g.account.email,
                    at=now(),
                )
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash("Je reactie is bewaard. De contractmanager ziet haar.", "success")
                return redirect(url_for("judgement.one", month=month, code=code, route=route))
        return self.render(
            "quality/reactions.html",
            card=card,
            month=day,
            route=ROUTES[route],
            reactions=list(reactions_on(card)),
            labels={c: measure.label for c, measure in CRITERIA.items()},
            form=form if self.may("create") else None,
            may_answer=self.may("change"),
            address={"month": month, "code": code, "route": route},
        )

    @expose("/<int:number>/", methods=("GET", "POST"))
    @needs("change")
    def answer(self, month: str, code: str, route: str, number: int) -> Response | str:
        """Answer one reaction."""
        card = card_or_404(month_or_404(month), code, route)
        reaction = reactions_on(card).where(Reaction.id == number).first()
        if reaction is None:
            abort(404)
        form = AnswerForm()
        if form.validate_on_submit():
            try:
                reactions.answer(reaction, text=form.answer.data, by=g.account.email, at=now())
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash("Je antwoord is bewaard.", "success")
                return redirect(url_for("judgement.one", month=month, code=code, route=route))
        return self.render(
            "quality/reaction_answer.html",
            card=card,
            month=card.month,
            route=ROUTES[route],
            reaction=reaction,
            form=form,
            address={"month": month, "code": code, "route": route},
        )
