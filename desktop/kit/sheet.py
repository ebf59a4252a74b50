"""The style sheet, made from the tokens. What a widget is to look like is said by its kind or by a property:

- ``role``: ``title``, ``section``, ``secondary``, ``small``, ``figure``, ``wrong`` on labels (``meaning`` colours one); ``primary``, ``quiet``, ``danger``,
  ``link`` on buttons; ``cell`` on editors in grids; ``page``, ``card``, ``rail``, ``status``, ``raised``, ``aside`` on frames; ``head`` on the row above a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Template
from typing import Any, Final

_SHEET: Final = Template("""
* { outline: none; }
QToolTip {
    background: $raised; color: $text; border: 1px solid $hairline; padding: ${p4}px ${p8}px;
    font-size: ${t_secondary}px;
}
QLabel { background: transparent; }
QLabel[role="title"] { font-size: ${t_title}px; font-weight: $semibold; }
QLabel[role="section"] { font-size: ${t_section}px; font-weight: $semibold; }
QLabel[role="figure"] { font-size: ${t_figure}px; font-weight: $semibold; }
QLabel[role="secondary"] { font-size: ${t_secondary}px; color: $text_secondary; }
QLabel[role="wrong"] { font-size: ${t_secondary}px; color: $needs_you; }
QLabel[role="strong"] { font-weight: $semibold; }
QLabel[role="small"] { font-size: ${t_secondary}px; }
QLabel[meaning="needs_you"] { color: $needs_you; }
QLabel[meaning="look"] { color: $look; }
QLabel[meaning="done"] { color: $done; }
QLabel[role="key"] {
    font-size: ${t_secondary}px; color: $text_secondary; background: $sunken; border: 1px solid $hairline;
    border-radius: ${p4}px; padding: 0 ${p4}px;
}

QFrame[role="page"] { background: $surface; border: none; }
QFrame[role="card"] { background: $surface; border: 1px solid $hairline; border-radius: ${corner}px; }
QFrame[role="rail"] { background: $sunken; border: none; border-right: 1px solid $hairline; }
QFrame[role="head"] { background: $surface; border: none; border-bottom: 1px solid $hairline; }
QFrame[role="aside"] { background: $surface; border: none; border-left: 1px solid $hairline; }
QFrame[role="status"] { background: $sunken; border: none; border-top: 1px solid $hairline; }
QFrame[role="raised"] { background: $raised; border: 1px solid $edge; border-radius: ${corner}px; }
QFrame[role="line"] { background: $hairline; border: none; max-height: 1px; min-height: 1px; }

QPushButton {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: ${corner}px;
    min-height: ${button_inner}px; padding: 0 ${p12}px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border: 2px solid $focus; padding: 0 ${p12_focus}px; min-height: ${button_focus}px; }
