"""The road to the office, as sync sees it."""

from __future__ import annotations

from typing import Protocol

from crm.changes.ops import Head, Page, PullRequest, PushAnswer, PushRequest


class Transport(Protocol):
    """Carries messages; knows nothing of what is in them.

    Faults of the road (no network, a timeout, 5xx, 429 with the detail ``retry_after_s``) are
    ``LocalFault(Code.UNREACHABLE)``: trying again is right, and whether the office got the message is unknown.
    Everything else the office says comes as the error it named (`InvalidInput`, `NotAllowed`, `ProtocolFault`, …).
    """

    def push(self, request: PushRequest) -> PushAnswer:
        """Hand in changesets."""
        ...

    def pull(self, request: PullRequest) -> Page:
        """Fetch a page."""
        ...

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """Wait until something happened after ``cursor`` (True), at most ``timeout_s`` (False)."""
        ...
