"""Run seeds: ``python -m tests.simulation --seeds 1000 --first 0 [--without receipt]``.

Says how far it is on stderr; the last line of stdout is one JSON object. Ends with 0 when no promise was broken or,
with ``--without``, when the missing safeguard was noticed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import fields
from typing import Final

from crm.changes.safeguards import Safeguards
from tests.simulation.crowd import Job, results
from tests.simulation.stage import Result
from tests.simulation.tally import CHECKED, Tally

SEEDS: Final = 1000
ENOUGH: Final = 100
"""From so many seeds on an invariant that was never checked is a fault of the simulation."""
NAMES: Final = tuple(item.name for item in fields(Safeguards))


def _tell(result: Result, without: str | None) -> None:
    """A seed that failed, in words, with the way to see it again."""
    for line in result.trace:
        print(line, file=sys.stderr)
    again = f"make simulate SEEDS=1 FIRST={result.seed}" + (f" WITHOUT={without}" if without else "")
    print(f"seed {result.seed}: {result.violation}\nTo see it again: {again}", file=sys.stderr)


def run(first: int, seeds: int, without: str | None, processes: int) -> dict[str, object]:
    """Play the seeds; with ``without`` until the missing safeguard is noticed."""
    total = Tally()
    played = violations = 0
    caught: int | None = None
    jobs: list[Job] = [(seed, without) for seed in range(first, first + seeds)]
    for result in results(jobs, processes):
        played += 1
        total.add(result.tally)
        if result.violation:
            violations += 1
            if without is None or seeds == 1:
                _tell(result, without)
            if without is not None:
                caught = result.seed
                break
        if played % 50 == 0:
            print(f"{played} of {seeds} seeds, {violations} violations", file=sys.stderr)
    found: dict[str, object] = {
        "seeds": played,
        "steps": total.steps,
        "faults": dict(sorted(total.faults.items())),
        "checks": {str(number): total.checks[number] for number in CHECKED},
        "violations": violations,
    }
    if without is not None:
        found |= {"without": without, "caught": caught is not None, "seed": caught}
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument(
        "--without", choices=NAMES, help="a safeguard to switch off; its loss must be noticed"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args(arguments)
    found = run(chosen.first, chosen.seeds, chosen.without, min(chosen.processes, chosen.seeds))
    print(json.dumps(found))
    if chosen.without is not None:
        return 0 if found["caught"] else 1
    blind = _blind(found)
    if blind:
        print(f"never saw anything to check: {', '.join(blind)}", file=sys.stderr)
    return 1 if found["violations"] or blind else 0


def _blind(found: dict[str, object]) -> list[str]:
    """The invariants that were never checked on anything, in a run that is long enough to tell."""
    checks = found["checks"]
    assert isinstance(checks, dict)
    return [number for number, count in checks.items() if not count] if found["seeds"] >= ENOUGH else []  # type: ignore[operator]


if __name__ == "__main__":
    sys.exit(main())
