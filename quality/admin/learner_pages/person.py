"""The rights of a learner (AVG), for the gemeente: all that is held, and its removal."""

import io
import json

from flask import Response, abort, current_app, flash, g, redirect, send_file, url_for
from flask_admin import expose
from werkzeug.wrappers import Response as AnyResponse

from core import access_log
from core.admin import Page, needs
from core.dates import now
from core.errors import DomainError
from core.export import XLSX_TYPE
from quality.admin.learner_pages.road import road_or_404
from quality.learners.forms import EraseForm
from quality.learners.person_operations import REMAINS, erase, everything_about
from quality.learners.person_workbook import write_workbook
from quality.learners.roads import Road


class PersonPage(Page):
    """What a person may ask of the gemeente."""

    thing = "learners"

    def _own(self, place: str, number: str) -> Road:
        road = road_or_404(place, number)
        if not road.own:
            abort(404)
        return road

    @expose("/", methods=("GET", "POST"))
    @needs("change")
    def index(self, place: str, number: str) -> str | AnyResponse:
        """Tell what stays and why, and remove everything else on a yes with a reason."""
        road = self._own(place, number)
        form = EraseForm()
        if form.validate_on_submit() and form.about_nobody("reason"):
            try:
                erase(
                    int(place), road.number, reason=form.reason.data or "",
                    data=current_app.config["TAALINKOOP_DATA_DIR"], by=g.account.email, at=now(),
                )  # fmt: skip
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash("Alles over deze cursist is verwijderd.", "success")
                return redirect(url_for("learners.index"))
        access_log.record(g.account, "learners", at=now(), numbers=[road.number])
        return self.render(
            "quality/person.html", form=form, place=place, number=road.number, remains=REMAINS
        )

    @expose("/alles.<any(json, xlsx):kind>")
    @needs("change")
    def everything(self, place: str, number: str, kind: str) -> Response:
        """Give all that is held as a file."""
        road = self._own(place, number)
        access_log.record(
            g.account, "learners", at=now(), action="download", numbers=[road.number],
            purpose="inzage (AVG artikel 15)",
        )  # fmt: skip
        document = everything_about(int(place), road.number)
        file = io.BytesIO()
        if kind == "xlsx":
            write_workbook(file, document)
        else:
            file.write(json.dumps(document, ensure_ascii=False, indent=2).encode())
        file.seek(0)
        mime = XLSX_TYPE if kind == "xlsx" else "application/json"
        return send_file(file, mime, as_attachment=True, download_name=f"inzage.{kind}")
