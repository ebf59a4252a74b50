"""The one place that builds the laptop's parts and hands them to each other: vault, database, store, road, sync.

Enrolment is made so that every interruption can be repeated: what the ids of this laptop follow from is kept before
the first request; keys and database are made anew by each attempt and count for nothing until ``enrolment.json`` is
written, last.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlalchemy import Engine

from crm.clock import Clock, clock_offset_ms
from crm.errors import Code, LocalFault, NotAllowed, RoundsmanError
from crm.ids import ID_BYTES, IdFactory, derive_id
from crm.schema import RULEBOOK, SCHEMA
from desktop.logs import log_to
from desktop.settings import OTHER_LIFE, Enrolling, Enrolment, Settings, product_version
from desktop.store.store import Store
from desktop.store.writer import ThreadWriter
from desktop.sync.engine import RoundReport, SyncEngine
from desktop.sync.http import (
    REFRESH_TOKEN,
    EnrolAnswer,
    EnrolRequest,
    HttpTransport,
    enrol,
    normal_code,
    own_code,
)
from desktop.sync.line import Line
from desktop.sync.transport import Transport
from desktop.vault import Vault, exclusive, open_engine
from desktop.vault.errors import KeyNotDestroyed, VaultExists
from desktop.vault.keystore import find_keyring_store

log = logging.getLogger(__name__)

AskPassphrase = Callable[[], str]
"""Gives the passphrase of the data folder; may raise to give up."""


class SystemClock:
    """The machine's clock (`crm.clock.Clock`), moved as ``environment`` says (`crm.clock.CLOCK_OFFSET`)."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    @cached_property
    def offset_ms(self) -> int:
        """By how much it is moved.

        :raises InvalidInput: code 1005 when the environment says no number.
        """
        return clock_offset_ms(self._environment)

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return time.time_ns() // 1_000_000 + self.offset_ms


CLOCK: Final[Clock] = SystemClock()


@dataclass(frozen=True)
class Laptop:
    """Everything that works in one data folder. Valid inside `open_laptop` only."""

    settings: Settings
    enrolment: Enrolment
    vault: Vault
    engine: Engine
    store: Store
    transport: Transport
    sync: SyncEngine


class _TellingEngine(SyncEngine):
    """A sync engine that tells of every round."""

    def __init__(
        self,
        store: Store,
        transport: Transport,
        clock: Clock,
        *,
        seconds: Callable[[], float],
        ahead: Executor,
        tell: Callable[[RoundReport], None],
    ) -> None:
        super().__init__(store, transport, clock, seconds=seconds, ahead=ahead)
        self._tell = tell

    def round(self) -> RoundReport:
        """See `SyncEngine.round`; raises what ``tell`` raises."""
        report = super().round()
        self._tell(report)
        return report


