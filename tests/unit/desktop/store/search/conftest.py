"""An encrypted copy that a first copy has filled, as the real schema has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.store.store import Store
from tests.unit.desktop.store.search.copies import COCONUT, customer, make_copy, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """海口椰风 with its phone, two others, and an index of them."""
    store = make_copy(tmp_path / "copy.db")
    put(
        store,
        "customer",
        customer(COCONUT, "海口椰风", code="ND-2-0017", phone="138 0000 1234", address_city="海口"),
        customer("sanya", "三亚湾酒店", code="ND-2-0018", phone="+86 139-1111-2222", address_city="三亚"),
        customer("coconut-palm", "Coconut Palm Ltd", code="ND-2-0117", email="info@palm.example"),
    )
    store.build_search()
    yield store
    store.close()
    store.engine.dispose()
