"""Push: waiting changesets of one laptop become the office's rows, each with its outcome (sync-protocol, 5).

One transaction takes up to 50 changesets or 100 ms. A changeset that was seen before gets its stored outcome; one
whose treatment raises is quarantined and stops no other; after an error of the database the group is done again,
one changeset a transaction.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from crm.changes.actor import Actor
from crm.changes.clock import effective
from crm.changes.codec import Form, from_json, open_sealed
from crm.changes.decision import Sender
from crm.changes.entity import Field
from crm.changes.ops import MAX_BATCH, PROTOCOL, Changeset, Outcome, PushAnswer, PushRequest, Sealed
from crm.changes.safeguards import Safeguards
from crm.changes.view import Rulebook
from crm.errors import Code, InvalidInput, NotAllowed, OfficeFault, ProtocolFault, RoundsmanError
from crm.ids import derive_id
from sync_server.store.database import Database
from sync_server.store.feeds import found_person
from sync_server.sync.batch import Batch, Received

log = logging.getLogger(__name__)

GROUP: Final = 50
GROUP_S: Final = 0.1
MAX_TEXT: Final = 500

ActorSource = Callable[[Connection, bytes, bool], Actor]
"""Who a person is, read in the transaction: (connection, person, at the office) to actor."""


@dataclass(frozen=True)
class Caller:
    """Who calls: the signed-in person, and the laptop if it is one."""

    person: bytes
    device: bytes | None


@dataclass(frozen=True)
class _Item:
    sealed: Sealed
    changeset: Changeset | None
    error: RoundsmanError | None


@dataclass(frozen=True)
class _Known:
    """A changeset that was handed in before: its outcome, and under which number and hash it came."""

    outcome: Outcome
    incarnation: bytes
    hash: bytes


@dataclass
class _Progress:
    outcomes: list[Outcome]
    last_n: int
    office_ms: int = 0
    fork: bool = False
    stop: bool = False


class Push:
    """Takes in what laptops send. Thread-safe: every call has its own transactions."""

    def __init__(
        self,
        database: Database,
        rulebook: Rulebook,
        actors: ActorSource,
        *,
        safeguards: Safeguards,
        random_bytes: Callable[[int], bytes],
        announce: Callable[[Connection | None, Batch], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._rulebook = rulebook
        self._actors = actors
        self._safeguards = safeguards
        self._random_bytes = random_bytes
        self._announce = announce
        self._monotonic = monotonic

    def __call__(self, caller: Caller, request: PushRequest, form: Form = Form.MSGPACK) -> PushAnswer:
        """The outcomes of a request.

        :raises InvalidInput: too many changesets. :raises NotAllowed: the device may not push.
        :raises ProtocolFault: the device speaks a newer schema. :raises OfficeFault: the database is away.
        """
        if request.protocol != PROTOCOL:
            raise ProtocolFault(Code.SCHEMA_AHEAD, "The office speaks another edition of the protocol.")
        if len(request.changesets) > MAX_BATCH:
            raise InvalidInput(Code.TOO_LARGE, "Too many changes in one request.", limit=MAX_BATCH)
        if len(request.incarnation) != 16:
            raise InvalidInput(Code.BAD_ID, "An incarnation's id has sixteen bytes.")
        items = [self._open(sealed, form) for sealed in request.changesets]
        progress = _Progress([], 0)
        start, size = 0, GROUP
        while True:
            took = self._group(caller, request, items[start : start + size], progress, form)
            start += took
            if progress.stop or start >= len(items):
                break
            size = took  # where time ran out, more would be read ahead in vain again
        return PushAnswer(tuple(progress.outcomes), progress.last_n + 1, progress.office_ms, progress.fork)

    def _open(self, sealed: Sealed, form: Form) -> _Item:
        try:
            changeset = open_sealed(sealed, form)
        except RoundsmanError as error:
            return _Item(sealed, None, error)
        if changeset.schema_version > self._database.schema.version:
            raise ProtocolFault(Code.SCHEMA_AHEAD, "The office runs an older version than this program.")
        return _Item(sealed, self._from_json(changeset) if form is Form.JSON else changeset, None)

    def _from_json(self, changeset: Changeset) -> Changeset:
        """The changeset with bytes where JSON has base64 text; what cannot be such stays for the merge to refuse."""
        ops = []
        for op in changeset.ops:
            entity = self._database.schema.get(op.table)
            items = entity.fields if entity is not None else {}
            fields = {name: _bytes_in(items.get(name), raw) for name, raw in op.fields.items()}
            ops.append(msgspec.structs.replace(op, fields=fields))
        return msgspec.structs.replace(changeset, ops=tuple(ops))

    def _group(
        self, caller: Caller, request: PushRequest, items: Sequence[_Item], progress: _Progress, form: Form
    ) -> int:
        """Work through a group in one transaction; how many of it were dealt with."""
        before = len(progress.outcomes), progress.last_n
        try:
            return self._transaction(caller, request, items, progress, form, alone=False)
        except (OfficeFault, NotAllowed, ProtocolFault):
            raise
        except Exception:
            if not self._safeguards.barrier:
                raise
            log.exception("push.group_failed changesets=%d", len(items))
        del progress.outcomes[before[0] :]
        progress.last_n = before[1]
        progress.fork = progress.stop = False
        done = 0
        for item in items:
            try:
                self._transaction(caller, request, [item], progress, form, alone=True)
            except (OfficeFault, NotAllowed, ProtocolFault):
                raise
            except Exception:
                log.exception("push.changeset_failed")
                self._transaction(caller, request, [item], progress, form, alone=True, give_up=True)
            done += 1
            if progress.stop:
                break
        return done

    def _transaction(
        self,
        caller: Caller,
        request: PushRequest,
        items: Sequence[_Item],
        progress: _Progress,
        form: Form,
        *,
        alone: bool,
        give_up: bool = False,
    ) -> int:
        database = self._database
        done = 0
        outcomes: list[Outcome] = []
        with database.write() as connection:
            batch = Batch(database, connection, self._rulebook, self._random_bytes)
            found_person(database, connection, caller.person)
            changesets = [item.changeset for item in items if item.changeset is not None]
            batch.lock([] if give_up else changesets, caller.person)
            actor = self._actors(connection, caller.person, False)
            last_n = self._contact(connection, caller, request, batch.now_ms)
            known = self._known(connection, items) if self._safeguards.change_id else {}
            # Counted from here: what was read ahead for the whole group must not be read again for a part of it.
            began = self._monotonic()
            for item in items:
                if not alone and done and self._monotonic() - began > GROUP_S:
                    break
                sealed = item.sealed
                stored = known.get(sealed.change_id)
                if stored is not None:
                    again = _again(stored, request.incarnation, sealed)
                    if again is None:
                        progress.fork = progress.stop = True
                        break
                    outcomes.append(again)
                    last_n = max(last_n, sealed.n) if sealed.n == last_n + 1 else last_n
                    done += 1
                    continue
                if sealed.n > last_n + 1:
                    progress.stop = True
                    break
                if sealed.n <= last_n and self._safeguards.change_id:
                    progress.fork = progress.stop = True
                    break
                last_n = max(last_n, sealed.n)
                outcome = self._one(batch, caller, request, item, actor, form, give_up=give_up)
                known[sealed.change_id] = _Known(outcome, request.incarnation, sealed.hash)
                outcomes.append(outcome)
                done += 1
            batch.save()
            database.execute_many(
                connection, "UPDATE incarnation SET last_n=? WHERE id=?", [(last_n, request.incarnation)]
            )
            self._announce(connection, batch)
            progress.office_ms = database.now_ms(connection)
        self._announce(None, batch)
        progress.outcomes += outcomes
        progress.last_n = last_n
        return done

    def _one(
        self,
        batch: Batch,
        caller: Caller,
        request: PushRequest,
        item: _Item,
        actor: Actor,
        form: Form,
        *,
        give_up: bool,
    ) -> Outcome:
        sealed, changeset = item.sealed, item.changeset
        nothing = Changeset(sealed.change_id, 0, "", 0, "", caller.person, ())
        received = Received(
            changeset or nothing,
            caller.device,
            request.incarnation,
            sealed.n,
            sealed.hash[:32].ljust(32, b"\0"),
            sealed.body,
            form,
        )
        stamp = effective(changeset.stamp if changeset else 0, batch.now_ms)
        error = item.error
        if changeset is not None and changeset.actor != caller.person:
            error = NotAllowed(Code.NO_RIGHT, "The change was made by somebody else.")
        if error is not None or changeset is None:
            code, text = (error.code, error.message) if error else (Code.MALFORMED, "")
            outcome = Outcome(sealed.change_id, sealed.n, "rejected", code, text)
            batch.keep(received, outcome, stamp)
            return outcome
        sender = Sender(actor, request.incarnation, stamp, batch.now_ms)
        if not give_up:
            try:
                decision = batch.weigh(changeset, sender)
            except (OfficeFault, DBAPIError, self._database.driver_error):
                raise
            except Exception:
                if not self._safeguards.barrier:
                    raise
                log.exception("push.quarantined intent=%r", changeset.intent[:40])
            else:
                return batch.take(received, decision, sender)
        return self._quarantine(batch, caller, received, stamp)

    def _quarantine(self, batch: Batch, caller: Caller, received: Received, stamp: int) -> Outcome:
        changeset = received.changeset
        text = "The office could not work on this change; somebody looks at it."
        outcome = Outcome(changeset.change_id, received.n, "quarantined", Code.QUARANTINED, text)
        entity = self._database.schema["quarantine"]
        row = entity.blank()
        row.update(
            id=derive_id("quarantine", changeset.change_id),
            unit=caller.person,
            feed_id=caller.person,
            created_at=batch.now_ms,
            changed_at=batch.now_ms,
            created_by=caller.person,
            changed_by=caller.person,
            person_id=caller.person,
            change_id=changeset.change_id,
            device=caller.device,
            intent=changeset.intent[:64],
            code=Code.QUARANTINED,
            text=text,
        )
        batch.add("quarantine", row, changeset.change_id, caller.person)
        batch.keep(received, outcome, stamp)
        return outcome

    # -- the device

    def _contact(self, connection: Connection, caller: Caller, request: PushRequest, now_ms: int) -> int:
        """Note the contact; the last number answered for this incarnation.

        :raises NotAllowed: the incarnation belongs to another device.
        """
        database = self._database
        if caller.device is None:
            raise NotAllowed(Code.NO_RIGHT, "Only an enrolled device hands in changes.")
        suffix = "" if database.is_sqlite else " FOR UPDATE"
        asked = f"SELECT device, last_n FROM incarnation WHERE id=?{suffix}"
        known = database.rows(connection, asked, [request.incarnation])
        if not known:
            database.execute_many(
                connection,
                "INSERT INTO incarnation (id, device, last_n, durable_n, began_at) VALUES (?,?,0,0,?) "
                "ON CONFLICT (id) DO NOTHING",
                [(request.incarnation, caller.device, now_ms)],
            )
            known = database.rows(connection, asked, [request.incarnation])
        [(device, last_n)] = known
        if device != caller.device:
            raise NotAllowed(Code.NOT_FOUND, "There is no such record.")
        offset = min(max(request.now_ms - now_ms, -(1 << 52)), 1 << 52)
        database.execute_many(
            connection,
            "UPDATE device SET last_contact_at=?, clock_offset_ms=? WHERE id=?",
            [(now_ms, offset, caller.device)],
        )
        return cast(int, last_n)

    def _known(self, connection: Connection, items: Sequence[_Item]) -> dict[bytes, _Known]:
        found = self._database.rows_in(
            connection,
            "SELECT change_id, n, kind, code, text, details, incarnation, hash FROM changeset "
            "WHERE change_id IN ({in})",
            [item.sealed.change_id for item in items],
        )
        return {row[0]: _Known(_outcome(row), row[6], row[7]) for row in found}


def _bytes_in(item: Field | None, raw: object) -> object:
    if item is None:
        return raw
    if isinstance(raw, list):
        return [_bytes_in(item, value) for value in raw]
    try:
        return from_json(item, raw)
    except InvalidInput:
        return raw


def _again(known: _Known, incarnation: bytes, sealed: Sealed) -> Outcome | None:
    """The answer to a change that was handed in before; None when it is a fork.

    Two copies of one laptop may have made different changes of the same entry before either sent it. The second one
    is not lost for that: under the same number it is a fork, under another it is refused, so that its author has it.
    """
    if sealed.hash == known.hash:
        return msgspec.structs.replace(known.outcome, n=sealed.n)
    if (incarnation, sealed.n) == (known.incarnation, known.outcome.n):
        return None
    text = "Another change was handed in under the same name before; enter this one again."
    return Outcome(sealed.change_id, sealed.n, "rejected", Code.BAD_HASH, text)


def _outcome(row: Sequence[Any]) -> Outcome:
    return Outcome(row[0], row[1], row[2], row[3], row[4], msgspec.msgpack.decode(row[5]))


def stored_outcomes(
    database: Database, connection: Connection, where: str, values: Sequence[Any]
) -> dict[bytes, Outcome]:
    """Stored outcomes by change id; ``where`` holds ``{in}``."""
    found = database.rows_in(
        connection, f"SELECT change_id, n, kind, code, text, details FROM changeset WHERE {where}", values
    )
    return {row[0]: _outcome(row) for row in found}
