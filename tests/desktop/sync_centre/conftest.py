"""The window on a copy on which everything has happened that the sync centre tells of."""

from __future__ import annotations

import pytest

from tests.desktop.copies import Prepared
from tests.desktop.sync_centre.troubles import Troubles, trouble


@pytest.fixture(scope="session")
def troubles(tmp_path_factory: pytest.TempPathFactory) -> Troubles:
    """The copy, and what in it is what."""
    return trouble(tmp_path_factory.mktemp("troubles"))


@pytest.fixture(scope="session")
def prepared(troubles: Troubles) -> Prepared:
    """In place of the copy on which all is well."""
    return troubles.prepared