QPushButton:disabled { color: $text_disabled; border-color: $hairline; background: $sunken; }
QPushButton[role="primary"] { background: $accent; color: $text_on_accent; border-color: $accent; font-weight: $semibold; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled { background: $sunken; color: $text_disabled; border-color: $hairline; }
QPushButton[role="danger"] { color: $needs_you; border-color: $needs_you; }
QPushButton[role="danger"]:disabled { color: $text_disabled; border-color: $hairline; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; padding: 0 ${p8}px; }
QPushButton[role="quiet"]:hover { background: $hover; }
QPushButton[role="quiet"]:focus { border-color: $focus; padding: 0 ${p8_focus}px; }
QPushButton[role="link"] {
    background: transparent; border: none; color: $accent; padding: 0; text-align: left; min-height: ${target}px;
}
QPushButton[role="link"]:focus { border: none; text-decoration: underline; }
QPushButton::menu-indicator { width: 0; image: none; }

QToolButton {
    background: transparent; color: $text; border: 1px solid transparent; border-radius: ${corner}px;
    min-height: ${target}px; min-width: ${target}px; padding: 0 ${p4}px;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $selected; }
QToolButton:focus { border: 2px solid $focus; }
QToolButton:disabled { color: $text_disabled; }
QToolButton::menu-indicator { width: 0; image: none; }

QPushButton[role="nav"] {
    background: transparent; border: 2px solid transparent; color: $text; text-align: left; padding: 0 ${p8}px;
    min-height: ${row}px; font-weight: normal;
}
QPushButton[role="nav"]:hover { background: $hover; }
QPushButton[role="nav"]:checked { background: $selected; font-weight: $semibold; }
QPushButton[role="nav"]:focus { border-color: $focus; padding: 0 ${p8}px; min-height: ${row}px; }
QPushButton[role="chip"] {
    background: transparent; border: 1px solid transparent; color: $text_secondary; padding: 0 ${p8}px;
    min-height: ${target}px; font-size: ${t_secondary}px;
}
QPushButton[role="chip"]:hover { background: $hover; color: $text; }
QPushButton[role="chip"]:checked { background: $accent_quiet; color: $accent; }
QPushButton[role="chip"]:focus { border: 2px solid $focus; padding: 0 ${p8_focus}px; min-height: ${target_focus}px; }
QPushButton[role="field"] { text-align: left; padding: 0 ${p8}px; }
QPushButton[role="field"]:focus { padding: 0 ${p8_focus}px; }
QPushButton[role="state"] {
    background: transparent; border: 2px solid transparent; color: $text; text-align: left; padding: 0 ${p4}px;
    min-height: ${target}px; font-size: ${t_secondary}px;
}
QPushButton[role="state"]:hover { background: $hover; }
QPushButton[role="state"]:focus { border-color: $focus; padding: 0 ${p4}px; min-height: ${target}px; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QDateTimeEdit, QTimeEdit, QComboBox {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: ${corner}px;
    selection-background-color: $accent; selection-color: $text_on_accent; padding: 0 ${p8}px;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QDateEdit, QDateTimeEdit, QTimeEdit, QComboBox { min-height: ${field_inner}px; }
QPlainTextEdit, QTextEdit { padding: ${p4}px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus,
QDateTimeEdit:focus, QTimeEdit:focus, QComboBox:focus {
    border: 2px solid $focus; padding: 0 ${p8_focus}px;
}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateEdit:focus, QDateTimeEdit:focus, QTimeEdit:focus,
QComboBox:focus { min-height: ${field_focus}px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: ${p3}px; }
QLineEdit:read-only, QPlainTextEdit:read-only, QTextEdit:read-only { background: $sunken; border-color: $hairline; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDateEdit:disabled {
    background: $sunken; color: $text_disabled; border-color: $hairline;
}
QLineEdit[state="wrong"], QPlainTextEdit[state="wrong"], QComboBox[state="wrong"], QDateEdit[state="wrong"] {
    border-color: $needs_you;
}
QLineEdit[role="cell"], QComboBox[role="cell"] {
    border: 2px solid $focus; border-radius: 0; background: $surface; padding: 0 ${p6}px; min-height: 0;
}
QLineEdit[role="bare"] { border: none; background: transparent; padding: 0; font-size: ${t_section}px; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit, QCalendarWidget QSpinBox {
    border: none; background: transparent; padding: 0; min-height: 0;
}
QLineEdit QToolButton { border: none; padding: 0; min-width: 0; min-height: 0; }
QComboBox::drop-down, QDateEdit::drop-down { border: none; width: ${p24}px; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: url("$arrow_down"); width: ${p12}px; height: ${p12}px; }
QComboBox QAbstractItemView {
    background: $raised; border: 1px solid $edge; selection-background-color: $selected; selection-color: $text;
    padding: ${p4}px;
}
QComboBox QAbstractItemView::item { min-height: ${target}px; padding: 0 ${p4}px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: ${p16}px; }
QAbstractSpinBox::up-arrow { image: url("$arrow_up"); width: ${p8}px; height: ${p8}px; }
QAbstractSpinBox::down-arrow { image: url("$arrow_down"); width: ${p8}px; height: ${p8}px; }

QCheckBox, QRadioButton { spacing: ${p8}px; min-height: ${target}px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator {
    width: ${p14}px; height: ${p14}px; border: 1px solid $edge; background: $surface;
}
QCheckBox::indicator { border-radius: ${p3}px; }
QRadioButton::indicator { border-radius: ${radio}px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$check"); }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url("$dot"); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $focus; width: ${p12}px; height: ${p12}px; }
QCheckBox:disabled, QRadioButton:disabled { color: $text_disabled; }

QAbstractItemView {
    background: $surface; alternate-background-color: $surface; border: none; color: $text;
    selection-background-color: $selected; selection-color: $text; gridline-color: $hairline;
}
QFrame[role="raised"] QAbstractItemView { background: transparent; }
QListView::item { padding: 0 ${p8}px; }
QListView::item:hover, QTableView::item:hover, QTreeView::item:hover { background: $hover; }
QListView::item:selected, QTableView::item:selected, QTreeView::item:selected { background: $selected; color: $text; }
QTableView::item { padding: 0 ${p8_item}px; border: none; }
QHeaderView { background: $sunken; border: none; }
QHeaderView::section {
    background: $sunken; color: $text_secondary; border: none; border-bottom: 1px solid $hairline;
    padding: 0 ${p8}px; min-height: ${row_inner}px; font-size: ${t_secondary}px; font-weight: $semibold;
}
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url("$arrow_up"); width: ${p12}px; height: ${p12}px; }
QHeaderView::down-arrow { image: url("$arrow_down"); width: ${p12}px; height: ${p12}px; }
QTableCornerButton::section { background: $sunken; border: none; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: ${p12}px; margin: 0; }
QScrollBar:horizontal { height: ${p12}px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: ${p3}px; }
QScrollBar::handle:vertical { min-height: ${p24}px; margin: ${p2}px ${p3}px; }
QScrollBar::handle:horizontal { min-width: ${p24}px; margin: ${p3}px ${p2}px; }
QScrollBar::handle:hover { background: $text_secondary; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: $text_secondary; border: none; border-bottom: 2px solid transparent;
    padding: 0 ${p12}px; min-height: ${row_inner}px;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; font-weight: $semibold; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $hairline; }

QMenuBar { background: $sunken; color: $text; border: none; border-bottom: 1px solid $hairline; }
QMenuBar::item { padding: ${p4}px ${p8}px; background: transparent; border-radius: ${p4}px; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $edge; padding: ${p4}px; }
QMenu::item { padding: ${p4}px ${p24}px ${p4}px ${p12}px; min-height: ${p20}px; border-radius: ${p4}px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $text_disabled; }
QMenu::separator { height: 1px; background: $hairline; margin: ${p4}px ${p8}px; }
QMenu::icon { padding-left: ${p8}px; }

QProgressBar { background: $sunken; border: none; border-radius: ${p2}px; max-height: ${p4}px; min-height: ${p4}px; }
QProgressBar::chunk { background: $accent; border-radius: ${p2}px; }
QSplitter::handle { background: $hairline; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QGroupBox { border: none; margin-top: ${p24}px; font-weight: $semibold; }
QGroupBox::title { subcontrol-origin: margin; left: 0; }
QDialog, QMessageBox { background: $surface; }
QSlider::groove:horizontal { background: $hairline; height: ${p4}px; border-radius: ${p2}px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: ${p2}px; }
QSlider::handle:horizontal {
    background: $surface; border: 2px solid $accent; width: ${p12}px; height: ${p12}px; margin: -${p6}px 0;
    border-radius: ${p8}px;
}
QSlider::handle:horizontal:focus { background: $accent; }
""")


def style_sheet(
    colours: Mapping[str, str],
    px: Callable[[float], int],
    tokens: Mapping[str, Any],
    images: Mapping[str, str],
) -> str:
    """The whole sheet for one theme at one size. ``images`` are files of small pictures in the theme's colours."""
    sizes, kinds, ring = tokens["size"], tokens["type"], tokens["size"]["focus_ring"]
    values: dict[str, object] = {name: _css(colour) for name, colour in colours.items()}
    values |= {f"p{size}": px(size) for size in (2, 3, 4, 6, 8, 12, 14, 16, 20, 24)}
    values |= {f"t_{name}": px(kinds[name]) for name in ("secondary", "section", "title", "figure")}
    values |= {name: px(sizes[name]) for name in ("row", "corner", "target")}
    # The border grows inwards, so that nothing moves when the focus comes.
    values |= {
        "semibold": kinds["weight_semibold"],
        "button_inner": px(sizes["button"]) - 2,
        "button_focus": px(sizes["button"]) - 2 * ring,
        "field_inner": px(sizes["field"]) - 2,
        "field_focus": px(sizes["field"]) - 2 * ring,
        "target_focus": px(sizes["target"]) - 2 * ring + 2,
        "row_inner": px(sizes["row"]) - 1,
        "p12_focus": px(12) - ring + 1,
        "p8_focus": px(8) - ring + 1,
        # Fusion keeps three pixels of its own around the text of an item.
        "p8_item": px(8) - 3,
        "radio": (px(14) + 2) // 2,
        **images,
    }
    return _SHEET.substitute(values)


def _css(colour: str) -> str:
    """Qt's sheets read #AARRGGBB, the tokens are written as CSS has it."""
    return f"#{colour[7:]}{colour[1:7]}" if len(colour) == 9 else colour
