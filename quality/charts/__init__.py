"""Charts: rows in, ``Chart`` out; nothing is drawn until a picture is asked for."""

from quality.charts.compare import compare
from quality.charts.funnel import Share, funnel, outside, shares_of
from quality.charts.heat import heat_map
from quality.charts.indicator import indicator_chart
from quality.charts.judgement import scores
from quality.charts.lessons import Hours, hours, levels
from quality.charts.overview import deliveries_calendar, region, small_multiples
from quality.charts.several import compare_over_time
from quality.charts.trend import Point, Span, label_of, score_points, trend
from quality.charts.waiting import waiting_curve

__all__ = [
    "Hours",
    "Point",
    "Share",
    "Span",
    "compare",
    "compare_over_time",
    "deliveries_calendar",
    "funnel",
    "heat_map",
    "hours",
    "indicator_chart",
    "label_of",
    "levels",
    "outside",
    "region",
    "score_points",
    "scores",
    "shares_of",
    "small_multiples",
    "trend",
    "waiting_curve",
]
