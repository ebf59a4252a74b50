"""An operation of the API, declared once: the route, the guard and the OpenAPI document all follow from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crm.changes.codec import Form
from crm.errors import Code, InvalidInput, NotAllowed
from sync_server.accounts.accounts import Accounts
from sync_server.accounts.standing import Bearer
from sync_server.sync.office import Office
from sync_server.sync.push import Caller


@dataclass(frozen=True)
class Services:
    """What operations work with.

    ``look_s`` is how often a waiting long poll looks at the heads, ``wake_s`` the longest it may wait. ``stopping`` is
    set when the server is about to end, so that nobody waits on.
    """

    office: Office
    accounts: Accounts
    threads: ThreadPoolExecutor
    product_version: str = "0"
    look_s: float = 5.0
    wake_s: float = 25.0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Call:
    """One request, read and guarded. ``path`` and ``query`` are the named parts of the address."""

    services: Services
    bearer: Bearer | None
    token: str | None
    address: str
    form: Form
    path: Mapping[str, str]
    query: Mapping[str, str]

    @property
    def caller(self) -> Caller:
        """Who calls.

        :raises NotAllowed: code 2001 in an operation that is open to all.
        """
        if self.bearer is None:
            raise NotAllowed(Code.NOT_SIGNED_IN, "You are not signed in. Sign in again.")
        return Caller(self.bearer.person, self.bearer.device)


@dataclass(frozen=True)
class Parameter:
    """A named part of the address: its JSON schema and what it is for."""

    name: str
    schema: Mapping[str, Any]
    text: str


@dataclass(frozen=True)
class Operation:
    """``run`` answers in a worker thread; ``wait``, where given, answers in the event loop and must never block.

    Both get the call and the decoded message (None where ``request`` is None). ``path`` names its parts in braces.
    ``is_open`` operations need no token. ``errors`` are the codes it may answer beyond those of every operation.
    """

    name: str
    method: str
    path: str
    summary: str
    answer: type[msgspec.Struct]
    run: Callable[[Call, Any], msgspec.Struct] | None = None
    wait: Callable[[Call, Any], Awaitable[msgspec.Struct]] | None = None
    request: type[msgspec.Struct] | None = None
    path_parts: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    errors: tuple[int, ...] = ()
    is_open: bool = False


def whole_number(call: Call, name: str, *, default: int, most: int) -> int:
    """A number of the query between 1 and ``most``.

    :raises InvalidInput: code 1005 when it is anything else.
    """
    text = call.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or not 1 <= int(text) <= most:
        raise InvalidInput(Code.BAD_VALUE, f"{name} is a number from 1 to {most}.", field=name)
    return int(text)
