"""Settings from the environment."""

from __future__ import annotations

import pytest

from crm.errors import Code, InvalidInput
from sync_server.settings import Settings


def test_empty_environment_gives_what_needs_nothing() -> None:
    assert Settings.from_environment({}) == Settings()


def test_environment_is_read() -> None:
    settings = Settings.from_environment({"ROUNDSMAN_ZONE": "Europe/Rome", "ROUNDSMAN_ACCESS_S": "60"})
    assert (settings.zone, settings.access_s) == ("Europe/Rome", 60)


@pytest.mark.parametrize("text", ["0", "-1", "soon", "1.5", "٣x"])
def test_number_that_is_none_is_named(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Settings.from_environment({"ROUNDSMAN_THREADS": text})
    assert caught.value.code == Code.BAD_VALUE
    assert "ROUNDSMAN_THREADS" in caught.value.message


def test_zone_that_is_none_is_named() -> None:
    with pytest.raises(InvalidInput):
        Settings.from_environment({"ROUNDSMAN_ZONE": "Nowhere/Nothing"})
