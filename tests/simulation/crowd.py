"""Seeds played by several processes. In a module of its own: a started process cannot import what runs as a program."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from crm.changes.safeguards import ALL, Safeguards
from tests.simulation.stage import Result, Scene, Stage

PORTION: Final = 5
TWICE: Final = 25
Job: TypeAlias = tuple[int, str | None]
"""A seed, and the safeguard that is switched off."""

_stage: Stage


def _join(scene: Scene) -> None:
    """A process of the pool gets on the stage that another one has built."""
    global _stage  # noqa: PLW0603 - one stage for each process of the pool
    _stage = Stage(scene).__enter__()


def _play(job: Job) -> Result:
    """One seed, in a process of the pool."""
    return _on(_stage, job)


def _on(stage: Stage, job: Job) -> Result:
    """One seed; every twenty-fifth twice, because the same seed must give the same trace (invariant 21)."""
    seed, without = job
    safeguards = ALL if without is None else Safeguards(**{without: False})
    result = stage.play(seed, safeguards)
    if without is None and seed % TWICE == 0 and not result.violation:
        again = stage.play(seed, safeguards)
        if again.digest != result.digest:
            return replace(result, violation="invariant 21: the seed gave another trace", invariant=21)
        result.tally.saw(21)
    return result


def results(jobs: list[Job], processes: int) -> Iterator[Result]:
    """What came of each seed, in order."""
    with Stage() as stage:
        if processes <= 1:
            for job in jobs:
                yield _on(stage, job)
            return
        # Started anew, not forked: nothing of this process is open twice.
        context = multiprocessing.get_context("spawn")
        with context.Pool(processes, initializer=_join, initargs=(stage.scene,)) as pool:
            yield from pool.imap(_play, jobs, chunksize=PORTION)
