"""Pages of the survey: the sheet to print, the answers, and what they say of a school."""

from pathlib import Path
from typing import Any

from flask import Response as FlaskResponse, abort, current_app, g, redirect, request, url_for
from flask_admin import expose
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import Page, needs
from core.dates import now
from core.export import download
from core.pages.fields import Required, SafeForm
from providers.models import Provider
from quality.admin.providers import tabs_of
from quality.surveys.operations import import_answers, surveys_of
from quality.surveys.rules import (
    ANSWERS,
    COLUMNS,
    MOST_BYTES,
    QUESTIONS,
    TEXTS,
    answer_sentence,
    read_answers,
    texts,
)


class AnswersForm(SafeForm):
    """A file with the answers as counts."""

    file = FileField(
        "Bestand met antwoorden",
        [Required("Kies een bestand.")],
        description=f"CSV, XLSX of ODS met de kolommen {', '.join(COLUMNS)}; "
        "een rij per vraag en antwoord.",
    )


def _translations() -> Path:
    """Where a translator's texts lie, one file per language."""
    return Path(current_app.config["TAALINKOOP_DATA_DIR"]) / "vragenlijst"


class SurveyPage(Page):
    """The survey itself, for every school alike."""

    thing = "surveys"

    @expose("/")
    def index(self) -> str:
        """Say how a survey goes, and offer the sheet in every language there is."""
        languages = [(code, text["taal"]) for code, text in texts(_translations()).items()]
        return self.render(
            "quality/survey.html", languages=languages, folder=_translations(), questions=QUESTIONS
        )

    @expose("/vragenlijst/")
    def sheet(self) -> str:
        """Show the sheet to print, in one language."""
        languages = texts(_translations())
        code = request.args.get("taal", "nl")
        if code not in languages:
            abort(404)
        return self.render(
            "quality/survey_sheet.html",
            text=languages[code],
            language=code,
            questions=list(QUESTIONS),
            answers=list(ANSWERS),
        )

    @expose("/vertalen.txt")
    def text_to_translate(self) -> FlaskResponse:
        """Give the Dutch text, for a translator to fill in."""
        return FlaskResponse(
            (TEXTS / "nl.txt").read_text(encoding="utf-8"),
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="vragenlijst-nl.txt"'},
        )

    @expose("/leeg.<any(csv, xlsx):kind>")
    def empty_file(self, kind: str) -> FlaskResponse:
        """Give a file with a row for each answer, to fill in the counts."""
        rows = (
            ("TA001", "23-11-2026", question, answer, "")
            for question in QUESTIONS
            for answer in ANSWERS.values()
        )
        return download("antwoorden", kind, COLUMNS, rows)

    @expose("/antwoorden/", methods=("GET", "POST"))
    @needs("create")
    def answers(self) -> Response | str:
        """Take in the answers of one or more schools."""
        form = AnswersForm()

        def change(values: dict[str, Any]) -> None:
            answers = read_answers(values["file"].read(MOST_BYTES + 1))
            import_answers(answers.rows, by=g.account.email, at=now())
            self.tell_ignored(answers.ignored)

        if self.saved(form, change, "De antwoorden zijn bewaard."):
            return redirect(url_for("providers.index"))
        return self.render("quality/survey_answers.html", form=form)


class SatisfactionPage(Page):
    """What learners of one school said."""

    thing = "surveys"

    @expose("/")
    def index(self, code: str) -> str:
        """Show every survey of a school, newest first."""
        provider = visible(Provider, g.account).where(Provider.code == code).get_or_none()
        if provider is None:
            abort(404)
        surveys = surveys_of(provider, g.account)
        return self.render(
            "quality/satisfaction.html",
            provider=provider,
            tabs=tabs_of(code, "satisfaction.index"),
            surveys=surveys,
            sentence=answer_sentence(next(iter(surveys.values()), [])),
            answers=ANSWERS,
        )
