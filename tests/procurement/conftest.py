"""A plan and a lot of it; and the inkooptrajecten of the demo region, for a whole file."""

import pytest

from core.dates import today
from procurement import demo as demo_region
from procurement.award import operations as bid_operations
from tests.procurement.lots import BY, DRAFT, make_plan


@pytest.fixture
def process(db):
    return make_plan()


@pytest.fixture
def lot(process):
    return bid_operations.put_lot(process, DRAFT, **BY)


@pytest.fixture(scope="module")
def demo(file_db):
    demo_region.load(today())
