"""What asks attention about docenten: hours that those of the register cannot have given."""

from datetime import date

import quality.scopes  # noqa: F401  registers who sees what
from core.accounts import Account, may, visible
from core.attention import Attention, Urgency
from core.formats import month_text
from providers.models import Provider
from providers.register.queries import certified_in
from quality.cards.queries import judged_months, model_in_force
from quality.lessons.models import DocentHours
from quality.lessons.teacher_claim import Claim, TaughtMonth


def attention(account: Account, today: date) -> list[Attention]:
    """Providers whose claim of the newest month does not fit the register."""
    del today
    months = judged_months()
    if not months or not may(account, "change", "register"):
        return []
    month, most_hours = months[-1], model_in_force(months[-1]).docent_month_hours
    query = DocentHours.select(DocentHours, Provider).join(Provider)
    kept = list(visible(DocentHours, account, query).where(DocentHours.month == month))
    docenten = certified_in([month], [one.provider.id for one in kept])
    found = []
    for one in kept:
        claim = Claim(
            month,
            TaughtMonth(one.tracks, certified=one.certified, claimed=one.claimed),
            docenten.get(one.provider.id, {}).get(month, 0),
            registered=one.provider.id in docenten,
            most_hours=most_hours,
        )
        if claim.verdict.doubtful:
            found.append(
                Attention(
                    f"Vraag {one.provider.name} naar de docentenuren van {month_text(month)}.",
                    f"/aanbieders/{one.provider.code}/docenten/",
                    Urgency.SOON,
                    more=claim.reason,
                    needs=("change", "register"),
                )
            )
    return found
