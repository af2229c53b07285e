import importlib
import itertools
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.charts import drawing, lettering, pictures
from core.charts.pictures import Chart


def paint(canvas, data):
    axes = canvas.axes(left=30)
    axes.plot([1, 2], data, marker="o", color=drawing.INK)
    axes.fill_between([1, 2], 0, data, color=drawing.BLUE, alpha=0.3, hatch="//")
    axes.text(1, 1, "kost $5 en $6 <b>")
    drawing.marks(axes, [(1, 1, "voldoende"), (2, 2, "geen_levering")])
    drawing.number_axis(axes.yaxis, (0, 2.5))


def make_chart(**changes):
    texts = {
        "name": "proef",
        "finding": "Twee van drie zijn op tijd & goed",
        "measure": "Aantal, oktober 2026",
        "description": "Eerst 1,5, dan 2,5.",
        "headers": ("Maand", "Aantal"),
        "rows": (("januari", "1,5"), ("=1+1", "2,5")),
        "paint": paint,
        "data": (1.5, 2.5),
    }
    return Chart(**{**texts, **changes})


def test_a_drawing_for_a_page_has_nothing_that_a_strict_policy_blocks():
    svg = make_chart().svg()
    root = ElementTree.fromstring(svg)
    assert not re.search(r"<style|style=|<metadata|DOCTYPE|<script|font-family", svg)
    assert root.get("role") == "img"
    assert "width" not in root.attrib
    assert root.get("viewBox").startswith("0 ")
    assert "#000000" not in svg
    assert "currentColor" in svg


def test_over_time_the_words_of_the_axis_come_apart_to_stay_in_view():
    picture, scale = ElementTree.fromstring(f"<p>{make_chart(over_time=True).in_page()}</p>")
    (words,) = scale
    assert [word.text for word in words] == ["0,0", "2,5"]
    drawn = [one.attrib for one in picture.iter() if one.text in {"0,0", "2,5"}]
    assert [word.attrib for word in words] == drawn
    assert scale.get("viewBox").split()[2:] == ["30", "260"]
    assert scale.get("aria-hidden") == "true"
    assert 'class="scale' not in make_chart().in_page()


def test_a_drawing_names_itself_and_states_its_numbers():
    root = ElementTree.fromstring(make_chart().svg())
    texts = {e.get("id"): e.text for e in root.iter() if e.get("id")}
    assert root.get("aria-labelledby") == "proef-title proef-desc"
    assert texts["proef-title"] == "Twee van drie zijn op tijd & goed"
    assert texts["proef-desc"] == "Aantal, oktober 2026. Eerst 1,5, dan 2,5."


def test_ids_are_the_charts_own_and_every_reference_finds_its_id():
    svg = make_chart().svg()
    ids = re.findall(r' id="([^"]+)"', svg)
    references = re.findall(r'(?:url\(|href=")#([^")]+)', svg)
    assert references
    assert all(name.startswith("proef-") for name in ids)
    assert len(ids) == len(set(ids))
    assert set(references) <= set(ids)


def test_a_chart_named_after_what_somebody_typed_stays_a_drawing():
    svg = make_chart(name="indicator-\"'><b>2 x").svg()
    assert "<b>" not in svg
    assert 'aria-labelledby="indicator-____b_2_x-title indicator-____b_2_x-desc"' in svg


def test_text_is_text_with_dutch_numbers_and_never_mathematics():
    svg = make_chart().svg()
    assert ">2,5</text>" in svg
    assert "kost $5 en $6 &lt;b&gt;" in svg


def test_the_heading_is_in_the_file_and_not_in_the_page():
    chart = make_chart()
    assert "Twee van drie zijn op tijd &amp; goed</text>" in chart.svg_file().decode()
    assert "Twee van drie zijn op tijd &amp; goed</text>" not in chart.svg()
    assert "system-ui" in chart.svg_file().decode()
    assert '<rect width="560"' in chart.svg_file().decode()
    assert '<rect width="560"' not in chart.svg()


def test_the_same_chart_is_the_same_bytes():
    assert make_chart().svg() == make_chart().svg()
    assert make_chart().png() == make_chart().png()
    assert make_chart().png().startswith(b"\x89PNG")


def test_a_long_heading_is_wrapped_within_the_width():
    figure = pictures.figure_of(make_chart(finding="Lange zin over aanbieders " * 8))
    figure.draw_without_rendering()
    boxes = [t.get_window_extent() for t in figure.texts]
    assert len(boxes) > 3
    assert max(box.x1 for box in boxes) <= figure.bbox.width


def test_the_table_opens_in_a_dutch_spreadsheet_without_live_formulas():
    assert make_chart().csv() == "Maand;Aantal\r\njanuari;1,5\r\n'=1+1;2,5\r\n"


@pytest.fixture
def shelf(tmp_path):
    pictures.keep_in(tmp_path)
    yield tmp_path
    pictures.keep_in(None)


