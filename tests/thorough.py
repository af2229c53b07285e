"""How many random cases a test tries.

A quarter every day, all of them where everything must hold (``REQUIRE_ALL=1``, the build server),
twenty times as many on request (``THOROUGH=1``).
"""

import os


def examples(wanted: int) -> int:
    """So many examples, or what the occasion asks."""
    if os.environ.get("THOROUGH"):
        return wanted * 20
    return wanted if os.environ.get("REQUIRE_ALL") else wanted // 4
