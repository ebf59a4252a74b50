"""The road between a laptop and the office: messages are really encoded, and get lost, doubled, cut and late."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Final, TypeVar

from crm.changes.codec import decode, encode
from crm.changes.ops import Head, Page, PullRequest, PushAnswer, PushRequest
from crm.errors import Code, InvalidInput, LocalFault, RoundsmanError
from sync_server.sync.push import Caller
from tests.simulation.crashes import bury
from tests.simulation.host import OfficeHost
from tests.simulation.laptop import Device
from tests.simulation.tally import Tally, Trace, Violation

T = TypeVar("T")

FAULTS: Final = {
    "dropped": 5,
    "answer lost": 6,
    "doubled": 6,
    "late": 4,
    "request cut": 3,
    "answer cut": 4,
    "office away": 3,
    "office crashed": 6,
    "too large": 2,
}
"""What can happen to a message on a bad road, and how often, against each other."""
MAX_CRASH_STATEMENT: Final = 24


class Road:
    """The road of one device. ``badness`` is the chance that something happens to a message.

    ``watch`` is told of every message that the office treated, before anything is done to the answer; ``meanwhile`` is
    called while a message is under way, when others may act; ``late`` takes requests that arrive another time.
    """

    def __init__(
        self,
        device: Device,
        host: OfficeHost,
        chance: random.Random,
        tally: Tally,
        trace: Trace,
        *,
        may_fail: bool,
    ) -> None:
        self.badness = 0.0
        self.late: list[bytes] = []
        self.watch: Callable[[Device, Any, Any], None] = lambda device, request, answer: None
        self.meanwhile: Callable[[Device], None] = lambda device: None
        self._device = device
        self._host = host
        self._chance = chance
        self._tally = tally
        self._trace = trace
        self._may_fail = may_fail
        self._caller = Caller(device.laptop.person, device.laptop.device)

    # -- Transport

    def push(self, request: PushRequest) -> PushAnswer:
        """See `Transport.push`."""
        answer = self._call(request, PushRequest, PushAnswer, self._host.push)
        self._device.outcomes = answer.outcomes
        return answer

    def pull(self, request: PullRequest) -> Page:
        """See `Transport.pull`."""
        page = self._call(request, PullRequest, Page, self._host.pull)
        self._device.pages = [*self._device.pages[-3:], (request, page)]
        return page

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """Nobody waits here."""
        return self._host.office.has_news(self._caller, cursor)

    # -- what happens on the way

    def deliver_late(self) -> None:
        """A request that was held up arrives now; its answer reaches nobody."""
        data = self.late.pop(self._chance.randrange(len(self.late)))
        self._note("a late request arrives")
        self._tally.faults["reordered"] += 1
        try:
            self._treated(data, PushRequest, self._host.push)
        except RoundsmanError as error:
            self._note(f"the office answers {error.code}")

    def _call(
        self, request: Any, asked: type[Any], answered: type[T], treat: Callable[[Caller, Any], Any]
    ) -> T:
        data = encode(request)
        self._trace.take(data)
        self._device.fuse.tick()  # the laptop may die before the message leaves
        self.meanwhile(self._device)
        fault = self._fault(request)
        if fault in ("dropped", "office away", "too large"):
            self._fails(fault)
        if fault == "late":
            self.late.append(data)
            self._fails(fault)
        if fault == "request cut":
            data = data[: self._chance.randrange(1, len(data))]
            self._count(fault)
        if fault == "office crashed":
            self._host.fuse.arm(self._chance.randrange(1, MAX_CRASH_STATEMENT))
        answer = b""
        try:
            answer = self._treated(data, asked, treat)
            if fault == "doubled":
                self._count(fault)
                answer = self._treated(data, asked, treat)
        except BaseException:
            if not self._host.fuse.is_blown:
                raise
        finally:
            self._host.fuse.disarm()
        if self._host.fuse.is_blown:
            bury()
            self._host.restart()
            self.watch(self._device, None, None)
            self._fails("office crashed")
        self._trace.take(answer)
        if fault == "answer lost":
            self._fails(fault)
        if fault == "answer cut":
            self._count(fault)
            answer = answer[: self._chance.randrange(1, len(answer))]
        self.meanwhile(self._device)
        self._device.fuse.tick()  # or when the answer has come
        message = decode(answered, answer)
        self._device.has_contact = True
        return message

    def _treated(self, data: bytes, asked: type[Any], treat: Callable[[Caller, Any], Any]) -> bytes:
        request = decode(asked, data)
        try:
            answer = treat(self._caller, request)
        except RoundsmanError:
            self.watch(self._device, request, None)
            raise
        except Exception as error:
            if self._host.fuse.is_blown:
                raise
            self.watch(self._device, request, None)
            if not self._may_fail:
                raise Violation(
                    10, f"the office failed on a message: {type(error).__name__}: {error}"
                ) from error
            self._note(f"the office fails: {type(error).__name__}")
            raise _unreachable("busy") from error
        self.watch(self._device, request, answer)
        return encode(answer)

    def _fault(self, request: Any) -> str | None:
        if self._chance.random() >= self.badness:
            return None
        [fault] = self._chance.choices(list(FAULTS), list(FAULTS.values()))
        is_push = isinstance(request, PushRequest)
        if (fault == "too large" and not (is_push and len(request.changesets) > 1)) or (
            fault == "late" and not is_push
        ):
            return "dropped"
        return fault

    def _count(self, fault: str) -> None:
        self._tally.faults[fault] += 1
        self._note(f"message {fault}")

    def _fails(self, fault: str) -> None:
        self._count(fault)
        if fault == "too large":
            raise InvalidInput(Code.TOO_LARGE, "The message is larger than is allowed.")
        raise _unreachable(fault)

    def _note(self, text: str) -> None:
        self._trace.note(f"{self._device.name}: {text}")


def _unreachable(reason: str) -> LocalFault:
    return LocalFault(Code.UNREACHABLE, "The office cannot be reached.", reason=reason)
