"""The estimate beside the feed: what counts, what stays hidden, what is taken over."""

from datetime import UTC, date, datetime

from procurement.models import ContractingProcess, Participation
from procurement.preparation import queries as preparation_queries
from procurement.preparation.operations import Expected, Grouping, put_estimate
from providers.codes import LearningRoute
from providers.deliveries.queries import last_month_held, registrations
from tests.builders import make_delivery, make_provider, make_record, make_track

MONTH = date(2026, 10, 1)
BY = {"by": "regio@example.nl", "at": datetime(2026, 11, 23, 9, tzinfo=UTC)}


def learners(count, *, name="L", month=MONTH, registered_on=date(2026, 3, 2), **more):
    provider = make_provider(f"TA{name}")
    tracks = [make_track(provider, f"{name}-{n}") for n in range(count)]
    return [make_record(month=month, track=t, registered_on=registered_on, **more) for t in tracks]


def test_a_traject_counts_once_in_the_year_it_registered(db):
    rows = learners(3, month=date(2026, 9, 1), municipality=166)
    # The same traject a month later, moved to another gemeente: counts there.
    make_record(month=MONTH, track=rows[0].track, registered_on=date(2026, 3, 2), municipality=193)
    # not counted: registered before, or after the twelve months; superseded
    learners(1, name="OUD", registered_on=date(2025, 10, 31))
    learners(1, name="NIEUW", month=date(2026, 11, 1), registered_on=date(2026, 11, 2))
    learners(1, name="WEG", superseded_by=make_delivery(make_provider("TAX")))
    # counted: the first day
    learners(1, name="EERST", registered_on=date(2025, 11, 1), route=LearningRoute.SELF_RELIANCE)
    assert last_month_held() == date(2026, 11, 1)
    assert registrations(MONTH) == {("0166", "B"): 2, ("0193", "B"): 1, ("0148", "Z"): 1}


def test_the_region_takes_the_figures_over_and_small_ones_stay_hidden(client):
    process = ContractingProcess.create(
        code="SAS-9", name="Traject", procedure="SAS", go_live=date(2027, 7, 1),
        changed_at=BY["at"],
    )  # fmt: skip
    for code in ("0148", "0166"):
        Participation.create(process=process, municipality=code, route="B")
    put_estimate(
        process, [Expected("0148", "B", 2027, 9), Expected("0166", "B", 2027, 8)],
        [Grouping("B", 12)], **BY,
    )  # fmt: skip
    learners(7, name="D")
    learners(3, name="K", municipality=166)
    client.sign_in("regio")
    url = "/planning/SAS-9/raming-uit-leveringen/"
    cells = [cell.text for cell in client.get(url).all("td")]
    assert cells == ["B1-route", "9", "7", "-2", "B1-route", "8", "< 5", "–"]
    client.post(url, {"year": "2027"}, status=302)
    kept = {(r.municipality, r.year): r.tracks for r in preparation_queries.numbers(process)}
    assert kept == {("0148", 2027): 7, ("0166", 2027): 8}
    assert [g.group_size for g in preparation_queries.groups(process)] == [12]
    client.post(url, {"year": "2028"}, status=302)
    assert len(preparation_queries.numbers(process)) == 3
    for role in ("gemeente", "contractmanager", "auditor", "aanbieder"):
        client.sign_in(role, provider_code="TAD", municipalities=["0148"])
        client.get(url, status=403)
