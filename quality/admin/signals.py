"""Pages of the signals: those of the gemeente's own learners; counts for contract managers."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import may, visible
from core.admin import Page, needs
from core.dates import now
from core.export import download
from core.municipalities import name as municipality_name
from core.small_numbers import count_or_hidden, table, totals
from providers.codes import LearningRoute
from providers.models import CURRENT, CourseTrack, ProgressRecord, Provider
from quality.cards.forms import FollowUpForm
from quality.learners.operations import mark_seen
from quality.learners.signals import KINDS
from quality.models import Signal

ROUTES = {int(route): route.label for route in LearningRoute}
HEADER = (
    "Trajectnummer", "Aanbieder", "Leerroute", "Gemeente", "Signaal", "Toelichting", "Dringend",
    "Sinds", "Gezien door", "Vervolg",
)  # fmt: skip


def open_signals() -> Any:
    """Signals that hold now, of the learners that the account may see; urgent first."""
    query = (
        Signal.select(Signal, CourseTrack, Provider)
        .join(CourseTrack)
        .switch(Signal)
        .join(Provider)
        .where(Signal.open)
        .order_by(Signal.escalated.desc(), Signal.since, Signal.id)
    )
    return visible(Signal, g.account, query)


def counts_per_provider() -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, str]]:
    """Open signals per provider and kind, with small numbers hidden; names, cells, totals."""
    query: Any = (
        Signal.select(Provider.code, Provider.name, Signal.kind)
        .join(Provider)
        .where(Signal.open, Signal.provider.in_(visible(Provider, g.account)))
    )
    rows = list(query.tuples())
    found = Counter((code, kind) for code, _, kind in rows)
    names = {code: name for code, name, _ in sorted(rows, key=lambda row: row[1].casefold())}
    counts = {code: {kind: found[code, kind] for kind in KINDS} for code in names}
    hidden = table(counts)
    return (
        names,
        {code: {k: count_or_hidden(v) for k, v in cells.items()} for code, cells in hidden.items()},
        {code: count_or_hidden(total) for code, total in totals(counts).items()},
    )


class SignalPage(Page):
    """Signals of the gemeente's own learners."""

    thing = "signal_counts"

    @expose("/")
    def index(self) -> str:
        """List the signals for a gemeente; count them for everyone else."""
        if not may(g.account, "read", "signals"):
            names, cells, sums = counts_per_provider()
            return self.render(
                "quality/signal_counts.html", names=names, cells=cells, sums=sums, kinds=KINDS
            )
        kind, seen = request.args.get("soort", ""), request.args.get("gezien", "")
        listed = list(_narrowed(open_signals(), kind, seen).limit(500))
        unseen = open_signals().where(Signal.seen_at.is_null()).count()
        return self.render(
            "quality/signals.html",
            signals=listed,
            unseen=unseen,
            kinds=KINDS,
            kind=kind,
            seen=seen,
            routes=ROUTES,
        )

    @expose("/signalen.<any(csv, xlsx):kind>")
    def download(self, kind: str) -> Response:
        """Give the signals, or their counts, as a file."""
        if may(g.account, "read", "signals"):
            return download("signalen", kind, HEADER, _cells(open_signals()))
        names, cells, sums = counts_per_provider()
        header = ("Aanbieder", *KINDS.values(), "Totaal")
        rows = ((names[code], *cells[code].values(), sums[code]) for code in names)
        return download("signalen-aantallen", kind, header, rows)


def _narrowed(query: Any, kind: str, seen: str) -> Any:
    if kind in KINDS:
        query = query.where(Signal.kind == kind)
    if seen in ("ja", "nee"):
        query = query.where(Signal.seen_at.is_null(seen == "nee"))
    return query


def _cells(query: Any) -> Iterator[tuple[Any, ...]]:
    for one in query:
        yield (
            one.track.number, one.provider.name, ROUTES[one.route],
            municipality_name(one.municipality), KINDS[one.kind], one.detail, one.escalated,
            f"{one.since:%Y-%m}", one.seen_by, one.follow_up,
        )  # fmt: skip


class OneSignalPage(Page):
    """One signal with the rows behind it, for the gemeente of the learner only."""

    thing = "signals"

    @expose("/", methods=("GET", "POST"))
    @needs("read", POST="change")
    def index(self, number: int) -> Response | str:
        """Show the months of the learner; note who saw it and what comes of it."""
        signal = open_signals().where(Signal.id == number).get_or_none()
        if signal is None:
            abort(404)
        form = FollowUpForm(data={"follow_up": signal.follow_up})
        if self.may("change") and form.validate_on_submit():
            mark_seen(signal, follow_up=form.follow_up.data or "", by=g.account.email, at=now())
            flash("Gezien. Je notitie is bewaard.", "success")
            return redirect(url_for("signals.index"))
        rows = visible(
            ProgressRecord,
            g.account,
            ProgressRecord.select()
            .where(
                CURRENT, ProgressRecord.track == signal.track, ProgressRecord.route == signal.route
            )
            .order_by(ProgressRecord.month.desc()),
        )
        return self.render(
            "quality/signal.html",
            signal=signal,
            rows=list(rows.limit(36)),
            kinds=KINDS,
            routes=ROUTES,
            form=form if self.may("change") else None,
        )
