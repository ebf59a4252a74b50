"""Pages of a pull: written at once during the first copy, staged and folded in one transaction after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import Connection, Engine

from crm.changes.capture import writing
from crm.changes.ops import PROTOCOL, Block, Page, PullRequest, UnitDigest
from crm.changes.safeguards import Safeguards
from crm.changes.view import Rulebook
from desktop.store import overlay, staging
from desktop.store.database import repeatable_transaction, transaction
from desktop.store.digests import verified
from desktop.store.errors import UnfitPage
from desktop.store.fold import Fold, Folded, held_of, hold, strays
from desktop.store.journal import prune
from desktop.store.rows import AllRows
from desktop.store.staging import UNTIL_COMPLETE, Part, cursor_mark
from desktop.store.state import SyncState, load, save

PAGE_ROWS: Final = 2500
"""So many are written in one transaction of about 35 ms, and wait for it or for the end in memory."""


@dataclass
class Taken:
    """What a page came to.

    ``complete``: the checkpoint is reached. ``rows`` counts what the page brought. ``verified`` are the (unit, table)
    pairs among its digests that were compared already; ``digests`` those that are not, to be compared at the end.
    """

    complete: bool
    rows: int
    digests: tuple[UnitDigest, ...] = ()
    verified: frozenset[tuple[bytes, str]] = frozenset()
    folded: Folded = field(default_factory=Folded)
    first_copy: bool = False


def next_request(state: SyncState, schema_version: int, *, rows: int = PAGE_ROWS) -> PullRequest:
    """What to ask for: the next page of the checkpoint under way, or the first one of a new checkpoint."""
    fits = state.staged_for == cursor_mark(state.cursor)
    return PullRequest(
        protocol=PROTOCOL,
        schema_version=schema_version,
        incarnation=state.incarnation,
        cursor=state.cursor,
        position=state.position if fits else b"",
        receipt_n=state.receipt_n,
        rows=rows,
        refetch=state.refetch,
    )


class Pages:
    """Takes pages in the order in which they were asked for. Every call is one write transaction, or none."""

    def __init__(self, engine: Engine, rows: AllRows, rulebook: Rulebook, safeguards: Safeguards) -> None:
        self._engine = engine
        self._rows = rows
        self._rulebook = rulebook
        self._safeguards = safeguards

    def take(self, request: PullRequest, page: Page, now_ms: int) -> Taken:
        """Use one page.

        :raises UnfitPage: the local copy does not stand where the request was made; nothing was used.
        """
        if page.complete and self._brings_nothing(request, page):
            return Taken(complete=True, rows=0, digests=page.digests)
        if page.complete and not self._safeguards.cursor:
            self._save_cursor_early(page)
            request = replace(request, cursor=page.heads)
        with repeatable_transaction(self._engine) as connection, writing(connection):
            state = load(connection)
            expected = next_request(state, request.schema_version)
            if (request.cursor, request.position) != (expected.cursor, expected.position):
                raise UnfitPage()
            if not request.position:
                staging.take(connection)
            if page.complete:
                return _compared(self._fold(connection, state, page, now_ms), page, page.blocks)
            after = replace(
                state,
                position=page.position,
                staged_for=cursor_mark(state.cursor),
                attempt=state.attempt + (not state.copied and not request.position),
            )
            if state.copied:
                staging.put(
                    connection,
                    UNTIL_COMPLETE,
                    Part(page.blocks, page.entering, page.evicted, page.refetched),
                )
                taken = _compared(Taken(complete=False, rows=_count(page.blocks)), page, page.blocks)
            else:
                taken = self._take_entering(connection, after.attempt, page)
            save(connection, state, after)
            return taken

    def _brings_nothing(self, request: PullRequest, page: Page) -> bool:
        """Whether folding the page would change nothing: then nothing is written, not even looked up."""
        with self._engine.connect() as connection:
            state = load(connection)
        receipt = page.receipt
        return (
            state.copied
            and not (page.blocks or page.entering or page.evicted or page.refetched)
            and not (state.position or state.refetch)
            and request.cursor == state.cursor == page.heads
            and (receipt is None or (receipt.n <= state.receipt_n and receipt.durable_n <= state.durable_n))
        )

    def _save_cursor_early(self, page: Page) -> None:
        """What happens without the safeguard ``cursor``: rows and cursor can part in a crash."""
        with transaction(self._engine) as connection:
            state = load(connection)
            after = replace(state, cursor=page.heads, staged_for=cursor_mark(page.heads), copied=True)
            save(connection, state, after)

    # -- the first copy

    def _take_entering(self, connection: Connection, attempt: int, page: Page) -> Taken:
        """Write units that are complete now; what belongs to others waits.

        Documents with live changesets wait for the receipt at the end: only it says whether the rows contain them.
        """
        entering = frozenset(page.entering)
        carried = overlay.all_roots(connection)
        earlier = staging.take(connection, entering) if entering else []
        blocks = [block for part in earlier for block in part.blocks]
        rest: list[Block] = []
        for block in page.blocks:
            if block.table in self._rows.tables:
                inside, others = staging.split(block, "unit", entering)
                if inside:
                    blocks.append(replace(block, rows=list(inside)))
                if others:
                    rest.append(replace(block, rows=list(others)))
        waiting: list[Block] = []
        taken = Taken(complete=False, rows=_count(page.blocks), first_copy=True)
        for block in blocks:
            table = self._rows[block.table]
            rows: Sequence[tuple[Any, ...]] = block.rows
            if carried:
                held, rows = staging.split(block, table.root_column, carried)
                if held:
                    waiting.append(replace(block, rows=list(held)))
            table.put_values(connection, block, rows, lower_too=False)
            taken.folded.tables.add(block.table)
        if waiting:
            staging.put(connection, UNTIL_COMPLETE, Part(tuple(waiting)))
        by_unit = staging.by_unit(rest)
        whole = held_of(connection, by_unit, attempt=attempt)
        for unit, some in by_unit.items():
            # A change to a unit that came already waits for the end, a part of one for the rest of it.
            staging.put(connection, UNTIL_COMPLETE if unit in whole else unit, Part(tuple(some)))
        hold(connection, entering, attempt=attempt)
        return _compared(taken, page, blocks)

    # -- the end of a checkpoint

    def _fold(self, connection: Connection, state: SyncState, page: Page, now_ms: int) -> Taken:
        parts = staging.take(connection, {UNTIL_COMPLETE, *page.entering})
        # What is left belongs to units that never came whole: they left during the checkpoint.
        staging.take(connection)
        parts.append(Part(page.blocks, page.entering, page.evicted, page.refetched))
        if not state.copied:
            # What enters with this last page is noted as held only when it is folded.
            left = set(strays(connection, state.attempt)).difference(page.entering)
            parts.append(Part(evicted=tuple(sorted(left))))
        fold = Fold(connection, self._rows, self._rulebook)
        if page.receipt is not None:
            fold.settle_receipt(page.receipt, state.incarnation)
        fold.take(parts)
        folded = fold.replay()
        refetched = {pair for part in parts for pair in part.refetched}
        held = held_of(connection, {unit for unit, _ in state.refetch})
        receipt_n = max(state.receipt_n, page.receipt.n if page.receipt else 0)
        durable_n = max(state.durable_n, page.receipt.durable_n if page.receipt else 0)
        if durable_n > state.durable_n:
            prune(connection, incarnation=state.incarnation, durable_n=min(durable_n, receipt_n))
        after = replace(
            state,
            cursor=page.heads,
            position=b"",
            staged_for=b"",
            copied=True,
            receipt_n=receipt_n,
            durable_n=durable_n,
            refetch=tuple(pair for pair in state.refetch if pair[0] in held and pair not in refetched),
            checkpoint_ms=now_ms,
        )
        save(connection, state, after)
        return Taken(complete=True, rows=_count(page.blocks), folded=folded, first_copy=not state.copied)


def _compared(taken: Taken, page: Page, blocks: Sequence[Block]) -> Taken:
    """Compare the digests of units that came whole; ``blocks`` hold all their rows."""
    taken.verified = frozenset(verified(blocks, page.digests, frozenset(page.entering)))
    taken.digests = tuple(item for item in page.digests if (item.unit, item.table) not in taken.verified)
    return taken


def _count(blocks: Sequence[Block]) -> int:
    return sum(len(block.rows) for block in blocks)
