"""Push, pull and the long poll: what laptops call all day (sync-protocol, 5, 10, 15)."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from crm.changes.ops import Page, PullRequest, PushAnswer, PushRequest
from crm.errors import Code
from sync_server.api.messages import WakeAnswer, WakeRequest
from sync_server.api.operation import Call, Operation


def push(call: Call, message: PushRequest) -> PushAnswer:
    """Take in waiting changesets; see `Office.push`."""
    return call.services.office.push(call.caller, message, call.form)


def pull(call: Call, message: PullRequest) -> Page:
    """The next page; see `Office.pull`."""
    return call.services.office.pull(call.caller, message)


async def wake(call: Call, message: WakeRequest) -> WakeAnswer:
    """Wait for news.

    Listening begins before the first look, so that no announcement falls between the two. Behind it the heads are
    looked at every few seconds: an announcement that got lost costs time, never news.
    """
    services = call.services
    loop = asyncio.get_running_loop()
    ends = loop.time() + min(message.timeout_s, services.wake_s)
    principals = await loop.run_in_executor(services.threads, services.office.principals, call.caller.person)
    look = partial(services.office.has_news, call.caller, message.cursor)
    while True:
        left = ends - loop.time()
        listening = asyncio.ensure_future(
            services.office.hub.wait(principals, max(min(left, services.look_s), 0.0))
        )
        stopping = asyncio.ensure_future(services.stopping.wait())
        try:
            await asyncio.sleep(0)  # lets the listening begin
            if await loop.run_in_executor(services.threads, look):
                return WakeAnswer(news=True)
            if left <= 0 or services.stopping.is_set():
                return WakeAnswer(news=False)
            await asyncio.wait((listening, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            listening.cancel()
            stopping.cancel()


_DEVICE_ERRORS: Final = (Code.NO_RIGHT, Code.SCHEMA_AHEAD)

OPERATIONS: Final = (
    Operation(
        name="push",
        method="POST",
        path="/v1/push",
        summary="Hand in waiting changesets; the answer has one outcome for each.",
        request=PushRequest,
        answer=PushAnswer,
        run=push,
        errors=(*_DEVICE_ERRORS, Code.FORK),
    ),
    Operation(
        name="pull",
        method="POST",
        path="/v1/pull",
        summary="One page of what changed beyond the cursor, in one snapshot.",
        request=PullRequest,
        answer=Page,
        run=pull,
        errors=(*_DEVICE_ERRORS, Code.REWOUND),
    ),
    Operation(
        name="wake",
        method="POST",
        path="/v1/wake",
        summary="Wait until a pull would bring something, at most 25 seconds.",
        request=WakeRequest,
        answer=WakeAnswer,
        wait=wake,
        errors=(Code.REWOUND,),
    ),
)
