"""Pages of the method: the model in force with a worked example, and changing the model."""

from datetime import date
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import may, visible
from core.admin import Page, needs
from core.dates import add_months, month_of, now, today
from core.errors import DomainError
from core.pages.fields import SafeForm
from providers.codes import LearningRoute, MarkStatus
from quality.admin.scores import visible_months
from quality.cards import model_operations, queries as cards, words as score_words
from quality.cards.forms import (
    form_for,
    knots_text,
    model_of,
    values_of,
    with_every_share,
)
from quality.method.criteria import CRITERIA, WAITING
from quality.method.explain import sentence
from quality.method.model import ScoringModel
from quality.models import ScoringModelVersion

EFFECT_MONTHS = 12


def last_closed_month() -> date:
    """The month before this one."""
    return add_months(month_of(today()), -1)


class MethodPage(Page):
    """How a score is made, as an article."""

    thing = "method"

    @expose("/")
    def index(self) -> str:
        """Explain the model in force, with an example that is computed."""
        # Brings numpy along, which the other pages do without.
        from quality.method import worked_example as made_up  # noqa: PLC0415

        month = last_closed_month()
        model = cards.model_in_force(month)
        tree = made_up.example(model)
        return self.render(
            "quality/method.html",
            model=model,
            month=month,
            tree=tree,
            working=sentence(tree),
            measures=CRITERIA,
            waiting=WAITING.code,
            knots_text=knots_text,
            words=score_words,
            routes={route.code: route.label for route in LearningRoute},
            marks={status.code: status.label for status in MarkStatus},
            people=(
                made_up.ON_TIME,
                made_up.LATE,
                made_up.WAITING_LONG,
                made_up.WAITING_SHORT,
            ),
            may_see_models=may(g.account, "read", "scoring_model"),
        )


class ModelPage(Page):
    """Versions of the scoring model."""

    thing = "scoring_model"

    @expose("/")
    def index(self) -> str:
        """List the versions."""
        versions = visible(ScoringModelVersion, g.account).order_by(
            ScoringModelVersion.valid_from.desc(), ScoringModelVersion.id.desc()
        )
        return self.render(
            "quality/models.html",
            versions=list(versions),
            in_force=cards.model_in_force(last_closed_month()).code,
            may_create=self.may("create"),
        )

    @expose("/nieuw/", methods=("GET", "POST"))
    @needs("create")
    def new(self) -> Response | str:
        """Change the model in force: see the effect first, then propose it."""
        base = with_every_share(cards.model_in_force(last_closed_month()))
        form = form_for(base)(data=values_of(base))
        effects: list[model_operations.Effect] | None = None
        if form.validate_on_submit():
            try:
                model = model_of(base, form.data)
                if request.form.get("stap") == "bewaar":
                    version = self._propose(form, model)
                    return redirect(url_for(".one", number=version.id))
                effects = _effects(model)
            except DomainError as error:
                form.fill_errors(error)
        return self.render("quality/model_entry.html", form=form, effects=effects)

    @staticmethod
    def _propose(form: SafeForm, model: ScoringModel) -> ScoringModelVersion:
        version = model_operations.propose(
            model,
            valid_from=form.data["valid_from"],
            reason=form.data["reason"],
            by=g.account.email,
            at=now(),
        )
        flash("Het voorstel is bewaard. Een ander moet het goedkeuren.", "success")
        return version

    def _one(self, number: int) -> ScoringModelVersion:
        query = visible(ScoringModelVersion, g.account).where(ScoringModelVersion.id == number)
        version: ScoringModelVersion | None = query.get_or_none()
        if version is None:
            abort(404)
        return version

    @expose("/<int:number>/")
    def one(self, number: int) -> str:
        """Show one version with its effect on the last twelve months."""
        version = self._one(number)
        model = ScoringModel.from_definition(version.definition)
        return self.render(
            "quality/model.html",
            version=version,
            model=model,
            measures=CRITERIA,
            knots_text=knots_text,
            effects=_effects(model) if self.may("change") else None,
            may_approve=self.may("change")
            and version.approved_at is None
            and version.proposed_by != g.account.email,
        )

    @expose("/<int:number>/goedkeuren/", methods=("GET", "POST"))
    @needs("change")
    def approve(self, number: int) -> Response | str:
        """Ask, then put the model in force."""
        version = self._one(number)
        form = SafeForm()
        if form.validate_on_submit():
            try:
                months = model_operations.approve(version, by=g.account.email, at=now())
            except DomainError as error:
                flash(error.message, "error")
            else:
                flash(f"Het model geldt. {len(months)} conceptmaanden zijn herrekend.", "success")
            return redirect(url_for(".one", number=number))
        return self.render("quality/model_approve.html", version=version, form=form)


def _effects(model: ScoringModel) -> list[Any]:
    """What a model would change in the last twelve months."""
    months = visible_months()[-EFFECT_MONTHS:]
    return model_operations.effect(model, months)
