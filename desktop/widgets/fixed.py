"""An item model of a list that is here as a whole: the same columns, view and keys as long lists, nothing to fetch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.store.reads.listing import Row
from desktop.widgets.keyset import KeysetModel


class FixedModel(KeysetModel):
    """Rows that somebody else has read. Each has an ``id``; they stand in the order in which they are given."""

    _rows: Sequence[Row] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows. The view keeps the person on the row with the same id."""
        self.beginResetModel()
        self._rows = list(rows)
        self._count = len(self._rows)
        self.endResetModel()
        self.shown.emit()

    def row(self, number: int) -> Row | None:
        """See `KeysetModel.row`."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def number_of(self, row_id: bytes) -> int | None:
        """See `KeysetModel.number_of`."""
        return next((number for number, row in enumerate(self._rows) if row["id"] == row_id), None)

    def find(self, row_id: bytes, then: Callable[[int | None], None]) -> None:
        """See `KeysetModel.find`."""
        then(self.number_of(row_id))
