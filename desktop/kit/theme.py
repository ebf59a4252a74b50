"""The look of the window, made from the tokens: colours, sizes, fonts; light and dark; 100 to 200 %.

`look` is what is in force. It is an immutable value: painting code asks for it each time. Changing it (`wear`) sends
StyleChange to every widget, which takes its new sizes in `restyle`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLayout, QStyleFactory

from desktop.kit.resources import resource
from desktop.kit.sheet import style_sheet

SMALLEST: Final = 100
LARGEST: Final = 200
"""Per cent that the person may choose, on top of the system's own factor."""


@cache
def tokens() -> Mapping[str, Any]:
    """The design language, as the file has it."""
    return tomllib.loads(resource("styles", "tokens.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Look:
    """One theme at one size. ``is_compact``: rows of lists are low."""

    is_dark: bool = False
    percent: int = 100
    is_compact: bool = False

    @cached_property
    def colours(self) -> Mapping[str, str]:
        """The colours by name, as ``#RRGGBB`` or ``#RRGGBBAA``."""
        found: Mapping[str, str] = tokens()["dark" if self.is_dark else "light"]
        return found

    def colour(self, name: str) -> QColor:
        """A colour of the tokens."""
        return _colour(self.colours[name])

    def px(self, size: float) -> int:
        """A size of the tokens in device independent pixels, at the person's factor."""
        return max(round(size * self.percent / 100), 1 if size > 0 else 0)

    def space(self, name: str) -> int:
        """A distance: hair, small, medium, large, huge."""
        return self.px(tokens()["space"][name])

    def size(self, name: str) -> int:
        """A size: field, button, rail, corner, icon, target …; ``row`` is that of lists now."""
        if name == "row" and self.is_compact:
            name = "row_compact"
        return self.px(tokens()["size"][name])

    def pill_meaning(self, word: str) -> str:
        """Which meaning (needs_you, look, done, information, neutral) a pill's word has."""
        return str(tokens()["pill"].get(word, "neutral"))

    def font(self, role: str = "body", *, is_semibold: bool | None = None, is_tabular: bool = False) -> QFont:
        """The face in the size of a role: body, secondary, section, title, figure.

        Sections, titles and figures are semibold unless said otherwise; ``is_tabular`` for numbers in columns.
        """
        kinds = tokens()["type"]
        font = QFont()
        font.setFamilies(list(kinds["families"]))
        font.setPixelSize(self.px(kinds[role]))
        strong = role in {"section", "title", "figure"} if is_semibold is None else is_semibold
        if strong:
            font.setWeight(QFont.Weight(kinds["weight_semibold"]))
        if is_tabular:
            font.setFeature(QFont.Tag(kinds["tabular"]), 1)
        return font

    def palette(self) -> QPalette:
        """The colours for what Qt draws itself."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "canvas",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "surface",
            QPalette.ColorRole.AlternateBase: "sunken",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.PlaceholderText: "text_secondary",
            QPalette.ColorRole.Button: "surface",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.BrightText: "text_on_accent",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
            QPalette.ColorRole.Highlight: "selected",
            QPalette.ColorRole.HighlightedText: "text",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.LinkVisited: "accent",
            QPalette.ColorRole.Accent: "accent",
            QPalette.ColorRole.Light: "raised",
            QPalette.ColorRole.Midlight: "hairline",
            QPalette.ColorRole.Mid: "edge",
            QPalette.ColorRole.Dark: "edge",
            QPalette.ColorRole.Shadow: "shadow",
        }
        for role, name in roles.items():
            palette.setColor(role, self.colour(name))
        for role in (
            QPalette.ColorRole.WindowText,
            QPalette.ColorRole.Text,
            QPalette.ColorRole.ButtonText,
            QPalette.ColorRole.HighlightedText,
        ):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("text_disabled"))
        return palette


@cache
def _colour(text: str) -> QColor:
    # Qt reads #AARRGGBB, the tokens are written as CSS has it.
    return QColor(f"#{text[7:]}{text[1:7]}" if len(text) == 9 else text)


_look = Look()
_SPACED: Final = "roundsman_spaced"
"""The property of a layout that names its distances; Qt owns layouts, and our objects for them come and go."""


def look() -> Look:
    """The look in force."""
    return _look


def wear(application: QApplication, new: Look) -> None:
    """Put a look on every widget of the program."""
    from desktop.kit.icons import sheet_images

    global _look  # noqa: PLW0603 - as there is one application, there is one look
    _look = new
    if application.style().objectName() != "fusion":
        application.setStyle(QStyleFactory.create("Fusion"))
    application.setPalette(new.palette())
    application.setFont(new.font())
    for top in application.topLevelWidgets():
        for layout in top.findChildren(QLayout):
            if names := layout.property(_SPACED):
                _space(layout, names)
    application.setStyleSheet(style_sheet(new.colours, new.px, tokens(), sheet_images(new)))


def follow_system(application: QApplication, chosen: str) -> bool:
    """Tell Qt which scheme was chosen (``system``, ``light``, ``dark``); whether it is dark now."""
    hints = application.styleHints()
    scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(chosen, Qt.ColorScheme.Unknown)
    hints.setColorScheme(scheme)
    if scheme is not Qt.ColorScheme.Unknown:
        return scheme is Qt.ColorScheme.Dark
    return hints.colorScheme() is Qt.ColorScheme.Dark


def spaced(layout: QLayout, *margins: str, gap: str = "small") -> None:
    """Give a layout margins and spacing by the names of the tokens, now and after every change of size.

    Margins as in CSS: none (0), one for all sides, two (top and bottom, left and right), or four (clockwise from the
    top). An empty name is 0.
    """
    names = "/".join([" ".join(name or "0" for name in margins), gap])
    layout.setProperty(_SPACED, names)
    _space(layout, names)


def _space(layout: QLayout, names: str) -> None:
    margins, _, gap = names.partition("/")
    given = [0 if name == "0" else _look.space(name) for name in margins.split()] or [0]
    top, right, bottom, left = {1: given * 4, 2: given * 2, 4: given}[len(given)]
    layout.setContentsMargins(QMargins(left, top, right, bottom))
    layout.setSpacing(_look.space(gap) if gap else 0)
