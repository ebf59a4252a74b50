"""The road to the office, as sync sees it."""

from __future__ import annotations

from typing import Protocol

from crm.changes.ops import Head, Page, PullRequest, PushAnswer, PushRequest


class Arrival(Protocol):
    """A page as it arrives. A `Page` is one; what comes over a network may leave most of itself unread at first."""

    @property
    def complete(self) -> bool:
        """See `Page`."""
        ...

    @property
    def position(self) -> bytes:
        """See `Page`: what the next request needs to know."""
        ...

    @property
    def done(self) -> int:
        """See `Page`."""
        ...

    @property
    def total(self) -> int:
        """See `Page`."""
        ...

    def page(self) -> Page:
        """The whole page.

        :raises InvalidInput: code 1001 when it cannot be read.
        """
        ...


class Transport(Protocol):
    """Carries messages; knows nothing of what is in them.

    Faults of the road (no network, a timeout, 5xx, 429 with the detail ``retry_after_s``) are
    ``LocalFault(Code.UNREACHABLE)``: trying again is right, and whether the office got the message is unknown.
    Everything else the office says comes as the error it named (`InvalidInput`, `NotAllowed`, `ProtocolFault`, …).
    """

    def push(self, request: PushRequest) -> PushAnswer:
        """Hand in changesets."""
        ...

    def pull(self, request: PullRequest) -> Arrival:
        """Fetch a page."""
        ...

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """Wait until something happened after ``cursor`` (True), at most ``timeout_s`` (False)."""
        ...
