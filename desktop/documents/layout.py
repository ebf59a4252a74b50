"""Lays a `Paper` out on pages: A4 or whatever the printer has, table heads repeated, page x of y at the foot.

Everything is measured in points (1/72 inch) and drawn in the device's own pixels, so the text of a PDF is as exact as its
resolution. Nothing is drawn before it is known how many pages there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPagedPaintDevice, QPainter, QPen

from desktop.documents.order import Paper, PaperLine
from desktop.kit.theme import Look, tokens

MARGIN: Final = 48.0
FOOT: Final = 30.0
_WIDTHS: Final = (22.0, 56.0, 0.0, 48.0, 46.0, 66.0, 44.0, 36.0, 76.0)
"""The columns of the table in points; 0 takes what is left."""
_FIGURES: Final = frozenset({0, 3, 5, 6, 7, 8})
_FAMILIES: Final = ("PingFang SC", "Microsoft YaHei UI", "Noto Sans CJK SC", "Noto Sans", "sans-serif")
"""Faces that have Chinese and Latin and figures of one width. Where a feature of the font puts another glyph in the place of
a character, as ``locl`` and ``tnum`` do with figures, a PDF no longer says which character that is, and cannot be searched
or copied from: none is used here."""
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)

Draw = Callable[[float], None]


def paper_font() -> QFont:
    """The face of papers."""
    font = QFont()
    font.setFamilies(list(_FAMILIES))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("locl"), 0)
    return font


@dataclass(frozen=True)
class _Block:
    """Something of a height that is not torn apart. ``head`` is drawn again above it at the top of a page."""

    height: float
    draw: Draw
    head: _Block | None = None


class Sheet:
    """Draws one paper on one device."""

    def __init__(self, paper: Paper, device: QPagedPaintDevice) -> None:
        self._paper = paper
        self._device = device
        self._painter = QPainter()
        self._look = Look()

    def draw(self, told: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        """Draw all pages; gives their number. ``told`` is called with (pages done, pages).

        :raises OSError: the device cannot be drawn on: the file cannot be written, the printer is gone.
        """
        if not self._painter.begin(self._device):
            raise OSError("the document cannot be written")
        try:
            pages = self._pages()
            for number, page in enumerate(pages, start=1):
                if number > 1:
                    self._device.newPage()
                for top, block in page:
                    block.draw(top)
                self._foot(number, len(pages))
                told(number, len(pages))
        finally:
            self._painter.end()
        return len(pages)

    # -- points

    @property
    def _unit(self) -> float:
        return self._device.logicalDpiX() / 72

    @property
    def _width(self) -> float:
        """Between the margins, in points."""
        return self._device.width() / self._unit - 2 * MARGIN

    @property
    def _bottom(self) -> float:
        """Where the foot begins, in points."""
        return self._device.height() / self._unit - MARGIN - FOOT

    def _font(self, size: float, *, strong: bool = False) -> QFont:
        font = paper_font()
        font.setPixelSize(max(round(size * self._unit), 1))
        if strong:
            font.setWeight(QFont.Weight(tokens()["type"]["weight_semibold"]))
        return font

    def _box(self, left: float, top: float, width: float, height: float) -> QRectF:
        u = self._unit
        return QRectF((MARGIN + left) * u, top * u, width * u, height * u)

    def _height(self, text: str, font: QFont, width: float) -> float:
        if not text:
            return 0.0
        box = QRectF(0, 0, width * self._unit, 1e6)
        metrics = QFontMetricsF(font, self._device)
        return metrics.boundingRect(box, _LEFT, text).height() / self._unit

    def _text(
        self,
        text: str,
        font: QFont,
        box: QRectF,
        *,
        flags: int = _LEFT,
        colour: str = "text",
    ) -> None:
        self._painter.setFont(font)
        self._painter.setPen(self._colour(colour))
        self._painter.drawText(box, flags, text)

    def _colour(self, name: str) -> QColor:
        return self._look.colour(name)

    def _rule(
        self, top: float, *, left: float = 0.0, width: float | None = None, colour: str = "hairline"
    ) -> None:
        u = self._unit
        self._painter.setPen(QPen(self._colour(colour), 0.6 * u))
        begin = (MARGIN + left) * u
        self._painter.drawLine(begin, top * u, begin + (self._width if width is None else width) * u, top * u)  # type: ignore[call-overload]

    # -- pages

    def _pages(self) -> list[list[tuple[float, _Block]]]:
        pages: list[list[tuple[float, _Block]]] = [[]]
        top = MARGIN
        for block in self._blocks():
            if top + block.height > self._bottom and pages[-1]:
                pages.append([])
                top = MARGIN
                if block.head is not None:
                    pages[-1].append((top, block.head))
                    top += block.head.height
            pages[-1].append((top, block))
            top += block.height
        return pages

    def _blocks(self) -> list[_Block]:
        head = self._table_head()
        return [
            self._letterhead(),
            self._parties(),
            head,
            *(self._line(line, head) for line in self._paper.lines),
            self._sums(),
            *([self._in_words()] if self._paper.in_words else []),
            self._terms(),
            self._signatures(),
        ]

    def _foot(self, page: int, pages: int) -> None:
        small = self._font(8)
        top = self._bottom + 10
        self._rule(top)
        box = self._box(0, top + 6, self._width, 14)
        self._text(self._paper.footer, small, box, colour="text_secondary")
        numbered = self._paper.page_of.format(page=page, pages=pages)
        self._text(numbered, small, box, flags=_RIGHT, colour="text_secondary")

    # -- blocks

    def _letterhead(self) -> _Block:
        paper = self._paper
        strong, small = self._font(12, strong=True), self._font(8.5)
        title, number = self._font(20, strong=True), self._font(10)
        half = self._width * 0.66
        sender = "\n".join(paper.sender)
        name_height = self._height(paper.company, strong, half)
        left = name_height + 4 + self._height(sender, small, half)
        right = self._height(paper.title, title, self._width) + 2 + 14
        notice = 22.0 if paper.notice else 0.0
        height = max(left, right) + 12 + notice + 10

        def draw(top: float) -> None:
            self._text(paper.company, strong, self._box(0, top, half, left), colour="accent")
            self._text(
                sender, small, self._box(0, top + name_height + 4, half, left), colour="text_secondary"
            )
            right_box = self._box(half, top - 4, self._width - half, 40)
            self._text(paper.title, title, right_box, flags=_RIGHT)
            self._text(
                paper.number, number, self._box(half, top + right - 16, self._width - half, 16), flags=_RIGHT
            )
            below = top + max(left, right) + 8
            self._rule(below, colour="accent")
            if paper.notice:
                box = self._box(0, below + 6, self._width, 16)
                self._text(paper.notice, self._font(9, strong=True), box, colour="needs_you")

        return _Block(height, draw)

    def _parties(self) -> _Block:
        column = (self._width - 24) / 2
        left = self._told_height(self._paper.party, column)
        right = self._told_height(self._paper.facts, column)

        def draw(top: float) -> None:
            self._tell(self._paper.party, 0, top, column)
            self._tell(self._paper.facts, column + 24, top, column)

        return _Block(max(left, right) + 16, draw)

    _CAPTION: Final = 64.0

    def _told_height(self, told: tuple[tuple[str, str], ...], width: float) -> float:
        font = self._font(9)
        return sum(self._height(text, font, width - self._CAPTION) + 3 for _, text in told)

    def _tell(self, told: tuple[tuple[str, str], ...], left: float, top: float, width: float) -> None:
        font = self._font(9)
        for place, (caption, text) in enumerate(told):
            height = self._height(text, font, width - self._CAPTION)
            self._text(
                caption, font, self._box(left, top, self._CAPTION, height + 2), colour="text_secondary"
            )
            body = self._font(9, strong=place == 0 and left == 0)
            self._text(text, body, self._box(left + self._CAPTION, top, width - self._CAPTION, height + 2))
            top += height + 3

    def _columns(self) -> list[tuple[float, float]]:
        """Left and width of each column, gaps taken off."""
        free = self._width - sum(_WIDTHS)
        left, found = 0.0, []
        for width in _WIDTHS:
            real = width or free
            found.append((left + 3, real - 6))
            left += real
        return found

    def _table_head(self) -> _Block:
        font = self._font(8, strong=True)

        def draw(top: float) -> None:
            self._painter.fillRect(self._box(0, top, self._width, 18), self._colour("sunken"))
            for place, (left, width) in enumerate(self._columns()):
                box = self._box(left, top + 4, width, 14)
                flags = _RIGHT if place in _FIGURES else _LEFT
                self._text(self._paper.columns[place], font, box, flags=flags, colour="text_secondary")

        return _Block(20, draw)

    def _line(self, line: PaperLine, head: _Block) -> _Block:
        font, small = self._font(9), self._font(8)
        columns = self._columns()
        heights = [
            self._height(cell, font, width)
            for place, (cell, (_, width)) in enumerate(zip(line.cells, columns, strict=True))
            if place not in _FIGURES
        ]
        text = max([*heights, self._height("0", font, 50)])
        wide = columns[2][1] + columns[3][1] + columns[4][1]
        detail = self._height(line.detail, small, wide)
        height = text + detail + 7

        def draw(top: float) -> None:
            for place, (cell, (left, width)) in enumerate(zip(line.cells, columns, strict=True)):
                box = self._box(left, top + 3, width, text + 2)
                is_figure = place in _FIGURES
                self._text(cell, font, box, flags=_RIGHT if is_figure else _LEFT)
            if line.detail:
                box = self._box(columns[2][0], top + 3 + text, wide, detail + 2)
                self._text(line.detail, small, box, colour="text_secondary")
            self._rule(top + height - 0.5)

        return _Block(height, draw, head)

    def _sums(self) -> _Block:
        taxes, sums = self._paper.taxes, self._paper.sums
        font, strong = self._font(9), self._font(11, strong=True)
        head = self._font(8, strong=True)
        height = max(len(taxes) * 15, len(sums) * 15 + 6) + 20
        width = self._width * 0.5
        right = self._width - 200

        def draw(top: float) -> None:
            top += 10
            quarter = width / 4
            for row, cells in enumerate(taxes):
                for place, cell in enumerate(cells):
                    box = self._box(place * quarter, top + row * 15, quarter - 6, 14)
                    flags = _RIGHT if place else _LEFT
                    colour = "text_secondary" if row == 0 else "text"
                    self._text(cell, head if row == 0 else font, box, flags=flags, colour=colour)
            self._rule(top + 13, width=width - 6)
            for row, (caption, amount) in enumerate(sums):
                is_last = row == len(sums) - 1
                y = top + row * 15 + (4 if is_last else 0)
                if is_last:
                    self._rule(y - 1, left=right, width=200, colour="text")
                used = strong if is_last else font
                box = self._box(right, y + (2 if is_last else 0), 197, 18)
                self._text(caption, used, box, colour="text" if is_last else "text_secondary")
                self._text(amount, used, box, flags=_RIGHT)

        return _Block(height, draw)

    def _in_words(self) -> _Block:
        font = self._font(10, strong=True)
        height = self._height(self._paper.in_words, font, self._width)

        def draw(top: float) -> None:
            self._text(self._paper.in_words, font, self._box(0, top, self._width, height + 2))

        return _Block(height + 12, draw)

    def _terms(self) -> _Block:
        head, font = self._font(9, strong=True), self._font(8.5)
        terms = [f"{number}. {text}" for number, text in enumerate(self._paper.terms, start=1)]
        heights = [self._height(text, font, self._width) for text in terms]

        def draw(top: float) -> None:
            self._text(self._paper.terms_title, head, self._box(0, top, self._width, 14))
            y = top + 15
            for text, height in zip(terms, heights, strict=True):
                self._text(text, font, self._box(0, y, self._width, height + 2))
                y += height + 2

        return _Block(15 + sum(height + 2 for height in heights) + 18, draw)

    def _signatures(self) -> _Block:
        font, small = self._font(9), self._font(8)
        column = (self._width - 36) / 2

        def draw(top: float) -> None:
            for place, (caption, name) in enumerate(self._paper.signatures):
                left = place * (column + 36)
                self._text(caption, font, self._box(left, top, column, 14), colour="text_secondary")
                self._text(name, font, self._box(left, top + 14, column, 28))
                self._rule(top + 76, left=left, width=column, colour="text")
                box = self._box(left, top + 79, column, 14)
                self._text(self._paper.sign_here, small, box, colour="text_secondary")

        return _Block(96, draw)
