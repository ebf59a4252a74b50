"""A handful of seeds in every test run; `make simulate` plays many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm.changes.safeguards import Safeguards
from tests.simulation.__main__ import NAMES, run
from tests.simulation.stage import Stage

# Faults are meant here: what the office and the laptops say of them is no surprise.
pytestmark = pytest.mark.allow_log("sync_server", "desktop", "crm")

SEEDS = 20
BUDGET = 200


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as opened:
        yield opened


@pytest.mark.timeout(300)
def test_every_promise_holds_on_a_bad_road(stage: Stage) -> None:
    results = [stage.play(seed) for seed in range(SEEDS)]
    assert {result.seed: result.violation for result in results if result.violation} == {}
    assert sum(result.tally.steps for result in results) > SEEDS * 20
    assert sum(sum(result.tally.faults.values()) for result in results) > SEEDS


def test_one_seed_gives_one_trace(stage: Stage) -> None:
    assert stage.play(7).digest == stage.play(7).digest
    assert stage.play(7).digest != stage.play(8).digest


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_the_loss_of_a_safeguard_is_noticed(stage: Stage, name: str) -> None:
    without = Safeguards(**{name: False})
    assert any(stage.play(seed, without).violation for seed in range(BUDGET)), f"{name} is not missed"


def test_a_run_counts_what_it_did() -> None:
    found = run(0, 1, None, 1)
    assert found["seeds"] == 1
    assert found["violations"] == 0
    assert isinstance(found["checks"], dict)
    assert found["checks"]["21"] == 1
