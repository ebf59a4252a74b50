"""Icons, drawn from an icon font in the colour of the text beside them, whatever the theme.

The font is Phosphor (MIT), which comes with QtAwesome. It is read on first use.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTemporaryDir
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPen, QPixmap, QPolygonF

from crm.errors import LocalFault
from desktop.kit import theme

FONT: Final = "phosphor-1.3.0.ttf"
CHARACTERS: Final = "phosphor-charmap-1.3.0.json"
NO_ICONS: Final = 4401
"""The file with the icons is not where it was installed."""

GLYPHS: Final = {
    "add": "plus", "archive": "archive-box", "attention": "warning", "back": "arrow-left", "barcode": "barcode",
    "block": "prohibit", "building": "buildings", "calendar": "calendar-blank", "call": "phone", "cancel": "x-circle",
    "check": "check", "clock": "clock", "close": "x", "code": "hash", "columns": "columns", "command": "command",
    "conflict": "git-merge", "copy": "copy", "customer": "storefront", "customers": "storefront", "danger": "warning-octagon",
    "delete": "trash", "deliver": "truck", "document": "file-text", "done": "check-circle", "down": "caret-down",
    "draft": "note-pencil", "edit": "pencil-simple", "export": "export", "filter": "funnel", "pin": "push-pin", "find": "magnifying-glass",
    "folder": "folder", "forward": "arrow-right", "history": "clock-counter-clockwise", "home": "house", "import": "download-simple",
    "information": "info", "in_approval": "hourglass", "key": "key", "keyboard": "keyboard", "language": "translate", "left": "caret-left",
    "link": "link", "list": "list", "location": "map-pin", "lock": "lock-simple", "mail": "envelope-simple", "more": "dots-three",
    "money": "currency-circle-dollar", "needs_you": "warning-circle", "note": "note", "offline": "cloud-slash", "online": "cloud-check",
    "open": "arrow-square-out", "order": "receipt", "orders": "receipt", "paste": "clipboard-text", "person": "user",
    "people": "users", "price": "tag", "print": "printer", "product": "package", "question": "question",
    "redo": "arrow-u-up-right", "refresh": "arrows-clockwise", "remove": "minus", "return": "arrow-bend-up-left", "right": "caret-right",
    "save": "floppy-disk", "send": "paper-plane-tilt", "server": "hard-drives", "settings": "gear-six", "sign_out": "sign-out",
    "sort": "arrows-down-up", "star": "star", "submitted": "paper-plane-tilt", "sync": "arrows-clockwise", "today": "sun-horizon",
    "undo": "arrow-u-up-left", "up": "caret-up", "visit": "map-pin", "waiting": "clock", "withdraw": "arrow-counter-clockwise",
}  # fmt: skip
"""Our name of an icon to the font's. A screen's new icon is added here."""


class _Engine(QIconEngine):
    """Draws one glyph in the text colour of the look that is in force when it is drawn."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        name = "text_disabled" if mode is QIcon.Mode.Disabled else self._colour
        draw(painter, QRectF(rect), self._name, theme.look().colour(name))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour)


def icon(name: str, colour: str = "text") -> QIcon:
    """An icon in a colour of the tokens; it follows the theme by itself.

    :raises KeyError: no such icon. :raises LocalFault: code 4401 when the icons of this installation are missing; asked
        here, because nothing may be raised while something is painted.
    """
    _glyph(name)
    _family()
    return QIcon(_Engine(name, colour))


def draw(painter: QPainter, box: QRectF, name: str, colour: QColor) -> None:
    """Draw an icon into a box, as large as fits; at the left of one that is wider than high."""
    side = min(box.width(), box.height())
    font = QFont(_family())
    font.setPixelSize(max(round(side), 1))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(colour)
    square = QRectF(box.left(), box.center().y() - side / 2, side, side)
    painter.drawText(square, Qt.AlignmentFlag.AlignCenter, _glyph(name))
    painter.restore()


def button_size() -> QSize:
    """The size of an icon that stands before a text: with a gap behind it."""
    side = theme.look().size("icon")
    return QSize(side + theme.look().px(4), side)


@cache
def _family() -> str:
    """:raises LocalFault: code 4401 when the font is not there."""
    number = QFontDatabase.addApplicationFont(str(font_file()))
    families = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    if not families:
        raise LocalFault(
            NO_ICONS,
            "The icons of this installation are missing. Your data is safe; install Roundsman again.",
        )
    return families[0]


def font_file(name: str = FONT) -> Path:
    """Where the icon font lies, or the list of its characters."""
    spec = find_spec("qtawesome")
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0] if places else ".") / "fonts" / name


@cache
def _characters() -> dict[str, str]:
    return msgspec.json.decode(font_file(CHARACTERS).read_bytes(), type=dict[str, str])


@cache
def _glyph(name: str) -> str:
    return chr(int(_characters()[GLYPHS[name]], 16))


# --- the small pictures that a style sheet can only take from files --------------------------------------------------


@cache
def _folder() -> QTemporaryDir:
    return QTemporaryDir()


@cache
def sheet_images(look: theme.Look) -> dict[str, str]:
    """Files with the marks of check boxes and the arrows of lists, in the colours of a look."""
    made = {}
    for name, colour in (
        ("arrow_down", "text_secondary"),
        ("arrow_up", "text_secondary"),
        ("check", "text_on_accent"),
        ("dot", "text_on_accent"),
    ):
        for factor, end in ((1, ""), (2, "@2x")):
            side = look.px(14) * factor
            picture = QPixmap(side, side)
            picture.fill(Qt.GlobalColor.transparent)
            _mark(picture, name, look.colour(colour))
            stem = f"{name}-{'dark' if look.is_dark else 'light'}-{look.percent}"
            picture.save(str(Path(_folder().path()) / f"{stem}{end}.png"))
            if factor == 1:
                made[name] = (Path(_folder().path()) / f"{stem}.png").as_posix()
    return made


def _mark(picture: QPixmap, name: str, colour: QColor) -> None:
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(picture.width() / 14, picture.height() / 14)
    if name == "dot":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(7, 7), 3, 3)
    else:
        lines = {
            "arrow_down": ((3.5, 5.5), (7, 9), (10.5, 5.5)),
            "arrow_up": ((3.5, 8.5), (7, 5), (10.5, 8.5)),
            "check": ((3, 7.5), (6, 10.5), (11, 4.5)),
        }[name]
        painter.setPen(
            QPen(colour, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in lines]))
    painter.end()
