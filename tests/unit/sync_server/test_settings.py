"""Settings from the environment."""

from __future__ import annotations

import time

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


@pytest.mark.parametrize(
    ("text", "offset_ms"), [("-60", -60_000), ("+5", 5000), ("90000000", 90_000_000_000)]
)
def test_clock_can_be_moved_for_demos(text: str, offset_ms: int) -> None:
    settings = Settings.from_environment({"ROUNDSMAN_CLOCK_OFFSET_S": text})
    assert settings.clock_offset_ms == offset_ms
    assert settings.clock is not None
    assert abs(settings.clock() - time.time_ns() // 1_000_000 - offset_ms) < 2000


def test_clock_is_the_databases_own_unless_it_is_moved() -> None:
    assert Settings.from_environment({"ROUNDSMAN_CLOCK_OFFSET_S": " "}).clock is None
    assert Settings().clock is None


@pytest.mark.parametrize("text", ["soon", "1.5", "--1", "٣", "12345678901"])
def test_clock_is_not_moved_by_what_is_no_number(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Settings.from_environment({"ROUNDSMAN_CLOCK_OFFSET_S": text})
    assert caught.value.code == Code.BAD_VALUE
    assert "ROUNDSMAN_CLOCK_OFFSET_S" in caught.value.message
