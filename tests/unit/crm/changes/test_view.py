"""Rows with unwritten changes on top: every layer answers as if it were written (`crm.changes.view`)."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Standing
from crm.changes.entity import Row
from crm.changes.view import Overlay
from tests.unit.crm.changes.subjects import SCHEMA, Stored

ids = st.integers(1, 4).map(lambda number: bytes([number]) * 16)
parents = st.integers(7, 8).map(lambda number: bytes([number]) * 16)
puts = st.tuples(st.just("put"), ids, parents)
asks = st.tuples(st.just("ask"), ids, parents)
steps = st.lists(st.one_of(puts, asks, st.tuples(st.sampled_from(["layer", "fold"]))), max_size=20)


def piece(row_id: bytes, thing: bytes) -> Row:
    row = SCHEMA["piece"].blank()
    row.update(id=row_id, thing_id=thing)
    return row


@given(stored=st.lists(st.tuples(ids, parents), max_size=4), steps=steps)
def test_layers_answer_as_if_everything_were_written(
    stored: list[tuple[bytes, bytes]], steps: list[tuple[Any, ...]]
) -> None:
    below = Stored()
    truth: dict[bytes, bytes] = dict(stored)
    for row_id, thing in truth.items():
        below.rows["piece", row_id] = piece(row_id, thing)
    layers = [Overlay(below)]
    for step in steps:
        match step:
            case ("put", row_id, thing):
                layers[-1].put("piece", piece(row_id, thing))
                truth[row_id] = thing
            case ("layer",):
                layers.append(Overlay(layers[-1]))
            case ("fold",) if len(layers) > 1:
                layers.pop().onto(layers[-1])
            case ("ask", row_id, thing):
                row = layers[-1].get("piece", row_id)
                assert (row["thing_id"] if row else None) == truth.get(row_id)
                found = [child["id"] for child in layers[-1].children("piece", "thing_id", thing)]
                assert found == sorted(one for one, parent in truth.items() if parent == thing)


def test_a_layer_that_is_thrown_away_leaves_nothing_behind() -> None:
    below = Overlay(Stored())
    above = Overlay(below)
    above.put("piece", piece(b"1" * 16, b"7" * 16))
    above.standings[b"u" * 16] = Standing(None, frozenset())
    assert below.get("piece", b"1" * 16) is None
    assert below.children("piece", "thing_id", b"7" * 16) == []
    assert below.standing(b"u" * 16) is None
    above.onto(below)
    assert below.get("piece", b"1" * 16) is not None
    assert below.standing(b"u" * 16) is not None
