"""A plan and a lot of it."""

import pytest

from procurement import bid_operations as operations
from tests.procurement.lots import BY, DRAFT, make_plan


@pytest.fixture
def process(db):
    return make_plan()


@pytest.fixture
def lot(process):
    return operations.put_lot(process, DRAFT, **BY)
