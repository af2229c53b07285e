"""The file of the demo region, and those of two invented regions beside it."""

import random
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.errors import DomainError
from quality.passport.seal import REGION, sealed
from quality.regions.operations import make_own, take_in
from quality.regions.rules import Curve, RouteTable

OTHERS = (
    # Name, mean wait in days, aanbieders and people per route; share of certified, hours a week.
    ("Regio Veluwezoom (verzonnen)", 18, {"B": (6, 520), "Z": (5, 160)}, 0.84, 12.6),
    ("Regio Maasdal (verzonnen)", 34, {"B": (9, 780), "O": (3, 110)}, 0.77, 11.4),
)


def load_regions(month: date, *, by: str, at: datetime) -> None:
    """Put a fixed month of the demo region beside two others; nothing when it is not fixed."""
    try:
        make_own(month, name="Regio Zwolle (voorbeeld)", by=by, at=at)
    except DomainError:
        return
    for name, mean, routes, certified, weekly in OTHERS:
        content = {
            "region": name,
            "month": f"{month:%Y-%m}",
            "routes": {
                code: _table(f"{name}{code}", mean, size, certified, weekly).data
                for code, size in routes.items()
            },
        }
        take_in(sealed(content, Ed25519PrivateKey.generate(), REGION), by=by, at=at)


def _table(
    seed: str, mean: int, size: tuple[int, int], certified: float, weekly: float
) -> RouteTable:
    providers, people = size
    chance = random.Random(seed)
    stays = []
    for _ in range(people):
        days = round(chance.gammavariate(3, mean / 3))
        followed = chance.randrange(1, 340)
        stays.append((0, min(days, followed), int(days <= followed)))
    weeks = 10 * people
    hours = round(weeks * weekly, -1)
    shares = {"bevoegd": certified, "avond_weekend": 0.12}
    sums = {code: (int(round(hours * share, -1)), int(hours)) for code, share in shares.items()}
    return RouteTable(
        providers, Curve.of(stays).rounded(), sums | {"intensiteit": (int(hours), weeks)}
    )
