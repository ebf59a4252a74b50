"""A real SQLite file with the made-up tables, guarded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.crm.changes.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with an empty database."""
    store = Store(tmp_path)
    yield store
    store.close()
