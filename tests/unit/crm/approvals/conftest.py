"""What the tests of approvals have."""

from __future__ import annotations

import pytest

from tests.unit.crm.desk import Desk
from tests.unit.crm.orders.shop import Shop


@pytest.fixture
def shop(desk: Desk) -> Shop:
    """A firm with a rep, a customer, an approver and a catalogue."""
    return Shop(desk)