def test_a_picture_is_drawn_once(shelf):
    first = make_chart().svg()
    kept = next(shelf.rglob("*.svg"))
    kept.write_text("van de plank", encoding="utf-8")
    assert "proef-title" in first
    assert make_chart().svg() == "van de plank"


@pytest.mark.parametrize(
    "changes",
    [
        {"data": (1.5, 2.6)},
        {"finding": "Drie van drie"},
        {"description": "Anders"},
        {"height": 300.0},
        {"name": "ander"},
    ],
)
def test_a_kept_picture_is_never_an_old_one(shelf, changes):
    assert make_chart(**changes).fingerprint != make_chart().fingerprint


def test_the_code_that_draws_is_part_of_the_fingerprint(tmp_path, monkeypatch):
    files = [
        tmp_path / "painting" / name for name in ("__init__.py", "limits.py", "charts/dots.py")
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("def paint(canvas, data): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    painter = importlib.import_module("painting.charts.dots")
    fingerprints = {make_chart(paint=painter.paint).fingerprint}
    for file in files:
        file.write_text("def paint(canvas, data): pass\n", encoding="utf-8")
        pictures.code_fingerprint.cache_clear()
        fingerprints.add(make_chart(paint=painter.paint).fingerprint)
    assert len(fingerprints) == 1 + len(files)


def test_colours_keep_a_contrast_of_three_on_light_and_dark_ground():
    def luminance(colour):
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    def contrast(one, other):
        light, dark = sorted((luminance(one), luminance(other)), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for colour in (*drawing.SERIES, drawing.GREY):
        assert contrast(colour, "#ffffff") >= 3
        assert contrast(colour, "#1c2128") >= 3


def test_names_that_begin_alike_still_differ_when_they_are_cut():
    names = [f"Stichting Taalonderwijs Regio Zwolle-Kampen {place}" for place in ("Oost", "West")]
    short = [lettering.shorten(name, 120) for name in names]
    assert short[0] != short[1]
    assert all(name.startswith("Stichting") and "…" in name for name in short)
    assert max(lettering.text_width(name) for name in short) <= 120
    assert [lettering.shorten("De Brug", width) for width in (120, 20, 1)] == ["De Brug", "D…", ""]


def test_a_chart_without_figures_takes_little_room():
    assert make_chart(rows=()).height == 80
    assert make_chart().height == 260


def test_labels_are_moved_apart_and_stay_in_order():
    moved = drawing.apart([10, 11, 30, 10.5], 8)
    assert sorted(range(4), key=lambda n: moved[n]) == [0, 3, 1, 2]
    assert all(b - a >= 8 - 1e-6 for a, b in itertools.pairwise(sorted(moved)))


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, [0, 20, 40, 60, 80, 100]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (3, 3, [3]),
        (0, 0, [0]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert drawing.nice_ticks(low, high) == pytest.approx(ticks)


def test_what_draws_nothing_does_not_load_matplotlib(root: Path):
    code = "import sys, core.charts.drawing, quality.charts; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


@pytest.mark.parametrize(
    ("base", "names"),
    [
        ("matplotlib.axes:Axes", ["_init_axis", "_gen_axes_spines", "_add_text"]),
        ("matplotlib.axis:Axis", ["set_ticks", "set_ticklabels", "set_tick_params", "draw"]),
        (
            "matplotlib.backends.backend_svg:RendererSVG",
            ["draw_text", "get_text_width_height_descent"],
        ),
    ],
)
def test_matplotlib_still_has_the_internals_that_drawing_takes_over(base, names):
    # Matplotlib may rename these in any minor release, so pyproject.toml keeps it below the next.
    module, _, name = base.partition(":")
    taken_over = getattr(importlib.import_module(module), name)
    assert [name for name in names if not callable(getattr(taken_over, name, None))] == []


def test_axes_of_our_own_draw_no_spine_or_tick_of_matplotlib():
    svg = pictures.draw(make_chart(), "svg").decode()
    assert "matplotlib.axis" not in svg
    assert "xtick" not in svg


SIGNS = "Taalwerk 🎓 漢字 ግዕዝ 👩🏽‍🎓 \x07"


def test_a_sign_that_no_font_has_stops_no_drawing():
    chart = make_chart(finding=SIGNS, measure=SIGNS)
    for text in (chart.svg(), chart.svg_file().decode()):
        # A browser finds a font by itself; what XML cannot hold is one box.
        assert "🎓" in text
        assert "□" in ElementTree.fromstring(text).find("{*}title").text
    assert chart.png().startswith(b"\x89PNG")
    assert lettering.boxed(SIGNS) == "Taalwerk □ □□ □□□ □ □"
    assert lettering.boxed("Café één – 100 %") == "Café één – 100 %"


def test_a_long_word_breaks_where_it_must():
    lines = lettering.wrap("Kort " + "x" * 120, 100, 9)
    assert "".join(lines) == "Kort" + "x" * 120
    assert all(lettering.text_width(line, 9) <= 100 for line in lines)
