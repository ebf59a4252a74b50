"""What the commands do and say. Words go to standard output, progress to standard error when somebody looks."""

from __future__ import annotations

import getpass
import json
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from crm.changes.ops import Head, PullRequest, PushAnswer, PushRequest
from crm.clock import instant_text
from crm.errors import Code, InvalidInput, RoundsmanError
from crm.ids import id_text
from crm.schema import SCHEMA_VERSION
from desktop import bootstrap
from desktop.bootstrap import EnrolmentOrder, Laptop, open_laptop
from desktop.dump import write_dump
from desktop.settings import Settings, product_version
from desktop.store.status import Status
from desktop.sync.engine import RoundReport
from desktop.sync.line import office_url
from desktop.sync.transport import Arrival, Transport
from desktop.vault.errors import PassphraseNeeded

PASSPHRASE_VARIABLE: Final = "ROUNDSMAN_PASSPHRASE"  # noqa: S105 - the name of the variable
DONE: Final = 0
NO_WAITING_MENDS: Final = frozenset(
    {Code.NOT_SIGNED_IN, Code.BAD_CREDENTIALS, Code.DEVICE_STATE, Code.FORK, Code.SCHEMA_AHEAD}
)


def _passphrase() -> str:
    return os.environ.get(PASSPHRASE_VARIABLE) or _ask("Passphrase of this data folder: ")


def _new_passphrase() -> str:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given:
        return given
    first = _ask("This system has no key store. Choose a passphrase for the data folder: ")
    if _ask("Once more: ") != first:
        raise InvalidInput(
            Code.BAD_VALUE, "The two passphrases differ. Nothing was made.", field="passphrase"
        )
    return first


def _ask(question: str) -> str:
    if not sys.stdin.isatty():
        raise PassphraseNeeded()
    try:
        return getpass.getpass(question)
    except EOFError as error:
        raise PassphraseNeeded() from error


def say(line: str) -> None:
    """One line for the person, or for the program that reads us, at once."""
    print(line, flush=True)


# --- enrol -------------------------------------------------------------------------------------------------------------


def enrol(data: Path | None, *, server: str, code: str, name: str, again: bool, plain_http: bool) -> int:
    """Enrol a data folder, or renew the sign-in of one that is."""
    settings = Settings.at(data)
    order = EnrolmentOrder(server=office_url(server, allow_plain=plain_http), code=code, device_name=name)
    if again:
        answer = bootstrap.enrol_again(settings, order, passphrase=_passphrase)
        say(f"Signed in again as {answer.name}. Nothing else was changed.")
        return DONE
    answer = bootstrap.enrol_folder(settings, order, passphrase=_new_passphrase)
    say(
        f"Enrolled for {answer.name}. Numbers given on this laptop begin with {answer.rep_code}-{answer.ordinal}."
    )
    say("Fetch your customers with: roundsman sync")
    return DONE


# --- sync --------------------------------------------------------------------------------------------------------------


class Progressing:
    """A transport that shows how far a first copy is (`desktop.sync.transport.Transport`).

    The bar appears with the first page that is not the last and is not beside the checkpoint of a laptop in step.
    """

    def __init__(self, inner: Transport, progress: Progress) -> None:
        self._inner = inner
        self._progress = progress
        self._task: TaskID | None = None

    def push(self, request: PushRequest) -> PushAnswer:
        """See `Transport.push`."""
        return self._inner.push(request)

    def pull(self, request: PullRequest) -> Arrival:
        """See `Transport.pull`; moves the bar."""
        page = self._inner.pull(request)
        if self._task is None and not page.complete:
            self._task = self._progress.add_task("Copying", total=None)
        if self._task is not None:
            total = max(page.total, page.done) or None
            self._progress.update(self._task, total=total, completed=total if page.complete else page.done)
            if page.complete:
                self._progress.remove_task(self._task)
                self._task = None
        return page

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """See `Transport.wake`."""
        return self._inner.wake(cursor, timeout_s)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def sync(data: Path | None, *, watch: bool, as_json: bool) -> int:
    """One round, or with ``watch`` one after another until interrupted.

    :raises RoundsmanError: what ended the round. With ``watch`` only what no waiting mends.
    """
    settings = Settings.at(data)
    with _progress() as progress:

        def around(transport: Transport) -> Transport:
            return Progressing(transport, progress)

        def tell(report: RoundReport) -> None:
            if as_json:
                say(json.dumps(report.as_values(), sort_keys=True))
            else:
                _say_all(sentences(report, is_news=watch))
            if report.code and (not watch or report.code in NO_WAITING_MENDS):
                raise RoundsmanError(report.code, report.message)

        with open_laptop(settings, passphrase=_passphrase, around=around, tell=tell) as laptop:
            if watch:
                laptop.sync.run_forever(threading.Event())
            else:
                laptop.sync.round()
                if not as_json:
                    _say_all(needs(laptop.sync.status()))
    return DONE