@contextmanager
def open_laptop(
    settings: Settings,
    *,
    passphrase: AskPassphrase,
    around: Callable[[Transport], Transport] = lambda transport: transport,
    tell: Callable[[RoundReport], None] = lambda _report: None,
    clock: Clock = CLOCK,
) -> Iterator[Laptop]:
    """Open an enrolled data folder, for this process alone. Needs no network.

    :param around: what is put around the transport, such as something that watches pages go by.
    :param tell: is called with the report of every round, in the thread that syncs.
    :raises LocalFault: 4002 when the folder is not enrolled; 4302 when its database belongs to another enrolment.
    :raises VaultFault: in use by another process, or keys and database do not open.
    """
    if settings.enrolment() is None:
        raise not_enrolled()
    with exclusive(settings.folder), log_to(settings.logs):
        # Read again: another process may have held the folder until now.
        enrolment = settings.enrolment()
        if enrolment is None:
            raise not_enrolled()
        if isinstance(clock, SystemClock) and clock.offset_ms:
            log.warning("clock_moved seconds=%d", clock.offset_ms // 1000)
        vault = Vault(settings.folder, passphrase=passphrase)
        engine = open_engine(settings.database, vault.unlock())
        try:
            with _open_store(engine, zone=enrolment.zone, clock=clock) as store:
                if store.state().incarnation != enrolment.incarnation:
                    raise _other_life()
                line = Line(enrolment.server, agent=agent())
                transport = around(HttpTransport(line, vault))
                ahead = ThreadPoolExecutor(1, thread_name_prefix="roundsman-fetch")
                sync = _TellingEngine(store, transport, clock, seconds=time.monotonic, ahead=ahead, tell=tell)
                try:
                    yield Laptop(settings, enrolment, vault, engine, store, transport, sync)
                finally:
                    ahead.shutdown(wait=False, cancel_futures=True)
                    line.close()
        finally:
            engine.dispose()


@contextmanager
def _open_store(engine: Engine, *, zone: str, clock: Clock) -> Iterator[Store]:
    writer = ThreadWriter()
    try:
        yield Store(engine, SCHEMA, RULEBOOK, clock, zone=zone, ids=IdFactory(clock.now_ms), writer=writer)
    finally:
        writer.close()


def agent() -> str:
    """How this program names itself to the office."""
    return f"Roundsman/{product_version()}"


def not_enrolled() -> LocalFault:
    """The error for a folder without an enrolment."""
    return LocalFault(
        Code.NOT_ENROLLED,
        "This data folder is not enrolled yet. Ask the office for a code and enrol it first.",
    )


def _other_life() -> LocalFault:
    return LocalFault(
        OTHER_LIFE,
        "The database in this data folder belongs to another enrolment: the folder was copied, or an older state of "
        "it was put back. Nothing was sent. Enrol this laptop in a new folder.",
    )


# --- enrolment ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EnrolmentOrder:
    """What a person says to enrol: where, with which code, and what this laptop is called in the office's list."""

    server: str
    code: str
    device_name: str


def enrol_folder(
    settings: Settings, order: EnrolmentOrder, *, passphrase: AskPassphrase, clock: Clock = CLOCK
) -> EnrolAnswer:
    """Make ``settings.folder`` a device of the person whom the code was given to.

    On failure nothing remains that stands in the way of another attempt. After an answer that was lost, the attempt
    repeated with the same code finishes the same enrolment.

    :raises LocalFault: 4003 when the folder is enrolled already; 4005 when the office cannot be reached.
    :raises VaultFault: the folder is in use, or no key can be kept.
    :raises NotAllowed: what the office said to the code.
    """
    with exclusive(settings.folder), log_to(settings.logs):
        if settings.enrolment() is not None:
            raise LocalFault(
                Code.ALREADY_ENROLLED,
                "This data folder is enrolled already. Say --again to renew its sign-in with a new code, "
                "or name another folder.",
            )
        vault = Vault(settings.folder, passphrase=passphrase)
        begun = settings.enrolling()
        if begun is None:
            if vault.is_created:
                # Keys that no enrolment of ours made: not ours to clear away.
                raise VaultExists()
            begun = Enrolling(seed=os.urandom(ID_BYTES))
            settings.keep_enrolling(begun)
        else:
            # What an interrupted attempt left guards nothing that the office has not.
            _clear(settings, vault)
        try:
            return _enrol(settings, order, begun, vault, clock)
        except BaseException:
            if settings.enrolment() is None:
                with suppress(KeyNotDestroyed):  # the next attempt tries again
                    _clear(settings, vault)
            raise


def _clear(settings: Settings, vault: Vault) -> None:
    vault.destroy(also=settings.database_files)


def _enrol(
    settings: Settings, order: EnrolmentOrder, begun: Enrolling, vault: Vault, clock: Clock
) -> EnrolAnswer:
    code = normal_code(order.code)
    device_id, incarnation = derive_id(begun.seed, "device", code), derive_id(begun.seed, "incarnation", code)
    # Keys first: a key store that does not work is found before the code is used up.
    key = vault.create()
    answer = _ask_office(order, device_id, incarnation)
    vault.keep_secret(REFRESH_TOKEN, answer.refresh_token.encode())
    device_code = f"{answer.rep_code}-{answer.ordinal}"
    engine = open_engine(settings.database, key, create=True)
    try:
        with _open_store(engine, zone=answer.zone, clock=clock) as store:
            store.enrol(incarnation=incarnation, device_code=device_code)
    finally:
        engine.dispose()
    settings.keep_enrolment(
        Enrolment(
            server=order.server,
            device_id=device_id,
            incarnation=incarnation,
            person=answer.person,
            device_code=device_code,
            division_id=answer.division_id,
            zone=answer.zone,
            device_name=order.device_name,
        )
    )
    log.info("laptop.enrolled device_code=%s", device_code)
    return answer


def _ask_office(order: EnrolmentOrder, device_id: bytes, incarnation: bytes) -> EnrolAnswer:
    line = Line(order.server, agent=agent())
    try:
        return enrol(
            line,
            EnrolRequest(
                code=order.code,
                device_id=device_id,
                incarnation=incarnation,
                device_name=order.device_name,
                client_version=product_version(),
            ),
        )
    finally:
        line.close()


def sign_out(laptop: Laptop) -> None:
    """End the sign-in: at the office where it can be reached, and on this laptop in any case. The copy and what waits
    stay as they are, and are opened by the next sign-in (`enrol_again`).
    """
    line = Line(laptop.enrolment.server, agent=agent())
    try:
        HttpTransport(line, laptop.vault).sign_out()
    except RoundsmanError as error:
        # It is signed out here all the same; the office lets the sign-in end by its age.
        log.warning("laptop.office_not_told code=%d", error.code)
    finally:
        line.close()
    laptop.vault.forget_secret(REFRESH_TOKEN)
    log.info("laptop.signed_out")


def is_signed_in(laptop: Laptop) -> bool:
    """Whether there is a sign-in to sync with."""
    return laptop.vault.secret(REFRESH_TOKEN) is not None


def remove_copy(settings: Settings) -> None:
    """Destroy the key and the copy, with all that was not sent. Then the folder can be enrolled anew; interrupted, the
    next enrolment finishes it.

    :raises KeyNotDestroyed: the files are gone, but the system's key store may still hold the key.
    """
    with exclusive(settings.folder), log_to(settings.logs):
        settings.keep_enrolling(Enrolling(seed=os.urandom(ID_BYTES)))
        settings.forget_enrolment()
        _clear(settings, Vault(settings.folder))
        settings.forget_enrolling()
        log.info("laptop.copy_removed")


def needs_passphrase(settings: Settings) -> bool:
    """Whether a passphrase guards this folder's keys, or would guard those of a folder that has none yet."""
    vault = Vault(settings.folder)
    return vault.kind == "passphrase" if vault.is_created else find_keyring_store() is None


def ask_for_code(server: str, login: str, password: str) -> str:
    """A code for the person of this account, as `EnrolmentOrder` takes it. Raises as `own_code` does."""
    line = Line(server, agent=agent())
    try:
        return own_code(line, login, password)
    finally:
        line.close()


def enrol_again(settings: Settings, order: EnrolmentOrder, *, passphrase: AskPassphrase) -> EnrolAnswer:
    """Give an enrolled folder a new sign-in with a new code. Its data, its numbers and what waits stay as they are.

    :raises LocalFault: 4002 when the folder is not enrolled.
    :raises NotAllowed: what the office said to the code; 2005 also when it was given to another person.
    """
    if settings.enrolment() is None:
        raise not_enrolled()
    with exclusive(settings.folder), log_to(settings.logs):
        enrolment = settings.enrolment()
        if enrolment is None:
            raise not_enrolled()
        vault = Vault(settings.folder, passphrase=passphrase)
        vault.unlock()
        answer = _ask_office(order, enrolment.device_id, enrolment.incarnation)
        if answer.person != enrolment.person:
            raise NotAllowed(
                Code.BAD_ENROLMENT, "This code was given to another person. Nothing was changed here."
            )
        vault.keep_secret(REFRESH_TOKEN, answer.refresh_token.encode())
        log.info("laptop.enrolled_again device_code=%s", enrolment.device_code)
        return answer
