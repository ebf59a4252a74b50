"""Work outside the GUI thread: reads in a small pool, writes through the store, jobs that take long beside both.

Answers come back through `Tasks`, a QObject that lives in the GUI thread. A task belongs to an owner, usually a widget,
and its answer is dropped when the owner is gone; a newer task of the same owner and slot makes an older one void and
stops its query. So a fast typist never sees an old answer.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid
from sqlalchemy import Connection
from sqlalchemy.orm import Session as OrmSession

from crm.changes.actor import Actor
from crm.errors import RoundsmanError
from desktop.kit.bus import Bus
from desktop.kit.deeds import Deed, Opposite
from desktop.store.store import Store
from desktop.store.work import LocalWork

T = TypeVar("T")
log = logging.getLogger(__name__)

READERS: Final = 2
"""Reads at the same time: the vault opens four connections, and one writes and one syncs."""
JOBS: Final = 1
PROGRESS_S: Final = 0.05
"""Progress is told at most this often."""

Then = Callable[[T], None]
Failed = Callable[[Exception], None]


def _nothing(_result: object) -> None:
    pass


class Stopped(Exception):
    """A job was asked to stop and did."""


class Task:
    """Something under way. All of it but `stop` is for `Tasks`."""

    def __init__(
        self, owner: QObject, then: Callable[[Any], None], failed: Failed | None, *, keeps: bool = False
    ) -> None:
        self._owner = weakref.ref(owner)
        self._then = then
        self._failed = failed
        self._keeps = keeps
        self._lock = threading.Lock()
        self._driver: Any = None
        self.is_void = False
        self.is_step = False
        self.make_deed: Callable[[], Deed | None] | None = None
        self.deed: Deed | None = None
        """What was written, once it is committed; None when nothing was."""
        self.result: Any = None
        self.error: Exception | None = None

    @property
    def owner(self) -> QObject | None:
        """Whom the answer is for; None when gone."""
        owner = self._owner()
        return owner if owner is not None and isValid(owner) else None

    def stop(self) -> None:
        """The answer is not wanted any more; a query that is running ends now. A write that began is finished."""
        if self._keeps:
            self.is_void = True
            return
        with self._lock:
            self.is_void = True
            if self._driver is not None:
                self._driver.interrupt()

    @contextlib.contextmanager
    def watching(self, connection: Connection) -> Iterator[None]:
        """While the block runs, `stop` ends the connection's query."""
        driver = connection.connection.driver_connection
        with self._lock:
            if self.is_void:
                raise Stopped()
            self._driver = driver
        try:
            yield
        finally:
            with self._lock:
                self._driver = None

    def answer(self) -> None:
        """Hand the answer to the owner, if it still wants it. In the GUI thread.

        :raises Exception: the task's own, when nobody takes it.
        """
        if self.is_void or self.owner is None:
            return
        if self.error is None:
            self._then(self.result)
        elif self._failed is not None:
            self._failed(self.error)
        else:
            raise self.error


