"""Looks for what a person would stumble over in a window: no name for a screen reader, cut off or untranslated words, characters
that no font has, targets too small to hit. For tests and for the tour.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QFont, QTextLayout
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from desktop.kit.theme import look
from desktop.widgets.labels import Elided

_SPOKEN: Final = (
    QAbstractButton, QAbstractItemView, QAbstractSpinBox, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit,
    QTabBar, QTextEdit,
)  # fmt: skip
WORD: Final = re.compile(r"[A-Za-z]{2,}")
KNOWN: Final = frozenset(
    [
        "Roundsman",
        "Ctrl",
        "Shift",
        "Alt",
        "Meta",
        "Return",
        "Enter",
        "Esc",
        "Backspace",
        "Space",
        "Tab",
        "Home",
        "End",
        "PgUp",
        "PgDown",
        "Left",
        "Right",
        "Up",
        "Down",
        "Del",
        "Ins",
        "English",
        "https",
        "http",
        "com",
        "example",
        "office",
        "licence",
        "Apache",
        "Phosphor",
        "Icons",
        "MIT",
        "VIP",
        "PDF",
        "CSV",
    ]
)
"""Latin words that stand in Chinese too."""

IsData = Callable[[str], bool]


def flaws(root: QWidget, *, is_data: IsData = lambda _word: False, is_chinese: bool = False) -> list[str]:
    """Sentences about every widget that is seen in ``root``; empty is good.

    :param is_data: whether a Latin word comes from the data and not from the program. Asked in Chinese only.
    """
    found = []
    for widget in seen(root):
        found += _unnamed(widget)
        found += _cut_off(widget)
        found += _too_small(widget)
    for widget, text, font in texts(root):
        missing = without_glyph(text, font)
        if missing:
            found.append(f"{called(widget)}: no glyph for {missing!r} in {text!r}")
        if is_chinese:
            foreign = [word for word in WORD.findall(text) if word not in KNOWN and not is_data(word)]
            if foreign:
                found.append(f"{called(widget)}: not translated: {foreign} in {text!r}")
    return sorted(set(found))


def seen(root: QWidget) -> Iterator[QWidget]:
    """The widget and everything in it that is shown."""
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and not widget.visibleRegion().isEmpty():
            yield widget


def called(widget: QWidget) -> str:
    """How a widget is named in a sentence."""
    name = widget.objectName() or widget.accessibleName()
    return f"{type(widget).__name__}({name})" if name else type(widget).__name__


# --- texts ------------------------------------------------------------------------------------------------------------


def texts(root: QWidget) -> Iterator[tuple[QWidget, str, QFont]]:
    """Every text that is seen, read out or shown as a tooltip, with its font."""
    for widget in seen(root):
        font = widget.font()
        for text in (
            *_own_texts(widget),
            widget.toolTip(),
            widget.accessibleName(),
            widget.accessibleDescription(),
        ):
            if text.strip():
                yield widget, text, font
        if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
            for text in _cells(widget):
                yield widget, text, font


def _own_texts(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        return [widget.text().replace("&", "")]
    if isinstance(widget, QLineEdit):
        return [widget.displayText() or widget.placeholderText()]
    if isinstance(widget, QComboBox):
        return [widget.itemText(place) for place in range(widget.count())]
    if isinstance(widget, QTabBar):
        return [widget.tabText(place) for place in range(widget.count())]
    if isinstance(widget, QHeaderView):
        model: Any = widget.model()
        way = widget.orientation()
        if model is None or way is Qt.Orientation.Vertical:
            return []
        return [
            str(model.headerData(place, way) or "")
            for place in range(widget.count())
            if not widget.isSectionHidden(place)
        ]
    if isinstance(widget, QPlainTextEdit) and not widget.isReadOnly():
        return [widget.toPlainText() or widget.placeholderText()]
    if widget.isWindow():
        return [widget.windowTitle()]
    return []


def _cells(view: QAbstractItemView) -> Iterator[str]:
    """The texts of the cells that are seen."""
    model: Any = view.model()
    if model is None:
        return
    first = view.indexAt(view.viewport().rect().topLeft())
    row = max(first.row(), 0)
    # Qt hides how many columns a model of a list has: it is one.
    columns = range(1 if isinstance(view, QListView) else model.columnCount())
    while row < model.rowCount():
        boxes = [view.visualRect(model.index(row, column)) for column in columns]
        if all(box.top() > view.viewport().height() for box in boxes):
            return
        for column in columns:
            text = model.index(row, column).data(Qt.ItemDataRole.DisplayRole)
            if isinstance(text, str) and text.strip():
                yield text
        row += 1


def without_glyph(text: str, font: QFont) -> str:
    """The characters that neither the font nor any that stands in for it can draw."""
    missing = []
    for character in dict.fromkeys(text):
        if character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}:
            continue
        layout = QTextLayout(character, font)
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        if any(0 in run.glyphIndexes() for run in layout.glyphRuns()):
            missing.append(character)
    return "".join(missing)


# --- one widget -------------------------------------------------------------------------------------------------------


def _is_part(widget: QWidget) -> bool:
    """Whether it belongs to a larger control, or has no business with a person."""
    parent = widget.parentWidget()
    if isinstance(widget, QScrollBar | QHeaderView):
        return True
    if widget.objectName().startswith("qt_"):
        return True
    return isinstance(parent, QAbstractSpinBox | QComboBox)


def _unnamed(widget: QWidget) -> list[str]:
    if not isinstance(widget, _SPOKEN) or _is_part(widget):
        return []
    spoken: Any = QAccessible.queryAccessibleInterface(widget)
    name = spoken.text(QAccessible.Text.Name) if spoken is not None else ""
    return [] if name.strip() else [f"{called(widget)}: has no accessible name ({_path(widget)})"]


def _path(widget: QWidget) -> str:
    names: list[str] = []
    at: QWidget | None = widget
    while at is not None and len(names) < 5:
        names.append(type(at).__name__)
        at = at.parentWidget()
    return " in ".join(names)


def _cut_off(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel) and not isinstance(widget, Elided) and widget.text():
        if widget.wordWrap():
            is_cut = widget.heightForWidth(widget.width()) > widget.height() + 1
        else:
            hint = widget.sizeHint()
            is_cut = (
                hint.width() > widget.width() + 1 or widget.minimumSizeHint().height() > widget.height() + 1
            )
        return [f"QLabel: cut off: {widget.text()!r} ({_path(widget)})"] if is_cut else []
    if isinstance(widget, QPushButton | QCheckBox | QRadioButton) and widget.text():
        hint = widget.sizeHint()
        if hint.width() > widget.width() + 1 or hint.height() > widget.height() + 1:
            return [f"{called(widget)}: cut off: {widget.text()!r}"]
    if isinstance(widget, QHeaderView) and widget.orientation() is Qt.Orientation.Horizontal:
        return _cut_heads(widget)
    return []


def _cut_heads(header: QHeaderView) -> list[str]:
    model: Any = header.model()
    if model is None:
        return []
    return [
        f"QHeaderView: cut off: {model.headerData(place, Qt.Orientation.Horizontal)!r}"
        for place in range(header.count())
        if not header.isSectionHidden(place)
        and header.fontMetrics().horizontalAdvance(
            str(model.headerData(place, Qt.Orientation.Horizontal) or "")
        )
        > header.sectionSize(place)
    ]


def _too_small(widget: QWidget) -> list[str]:
    if (
        not isinstance(widget, QAbstractButton)
        or _is_part(widget)
        or isinstance(widget.parentWidget(), QAbstractScrollArea)
    ):
        return []
    least = look().size("target")
    if widget.width() < least - 1 or widget.height() < least - 1:
        return [f"{called(widget)}: {widget.width()} x {widget.height()} is too small to hit"]
    return []
