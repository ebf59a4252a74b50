"""The design language: complete in both themes, and readable (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from crm.orders.states import OrderState

TOKENS: Final[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[2] / "resources/styles/tokens.toml").read_text(encoding="utf-8")
)
LEAST: Final = {"text": 4.5, "edges": 3.0}


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` (WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_both_themes_name_the_same_colours() -> None:
    assert TOKENS["light"].keys() == TOKENS["dark"].keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["text", "edges"])
def test_what_stands_on_something_can_be_read(theme: str, kind: str) -> None:
    colours = TOKENS[theme]
    pale = {
        (front, back): round(contrast(colours[front], colours[back]), 2)
        for front, back in TOKENS["contrast"][kind]
        if contrast(colours[front], colours[back]) < LEAST[kind]
    }
    assert pale == {}


def test_every_state_of_an_order_has_a_meaning_and_every_meaning_its_colours() -> None:
    assert {state.value for state in OrderState} <= TOKENS["pill"].keys()
    for meaning in TOKENS["pill"].values():
        assert {meaning, f"{meaning}_quiet"} <= TOKENS["light"].keys()
        assert [meaning, f"{meaning}_quiet"] in TOKENS["contrast"]["text"]


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21.0
    assert round(contrast("#777777", "#FFFFFF"), 2) == 4.48