class Job(Task):
    """A task that takes long: an export, a PDF. Its work gets the job, tells how far it is and looks whether to stop."""

    def __init__(
        self,
        tasks: Tasks,
        owner: QObject,
        then: Callable[[Any], None],
        failed: Failed | None,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        super().__init__(owner, then, failed)
        self._tasks = tasks
        self._progress = progress
        self._told_at = 0.0
        self.done = 0
        self.total = 0

    def tell(self, done: int, total: int) -> None:
        """So much of so much is done (``total`` 0: nobody knows). In the job's thread.

        :raises Stopped: the job is to stop; let it pass.
        """
        if self.is_void:
            raise Stopped()
        self.done, self.total = done, total
        now = time.monotonic()
        if self._progress is not None and (now - self._told_at >= PROGRESS_S or done == total):
            self._told_at = now
            self._tasks.progressed.emit(self)

    def show_progress(self) -> None:
        """Hand the progress to the owner. In the GUI thread."""
        if self._progress is not None and not self.is_void and self.owner is not None:
            self._progress(self.done, self.total)


class Tasks(QObject):
    """Runs tasks on one store. Made in the GUI thread, where all answers arrive.

    ``failed`` carries the exception of a task whose owner does not take care of it: the shell tells it. ``done`` carries
    the `Deed` of a write that can be undone.
    """

    failed = Signal(object)
    done = Signal(object)
    progressed = Signal(object)
    _finished = Signal(object)

    def __init__(
        self, store: Store, bus: Bus, actor: Callable[[], Actor], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._bus = bus
        self._actor = actor
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="roundsman-read")
        self._jobs = ThreadPoolExecutor(JOBS, thread_name_prefix="roundsman-job")
        self._slots: dict[tuple[int, str], Task] = {}
        self._running: set[Task] = set()
        self._is_closed = False
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)
        self.progressed.connect(self._on_progressed, Qt.ConnectionType.QueuedConnection)

    # -- reading

    def read(
        self,
        query: Callable[[Connection], T],
        then: Then[T],
        failed: Failed | None = None,
        *,
        owner: QObject,
        slot: str = "",
    ) -> Task:
        """Run a read query with a connection of its own, and ``then`` with its result in the GUI thread."""

        def work(task: Task) -> T:
            with self._store.reading() as connection, task.watching(connection):
                return query(connection)

        return self._start(self._readers, work, Task(owner, then, failed), slot=slot)

    def look(
        self,
        query: Callable[[OrmSession], T],
        then: Then[T],
        failed: Failed | None = None,
        *,
        owner: QObject,
        slot: str = "",
    ) -> Task:
        """Like `read`, for queries over entities. Give plain values back: entities end with the session."""

        def work(task: Task) -> T:
            with self._store.session() as session, task.watching(session.connection()):
                return query(session)

        return self._start(self._readers, work, Task(owner, then, failed), slot=slot)

    # -- writing

    def write(
        self,
        intent: str,
        action: Callable[[LocalWork], T],
        then: Then[T],
        failed: Failed | None = None,
        *,
        owner: QObject,
        about: str = "",
        opposite: Opposite | None = None,
        is_step: bool = True,
        again: Sequence[bytes] = (),
    ) -> Task:
        """Run an action as a unit of work (`Store.perform`). It is finished even when the owner is gone meanwhile.

        It can be undone unless ``is_step`` is False, as for what a form keeps by itself. ``about`` names whom or what it
        concerns, in the words for that; ``opposite`` undoes it once the office has it. ``again``: the ids of its rows when
        it was done before. What it became stands in the task's ``deed`` when ``then`` is called.
        """
        task = Task(owner, then, failed, keeps=True)
        works: list[tuple[LocalWork, list[bytes]]] = []

        def marked(work: LocalWork) -> T:
            self._bus.mark(owner)
            works.append((work, work.remember_ids(again)))
            return action(work)

        def deed() -> Deed | None:
            work, ids = works[0]
            if work.change_id is None:
                return None
            return Deed(intent, action, work.change_id, tuple(ids), about, opposite)

        task.make_deed = deed
        task.is_step = is_step
        return self._hand_in(lambda: self._store.perform(intent, self._actor(), marked), task)

    def keep(
        self,
        work: Callable[[Connection], T],
        then: Then[T] | None = None,
        failed: Failed | None = None,
        *,
        owner: QObject,
    ) -> Task:
        """Write what never leaves this laptop (`Store.keep`). It is finished even when the owner is gone meanwhile."""
        return self._hand_in(
            lambda: self._store.keep(work), Task(owner, then or _nothing, failed, keeps=True)
        )

    def _hand_in(self, submit: Callable[[], Future[Any]], task: Task) -> Task:
        def done(future: Future[Any]) -> None:
            error = future.exception()
            if isinstance(error, Exception):
                task.error = error
            elif error is None:
                task.result = future.result()
            self._tell_finished(task)

        self._running.add(task)
        try:
            submit().add_done_callback(done)
        except RoundsmanError as error:
            task.error = error
            self._tell_finished(task)
        return task

    def change(
        self,
        work: Callable[[Store], T],
        then: Then[T],
        failed: Failed | None = None,
        *,
        owner: QObject,
    ) -> Task:
        """Something else that the store does in its writer's turn: take back, drop, send again. It is finished even when
        the owner is gone meanwhile.
        """

        def marked(_task: Task) -> T:
            self._bus.mark(owner)
            return work(self._store)

        return self._start(self._readers, marked, Task(owner, then, failed, keeps=True), slot="")

    # -- whatever takes long

    def run(
        self,
        work: Callable[[Job], T],
        then: Then[T],
        failed: Failed | None = None,
        *,
        owner: QObject,
        progress: Callable[[int, int], None] | None = None,
        slot: str = "",
    ) -> Job:
        """Run a job in a thread of its own. ``progress`` gets (done, total) in the GUI thread."""
        job = Job(self, owner, then, failed, progress)

        def start(_task: Task) -> T:
            return work(job)

        self._start(self._jobs, start, job, slot=slot)
        return job

    # -- the end

    def stop(self, owner: QObject) -> None:
        """Stop everything that ``owner`` waits for."""
        for task in list(self._running):
            if task.owner is owner:
                task.stop()

    def close(self) -> None:
        """Stop what runs and wait for its end; answers that did not arrive yet never will."""
        self._is_closed = True
        for task in list(self._running):
            task.stop()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._jobs.shutdown(wait=True, cancel_futures=True)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come. For tests and for pictures."""
        return any(not task.is_void for task in self._running)

    # -- inside

    def _start(self, pool: ThreadPoolExecutor, work: Callable[[Task], Any], task: Task, *, slot: str) -> Task:
        owner = task.owner
        if slot and owner is not None:
            former = self._slots.get((id(owner), slot))
            if former is not None:
                former.stop()
            self._slots[id(owner), slot] = task
        if self._is_closed:
            task.stop()
            return task
        self._running.add(task)
        pool.submit(self._work, work, task)
        return task

    def _work(self, work: Callable[[Task], Any], task: Task) -> None:
        """In a thread of a pool."""
        try:
            if not task.is_void:
                task.result = work(task)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            task.error = error
        self._tell_finished(task)

    def _tell_finished(self, task: Task) -> None:
        if not self._is_closed:
            self._finished.emit(task)

    @Slot(object)
    def _on_finished(self, task: Task) -> None:
        self._running.discard(task)
        for key, known in list(self._slots.items()):
            if known is task:
                del self._slots[key]
        if self._is_closed or isinstance(task.error, Stopped):
            return
        if task.error is None and task.make_deed is not None:
            task.deed = task.make_deed()
            if task.deed is not None and task.is_step:
                self.done.emit(task.deed)
        try:
            task.answer()
        except Exception as error:
            if error is not task.error:
                raise
            if not isinstance(error, RoundsmanError):
                log.exception("task_failed error=%s", type(error).__name__)
            self.failed.emit(error)

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        job.show_progress()
