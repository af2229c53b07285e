"""How many random cases a test tries: enough for every day, or thousands (``THOROUGH=1``)."""

import os

TIMES = 20


def examples(everyday: int) -> int:
    """So many examples; twenty times as many when asked to be thorough."""
    return everyday * TIMES if os.environ.get("THOROUGH") else everyday
