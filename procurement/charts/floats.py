"""Speling: how far each open milestone can slip before the end, or the next one, notices."""

from dataclasses import dataclass
from typing import Any

from core.charts import drawing, lettering
from core.charts.pictures import Chart
from procurement.plan.health import working_days
from procurement.plan.outlook import Outlook

LEFT, RIGHT, ROW, TOP, KEY = 300.0, 92.0, 17.0, 8.0, 48.0
MOST_DRAWN = 30
"""The tightest are drawn; the table has them all."""


@dataclass(frozen=True)
class Room:
    """Total and free float of one milestone, in working days."""

    label: str
    total: int
    free: int
    critical: bool


def float_chart(outlook: Outlook) -> Chart | None:
    """Floats of the open milestones, the tightest first; none when nothing has a deadline."""
    rooms = []
    for step in outlook.document.steps:
        forecast = outlook.forecasts[step.code]
        if forecast.total_float is not None and forecast.free_float is not None:
            label = f"{step.code} {step.title}"
            rooms.append(Room(label, forecast.total_float, forecast.free_float, forecast.critical))
    if not rooms:
        return None
    rooms.sort(key=lambda room: (room.total, room.free))
    drawn = tuple(rooms[:MOST_DRAWN])
    few = f". De {MOST_DRAWN} krapste; de tabel heeft ze alle" if len(rooms) > MOST_DRAWN else ""
    return Chart(
        name=f"speling-{outlook.document.header.code}",
        finding=_finding(rooms),
        measure=(
            "Speling in werkdagen. Lichte balk: tot de einddatum opschuift; donkere balk: vrij, "
            f"tot de volgende mijlpaal het merkt. Ruit: kritiek{few}"
        ),
        description="; ".join(
            f"{room.label}: {working_days(room.total)}, waarvan vrij {room.free}" for room in drawn
        ),
        headers=("Mijlpaal", "Totale speling", "Vrije speling", "Kritiek"),
        rows=tuple(
            (room.label, str(room.total), str(room.free), "ja" if room.critical else "nee")
            for room in rooms
        ),
        paint=_paint,
        data=drawn,
        height=TOP + KEY + ROW * len(drawn),
        width=760.0,
    )


def _finding(rooms: list[Room]) -> str:
    critical = sum(room.critical for room in rooms)
    if not critical:
        return f"De krapste mijlpaal is {rooms[0].label}: {working_days(rooms[0].total)} speling."
    if critical == 1:
        return f"1 van {len(rooms)} open mijlpalen heeft geen speling: {rooms[0].label}."
    return f"{critical} van {len(rooms)} open mijlpalen hebben geen speling."


def _paint(canvas: Any, data: tuple[Room, ...]) -> None:
    axes = canvas.axes(left=LEFT, right=RIGHT, top=TOP, bottom=KEY)
    low = min(0, *(room.total for room in data))
    high = max(1, *(room.total for room in data))
    axes.set_xlim(low - 0.02 * (high - low), high)
    axes.set_ylim(len(data) - 0.5, -0.5)
    labels = [lettering.shorten(room.label, LEFT - 12, 8.5) for room in data]
    axes.set_yticks(range(len(data)), labels, fontsize=8.5)
    axes.tick_params(axis="y", length=0)
    ticks = [tick for tick in drawing.nice_ticks(low, high) if low <= tick <= high]
    drawing.number_axis(axes.xaxis, ticks)
    axes.set_xlabel("Werkdagen", fontsize=8.5)
    axes.axvline(0, color=drawing.INK, lw=0.8)
    for place, room in enumerate(data):
        colour = drawing.ORANGE if room.critical else drawing.BLUE
        axes.barh(place, room.total, 0.62, 0, color=colour, alpha=0.35, edgecolor=colour, lw=0.6)
        if room.free > 0:
            axes.barh(place, room.free, 0.3, 0, color=colour)
        if room.critical:
            axes.plot(
                [0], [place], marker="D", ms=6, color=colour, mec=drawing.INK, mew=1, zorder=4
            )
        text = f"{room.total}, kritiek" if room.critical else f"{room.total}, vrij {room.free}"
        axes.annotate(
            text, (max(room.total, 0), place), xytext=(8, 0), textcoords="offset points",
            va="center", fontsize=8.5, annotation_clip=False,
        )  # fmt: skip
