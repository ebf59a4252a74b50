"""Waking those who wait, and nobody else; missing it loses nothing (sync-protocol, 15)."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from sync_server.sync.wake import Hub

ANNA, BEN, COMPANY = b"a" * 16, b"b" * 16, b"C" * 16
LONG_S = 30.0


async def all_wait(hub: Hub, count: int) -> None:
    """Let those who were just started begin to wait; so many do."""
    await asyncio.sleep(0)
    assert len(hub._waiters) == count


def test_those_who_wait_for_it_are_woken_and_nobody_else() -> None:
    async def scene() -> list[bool]:
        hub = Hub()
        waits = [
            asyncio.create_task(hub.wait(frozenset(wanted), timeout))
            for wanted, timeout in (({ANNA, COMPANY}, LONG_S), ({BEN, COMPANY}, 0.05), ({ANNA}, LONG_S))
        ]
        await all_wait(hub, 3)
        hub.announce([ANNA, b"?" * 16])
        found = list(await asyncio.gather(*waits))
        assert hub._waiters == {}
        return found

    assert asyncio.run(scene()) == [True, False, True]


def test_what_concerns_everybody_wakes_everybody() -> None:
    async def scene() -> list[bool]:
        hub = Hub()
        waits = [asyncio.create_task(hub.wait(frozenset({who, COMPANY}), LONG_S)) for who in (ANNA, BEN)]
        await all_wait(hub, 2)
        hub.announce([COMPANY])
        return list(await asyncio.gather(*waits))

    assert asyncio.run(scene()) == [True, True]


def test_an_announcement_may_come_from_any_thread() -> None:
    async def scene() -> bool:
        hub = Hub()
        wait = asyncio.create_task(hub.wait(frozenset({ANNA}), LONG_S))
        await all_wait(hub, 1)
        Thread(target=hub.announce, args=([ANNA],)).start()
        return await wait

    assert asyncio.run(scene())


def test_many_announcements_wake_once() -> None:
    async def scene() -> bool:
        hub = Hub()
        wait = asyncio.create_task(hub.wait(frozenset({ANNA}), LONG_S))
        await all_wait(hub, 1)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: hub.announce([ANNA]), range(50)))
        woken = await wait
        assert not await hub.wait(frozenset({ANNA}), 0.02)
        return woken

    assert asyncio.run(scene())


def test_nothing_to_announce_wakes_nobody() -> None:
    async def scene() -> bool:
        hub = Hub()
        wait = asyncio.create_task(hub.wait(frozenset({ANNA}), 0.05))
        await all_wait(hub, 1)
        hub.announce([])
        return await wait

    assert not asyncio.run(scene())


def test_a_wait_that_is_given_up_is_forgotten() -> None:
    async def scene() -> None:
        hub = Hub()
        wait = asyncio.create_task(hub.wait(frozenset({ANNA}), LONG_S))
        await all_wait(hub, 1)
        wait.cancel()
        await asyncio.gather(wait, return_exceptions=True)
        assert hub._waiters == {}

    asyncio.run(scene())


def test_who_waited_in_a_loop_that_has_ended_is_forgotten() -> None:
    hub = Hub()

    async def leave() -> None:
        event = asyncio.Event()
        hub._waiters[event] = (asyncio.get_running_loop(), frozenset({ANNA}))

    asyncio.run(leave())
    hub.announce([ANNA])
    assert hub._waiters == {}
