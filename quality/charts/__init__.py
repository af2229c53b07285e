"""Charts: rows in, ``Chart`` out; nothing is drawn until a picture is asked for."""

from quality.charts.heat import heat_map
from quality.charts.judgement import scores

__all__ = ["heat_map", "scores"]
