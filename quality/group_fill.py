"""How long learners wait for a group to fill, by formula.

Learners arrive at ``rate`` per week and a group starts with ``size``: a random learner finds
0 ... size-1 places still open with equal chance, and waits an Erlang time. Fixed start dates,
holidays and people who leave the queue are not in it.
"""

from quality.intervals import bisect, poisson_at_most


def mean_wait(size: int, rate: float) -> float:
    """Mean wait in weeks."""
    return (size - 1) / (2 * rate)


def first_in_line_wait(size: int, rate: float) -> float:
    """Mean wait in weeks of whoever registers first for a new group."""
    return (size - 1) / rate


def chance_started(size: int, rate: float, weeks: float) -> float:
    """Chance that a random learner has started within so many weeks."""
    arrivals = rate * weeks
    return sum(1 - poisson_at_most(open_places - 1, arrivals) for open_places in range(size)) / size


def wait_quantile(size: int, rate: float, share: float) -> float:
    """Weeks within which this share of learners has started."""
    return bisect(lambda weeks: chance_started(size, rate, weeks) - share, 0, 20 * size / rate + 1)
