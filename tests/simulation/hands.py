"""The hands of the person at one laptop: finding records that the screen shows, and doing one thing to them."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from typing import Any, Final

from crm.changes.work import Work
from tests.simulation.laptop import Device
from tests.simulation.tally import Tally, Trace
from tests.simulation.world import World

HEAT: Final = 0.6
"""How often a row is chosen from the one customer that everybody works on."""
GOES_ON: Final = 0.35
"""How often a person goes on with the record that was at hand."""


def short(row_id: bytes) -> str:
    """An id as the trace names it."""
    return row_id.hex()[-6:]


class Hands:
    """What every deed at a laptop needs. ``hot`` is the customer that everybody works on."""

    def __init__(
        self, device: Device, world: World, hot: bytes, chance: random.Random, tally: Tally, trace: Trace
    ) -> None:
        self._device = device
        self._hot = hot
        self._world = world
        self._chance = chance
        self._tally = tally
        self._trace = trace
        self._count = 0
        self._last: dict[str, bytes] = {}

    def _note(self, text: str) -> None:
        self._trace.note(f"{self._device.name}: {text}")

    def _some(self, table: str, where: str = "deleted = 0", *, columns: str = "id") -> tuple[Any, ...] | None:
        """A row that the screen shows; most often of the customer that everybody works on, or the last one again.

        ``columns`` begins with ``id``.
        """
        with closing(self._device.store.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            found = cursor.execute(
                f"SELECT unit, {columns} FROM {table} WHERE {where} ORDER BY id"
            ).fetchall()
            cursor.close()
        last = [row for row in found if row[1] == self._last.get(table)]
        hot = [row for row in found if row[0] == self._hot]
        if last and self._chance.random() < GOES_ON:
            found = last
        elif hot and self._chance.random() < HEAT:
            found = hot
        if not found:
            return None
        row = self._chance.choice(found)[1:]
        self._last[table] = row[0]
        return row

    def _journal(self, where: str) -> bytes | None:
        with closing(self._device.store.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            found = cursor.execute(
                f"SELECT change_id FROM journal WHERE {where} ORDER BY local_seq"
            ).fetchall()
            cursor.close()
        return self._chance.choice(found)[0] if found else None

    def _work(self, intent: str, text: str, action: Callable[[Work], Any]) -> Any:
        """Run an action; what was committed is remembered as made."""
        self._note(text)
        device = self._device
        with device.store.unit_of_work(intent, device.actor) as work:
            result = action(work)
        if work.change_id is not None:
            with closing(device.store.engine.raw_connection()) as connection:
                cursor = connection.cursor()
                [(body,)] = cursor.execute("SELECT body FROM journal WHERE change_id=?", [work.change_id])
                cursor.close()
            device.made[work.change_id] = body
            self._trace.take(body)
        return result

    def _value(self) -> str:
        """A new value, or one that somebody else may write as well."""
        if self._chance.random() < 0.15:
            return "the same"
        return f"{self._device.name} {self._count}"
