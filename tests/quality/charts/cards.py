"""Score cards for chart tests, in the shape that is stored."""

from typing import Any


def criterion(points: float | None = 80.0, n: int | None = 41, **changes: Any) -> dict[str, Any]:
    value = None if points is None else points
    return {
        "value": value,
        "n": n,
        "points": points,
        "weight": 25,
        "judged": points is not None,
        "reason": None if points is not None else "minder dan 5 trajecten",
        "state": "te_weinig" if points is None else "waarde",
        "change": None,
    } | changes


def card(provider: str = "TA001", **changes: Any) -> dict[str, Any]:
    return {
        "aanbieder": provider,
        "route": "B",
        "status": "concept",
        "standing": "goed",
        "score": 84.25,
        "interval": [80.0, 88.0],
        "coverage": 1.0,
        "borders": [60, 80],
        "gate": {"open": True, "reason": ""},
        "small": False,
        "criteria": {
            "wachttijd": criterion(),
            "bevoegd": criterion(),
            "intensiteit": criterion(value=12.4),
            "avond_weekend": criterion(),
            "keurmerk": criterion(100.0, None, value="onbepaalde_tijd"),
        },
    } | changes


def no_delivery(provider: str = "TA001", **changes: Any) -> dict[str, Any]:
    nothing = {"standing": "geen_levering", "score": None, "interval": None}
    return card(provider, **{**nothing, **changes})


def figure_texts(figure: Any) -> list[str]:
    """Every text that is drawn, the empty ones left out."""
    results = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        results += [text.get_text() for text in axes.texts]
        if axes.axison:
            labels = [*axes.get_xticklabels(), *axes.get_yticklabels()]
            results += [text.get_text() for text in labels]
    return [text for text in results if text]


def overlaps(figure: Any) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other, and texts that are cut by the edge."""
    figure.draw_without_rendering()
    texts = [t for t in figure.texts if t.get_text()]
    for axes in figure.axes:
        texts += [t for t in axes.texts if t.get_text()]
        if axes.axison:
            labels = [*axes.get_xticklabels(), *axes.get_yticklabels()]
            texts += [t for t in labels if t.get_text() and t.get_visible()]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
    wrong = []
    for number, (text, box) in enumerate(boxes):
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > figure.bbox.x1 + 0.5:
            wrong.append((text, "edge"))
        if box.y1 > figure.bbox.y1 + 0.5:
            wrong.append((text, "top"))
        for other, place in boxes[number + 1 :]:
            width = min(box.x1, place.x1) - max(box.x0, place.x0)
            height = min(box.y1, place.y1) - max(box.y0, place.y0)
            if width > 1 and height > 2:
                wrong.append((text, other))
    return wrong
