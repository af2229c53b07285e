"""Pictures of a plan: rows in, ``Chart`` out; nothing is drawn until a picture is asked for."""

from procurement.charts.chance import start_chance
from procurement.charts.floats import float_chart
from procurement.charts.gantt import gantt
from procurement.charts.matrix import decision_matrix
from procurement.charts.trace import trace_chart
from procurement.charts.trend import milestone_trend

__all__ = [
    "decision_matrix",
    "float_chart",
    "gantt",
    "milestone_trend",
    "start_chance",
    "trace_chart",
]
