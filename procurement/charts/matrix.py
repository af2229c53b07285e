"""Decision matrix: gemeente by decision, each with a shape for how far it is."""

from dataclasses import dataclass
from typing import Any

from core import municipalities
from core.charts import drawing, lettering
from core.charts.pictures import Chart
from core.formats import MISSING, day_text
from procurement.plan.outlook import Outlook
from procurement.plan.steps import Outcome

WORDS = {
    Outcome.NOT_NEEDED: "niet nodig",
    Outcome.PREPARED: "voorbereid",
    Outcome.SCHEDULED: "geagendeerd",
    Outcome.DECIDED: "besloten",
    Outcome.CONDITIONAL: "besloten met voorwaarden",
    Outcome.DEFERRED: "aangehouden",
    Outcome.REJECTED: "afgewezen",
}
LOOK: dict[str, dict[str, Any]] = {
    "niet_nodig": {"marker": "_", "color": drawing.GREY, "mew": 2},
    "voorbereid": {"marker": "o", "color": drawing.GREY, "mfc": drawing.GROUND, "mew": 1.4},
    "geagendeerd": {"marker": "o", "color": drawing.BLUE, "fillstyle": "left",
                    "markerfacecoloralt": drawing.GROUND},
    "besloten": {"marker": "o", "color": drawing.BLUE},
    "besloten_met_voorwaarden": {"marker": "D", "color": drawing.BLUE},
    "aangehouden": {"marker": "s", "color": drawing.ORANGE, "mfc": drawing.GROUND, "mew": 1.6},
    "afgewezen": {"marker": "X", "color": drawing.ORANGE},
}  # fmt: skip
LEFT, ROW, TOP, KEY = 150.0, 19.0, 34.0, 26.0


@dataclass(frozen=True)
class Cells:
    """All that is drawn: names, codes of the decisions, outcomes by place."""

    municipalities: tuple[str, ...]
    steps: tuple[str, ...]
    outcomes: tuple[tuple[int, int, str], ...]


def decision_matrix(outlook: Outlook) -> Chart | None:
    """How far each gemeente is with each decision; none when no gemeente decides."""
    decisions = outlook.document.decisions
    if not decisions:
        return None
    steps = [s for s in outlook.document.steps if any(d.step == s.code for d in decisions)]
    codes = sorted({d.municipality for d in decisions}, key=municipalities.name)
    by_place = {(d.municipality, d.step): d for d in decisions}
    names = tuple(municipalities.name(code) for code in codes)

    def cell(code: str, step: str) -> str:
        decision = by_place.get((code, step))
        if decision is None:
            return MISSING
        day = decision.decided_on or outlook.forecasts[step].local_dates.get(code)
        return f"{WORDS[decision.outcome]} {day_text(day)}"

    settled = sum(d.decided_on is not None for d in decisions)
    return Chart(
        name=f"besluiten-{outlook.document.header.code}",
        finding=f"{settled} van {len(decisions)} besluiten zijn genomen.",
        measure="Stand per gemeente en besluit, met een vorm per uitkomst",
        description=f"{len(codes)} gemeenten, {len(steps)} besluiten: "
        + ", ".join(s.title for s in steps),
        headers=("Gemeente", *(f"{s.code} {s.title}" for s in steps)),
        rows=tuple(
            (name, *(cell(code, s.code) for s in steps))
            for code, name in zip(codes, names, strict=True)
        ),
        paint=_paint,
        data=Cells(
            names,
            tuple(f"{s.code}  {s.title}" for s in steps),
            tuple(
                (x, y, str(by_place[code, step.code].outcome))
                for y, code in enumerate(codes)
                for x, step in enumerate(steps)
                if (code, step.code) in by_place
            ),
        ),
        height=TOP + KEY + ROW * len(codes),
        width=760.0,
    )


def _paint(canvas: Any, data: Cells) -> None:
    axes = canvas.axes(left=LEFT, right=8, top=TOP, bottom=KEY)
    width = (canvas.width - LEFT - 8) / max(1, len(data.steps))
    axes.set_xlim(-0.5, len(data.steps) - 0.5)
    axes.set_ylim(len(data.municipalities) - 0.5, -0.5)
    axes.set_yticks(range(len(data.municipalities)), data.municipalities, fontsize=8.5)
    axes.xaxis.tick_top()
    axes.set_xticks(
        range(len(data.steps)),
        [lettering.shorten(s, width - 6, 8.5) for s in data.steps],
        fontsize=8.5,
    )
    axes.tick_params(length=0)
    axes.grid(visible=True, axis="y", lw=0.4, color=drawing.GREY, alpha=0.4)
    for outcome, look in LOOK.items():
        xs = [x for x, _, drawn in data.outcomes if drawn == outcome]
        ys = [y for _, y, drawn in data.outcomes if drawn == outcome]
        if xs:
            axes.plot(xs, ys, ls="none", ms=8, zorder=3, **look)
    _key(canvas)


def _key(canvas: Any) -> None:
    sheet = canvas.sheet()
    x = 8.0
    for outcome, word in WORDS.items():
        sheet.plot([x + 4], [9], ls="none", ms=6, **LOOK[outcome])
        sheet.text(x + 12, 9, word, fontsize=8.5, va="center")
        x += 22 + lettering.text_width(word, 7.5)
