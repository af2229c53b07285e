"""What of a tender is kept no longer than its file has to be: bids that did not win.

The term runs from the final award, and from the closing of the lot when nobody was awarded. Who
was awarded, and the contract, stay.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from core.dates import AMSTERDAM
from procurement.award.models import Award, AwardDecision, Bid, Lot, Proceedings


@dataclass(frozen=True)
class OldBids:
    """Lots whose term is over, as conditions on what hangs on them."""

    lots: Any

    @classmethod
    def before(cls, day: date) -> "OldBids":
        """Lots awarded, or closed without an award, before a day."""
        moment = datetime.combine(day, time.min, tzinfo=AMSTERDAM)
        awarded = AwardDecision.select(AwardDecision.lot).where(
            AwardDecision.awarded_on.is_null(False)
        )
        over = awarded.where(AwardDecision.awarded_on < day)
        return cls(
            Lot.select(Lot.id).where(
                Lot.id.in_(over) | ((Lot.closes_at < moment) & Lot.id.not_in(awarded))
            )
        )

    def counts(self) -> dict[str, int]:
        """How much would go."""
        return {
            "inschrijvingen": int(self._losing(Bid.select()).count()),
            "korte gedingen": int(self._cases(Proceedings.select()).count()),
        }

    def remove(self) -> None:
        """Remove the bids that did not win, and their names from the ranking and the court."""
        decisions: Any = AwardDecision.select().where(AwardDecision.lot.in_(self.lots))
        for decision in decisions:
            won = {award.bid.tenderer for award in decision.awards}
            decision.ranking = [row for row in decision.ranking if row["name"] in won]
            decision.save()
        self._cases(Proceedings.delete()).execute()
        self._losing(Bid.delete()).execute()

    def _losing(self, query: Any) -> Any:
        won = Award.select(Award.bid)
        return query.where(Bid.lot.in_(self.lots), Bid.id.not_in(won))

    def _cases(self, query: Any) -> Any:
        return query.where(Proceedings.lot.in_(self.lots))
