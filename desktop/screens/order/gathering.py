"""Lines that come from elsewhere than the keyboard: the last order, a spreadsheet, a line that was taken off; and what was
typed and is no line of the order yet, which is kept as a draft of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.kit.drafts import FormDraft
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Shell
from desktop.kit.session import Session
from desktop.screens.order.grid import LinesGrid
from desktop.screens.order.lines import Col, Line
from desktop.screens.order.paste import PastedRow, Understood, rows_of, understand
from desktop.store.drafts import Draft, Typed
from desktop.store.reads.order import repeated
from desktop.store.reads.products import Product

KIND = "order.lines"


class Gathering(QObject):
    """Works on the lines of ``grid``. ``edited`` is called when lines came back that nobody typed."""

    def __init__(
        self, session: Session, shell: Shell, grid: LinesGrid, edited: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self._shell = session, shell
        self._grid, self._lines = grid, grid.lines
        self._edited = edited
        self._customer_id = b""
        self._draft = FormDraft(session, parent, KIND, self._unfinished)
        self._draft.restored.connect(self._restore)
        self._lines.edited.connect(self._draft.touch)
        grid.pasted.connect(self.paste)

    def begin(self, customer_id: bytes, order_id: bytes | None) -> None:
        """The lines of another order are shown, as they are stored. An order that is not there yet is the customer's."""
        self._customer_id = customer_id
        self._draft.begin(order_id or customer_id)

    def on_made(self, order_id: bytes) -> None:
        """The order is there now: what is unfinished is its own."""
        self._draft.finish()
        self._draft.begin(order_id)
        self._draft.touch()
        self._draft.keep()

    def finish(self) -> None:
        """The order was handed in: nothing is unfinished."""
        self._draft.finish()

    def keep(self) -> None:
        """Keep what is unfinished now."""
        self._draft.keep()

    # -- what is no line of the order yet

    def _unfinished(self) -> Mapping[str, Typed] | None:
        rows = self._lines.unfinished()
        if not rows:
            return None
        kept: list[Typed] = []
        for row in rows:
            line = self._lines.lines[row]
            wrong: dict[str, Typed] = {column.name: text for column, text in line.wrong.items()}
            kept.append({"row": row, "typed": line.typed, "quantity": line.quantity_milli, "wrong": wrong})
        return {"lines": kept}

    def _restore(self, draft: Draft) -> None:
        """Put back what was typed: on the line that it belongs to, or as a line of its own."""
        if self._lines.unfinished():
            return  # they are here, and were kept a moment ago
        lines = self._lines.lines[:-1]
        for found in cast("list[dict[str, Typed]]", draft.values.get("lines", [])):
            row, wrong = cast(int, found["row"]), cast("dict[str, str]", found["wrong"])
            texts = {Col[name]: text for name, text in wrong.items() if name in Col.__members__}
            typed = str(found["typed"])
            if not typed and row < len(lines):
                lines[row].wrong.update(texts)
                continue
            line = Line(typed=typed, quantity_milli=cast(int, found["quantity"]), wrong=texts)
            line.trouble = self._grid.not_found if typed else None
            lines.insert(min(row, len(lines)), line)
        self._lines.load(lines, self._lines.currency)
        self._edited()
        self._grid.begin()

    # -- taken off, and back

    def remove(self) -> None:
        """Take the line off on which the person is."""
        row = self._grid.currentIndex().row()
        removed = self._grid.remove_line()
        if removed is None or removed.is_empty:
            return

        def back() -> None:
            removed.id = None
            lines = self._lines.lines[:-1]
            lines.insert(min(row, len(lines)), removed)
            self._lines.load(lines, self._lines.currency)
            self._edited()
            self._grid.go(min(row, len(lines) - 1), Col.PRODUCT)

        text = self.tr("Line taken off: {name}").format(
            name=removed.product.name if removed.product is not None else removed.typed
        )
        self._shell.notify(Notice(text, Kind.INFORMATION, action=(self.tr("Undo"), back)))

    # -- the last order

    def repeat(self, order_id: bytes) -> None:
        """Add the lines of an order."""
        query = partial(repeated, order_id=order_id, customer_id=self._customer_id)

        def arrived(found: list[tuple[Product, bytes | None, int]]) -> None:
            self._grid.finish()
            self._lines.add(
                [
                    Line(product=product, unit_id=product.pack(unit_id).id, quantity_milli=quantity)
                    for product, unit_id, quantity in found
                ]
            )
            self._grid.begin()

        self._session.tasks.read(query, arrived, self._shell.tell_error, owner=self, slot="repeat")

    # -- a spreadsheet

    def paste(self, text: str) -> None:
        """Add the rows of a spreadsheet as lines."""
        rows = rows_of(text)
        if rows:
            query = partial(understand, rows=rows, customer_id=self._customer_id)
            self._session.tasks.read(
                query, self._take_pasted, self._shell.tell_error, owner=self, slot="paste"
            )

    def _take_pasted(self, found: list[Understood]) -> None:
        self._grid.finish()
        first = self._lines.add([self._pasted(each) for each in found])
        wrong = [place for place, each in enumerate(found) if each.wrong]
        if wrong:
            bad = found[wrong[0]].wrong
            self._grid.go(first + wrong[0], Col.PRODUCT if "product" in bad else Col[bad[0].upper()])
        else:
            self._grid.begin()
        told = self.tr("%n row(s) pasted", "", len(found))
        if wrong:
            mended = self.tr("%n to be mended", "", len(wrong))
            told = f"{told}; {mended}"
        self._shell.notify(Notice(told, Kind.LOOK if wrong else Kind.DONE))

    def _pasted(self, each: Understood) -> Line:
        made = Line(
            product=each.product,
            typed="" if each.product is not None else each.row.product,
            quantity_milli=each.quantity_milli or 0,
            unit_id=each.unit_id,
            discount_bp=each.discount_bp or 0,
        )
        for name, column in (("quantity", Col.QUANTITY), ("unit", Col.UNIT), ("discount", Col.DISCOUNT)):
            if name in each.wrong:
                made.wrong[column] = getattr(each.row, name)
        if each.product is None:
            made.trouble = partial(self._row_trouble, each.row)
        return made

    def _row_trouble(self, row: PastedRow) -> str:
        text = self.tr("Row {number}: no one product is found for “{text}”.")
        return text.format(number=row.number, text=row.product)