def sentences(report: RoundReport, *, is_news: bool) -> list[str]:
    """What a round did, in plain words; ``is_news`` leaves out what goes without saying."""
    told = []
    if report.pushed:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.outcomes.items()))
        told.append(f"Sent {_count(report.pushed, 'change')}: {kinds}.")
    if report.pulled_rows:
        told.append(f"Received {_count(report.pulled_rows, 'row')}.")
    if report.evicted_rows:
        told.append(
            f"Removed {_count(report.evicted_rows, 'row')} that {_is(report.evicted_rows)} no longer yours."
        )
    if report.held_back:
        told.append("The office took away unusually much; it stays here until somebody there has looked.")
    if report.first_copy and report.complete:
        told.append("The first copy is complete.")
    if report.is_clock_wrong and report.clock_offset_ms is not None:
        minutes = round(abs(report.clock_offset_ms) / 60_000)
        direction = "slow" if report.clock_offset_ms > 0 else "fast"
        told.append(f"This laptop's clock is {_count(minutes, 'minute')} {direction}.")
    if report.code and is_news:
        told.append(f"Not in step, trying again ({report.code}): {report.message}")
    elif report.complete and not report.code and not is_news:
        told.append(f"In step with the office after {report.seconds:.1f} s.")
    return told


def needs(status: Status) -> list[str]:
    """What waits for somebody."""
    told = []
    if status.waiting:
        told.append(f"{_count(status.waiting, 'change')} made here {_s('wait', status.waiting)} to be sent.")
    if status.parked:
        told.append(
            f"{_count(status.parked, 'change')} that the office refused {_is(status.parked)} kept here "
            f"and {_s('need', status.parked)} you."
        )
    if status.conflicts_open:
        told.append(f"{_count(status.conflicts_open, 'conflict')} {_s('need', status.conflicts_open)} you.")
    return told


def _say_all(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _s(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 else verb


# --- status and dump ---------------------------------------------------------------------------------------------------


def status(data: Path | None, *, as_json: bool) -> int:
    """How the copy stands."""
    with open_laptop(Settings.at(data), passphrase=_passphrase) as laptop:
        found = laptop.sync.status()
        if as_json:
            say(json.dumps(_status_values(laptop, found), sort_keys=True))
            return DONE
        enrolment = laptop.enrolment
        say(f"Enrolled at {enrolment.server} as {enrolment.device_code} ({enrolment.device_name}).")
        if not found.copied:
            say("The first copy is not complete yet.")
        elif found.checkpoint_ms:
            say(f"The last news from the office came at {instant_text(found.checkpoint_ms)}.")
        waiting = needs(found)
        _say_all(waiting or ["Nothing waits here."])
    return DONE


def _status_values(laptop: Laptop, found: Status) -> dict[str, object]:
    enrolment = laptop.enrolment
    return {
        "answered": found.answered,
        "checkpoint_ms": found.checkpoint_ms,
        "conflicts_open": found.conflicts_open,
        "copied": found.copied,
        "device": id_text(enrolment.device_id),
        "device_code": enrolment.device_code,
        "incarnation": id_text(enrolment.incarnation),
        "keys": laptop.vault.kind,
        "parked": found.parked,
        "person": id_text(enrolment.person),
        "product_version": product_version(),
        "schema_version": SCHEMA_VERSION,
        "server": enrolment.server,
        "waiting": found.waiting,
        "zone": enrolment.zone,
    }


def dump(data: Path | None) -> int:
    """Everything that the local copy holds, as one JSON document on standard output."""
    with open_laptop(Settings.at(data), passphrase=_passphrase) as laptop:
        write_dump(laptop.store, laptop.enrolment, sys.stdout.buffer)
    return DONE
