"""What holds after every change of any history: nothing is lost without a name, nothing moves against the table.

Laptops pull, work without the office and hand in later, in any order; the laws are looked at after every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.changes.decision import Decision, Lost, read_stamps
from crm.changes.entity import Row
from crm.changes.ops import CHANGE, Op
from crm.changes.policies import Reach, Rule
from tests.unit.crm.changes.subjects import DOOR, SCHEMA, Books, Device, desk, laptop

THING = SCHEMA["thing"]
PLACE, LOOK = ("street", "town"), ("hue", "tone")
WRITABLE = ("title", "subtitle", "note", "amount", "door", *PLACE, *LOOK, "is_big", "deleted")
COMPUTED = {"version", "stamps", "changed_at", "changed_by", "length"}

Pull: TypeAlias = tuple[str, int]
Edit: TypeAlias = tuple[str, int, dict[str, Any], int]
Step: TypeAlias = Pull | Edit

laptops = st.integers(0, 2)
letters = st.sampled_from("abc")
new_values: dict[str, st.SearchStrategy[Any]] = {
    "amount": st.integers(-3, 3),
    "door": st.sampled_from(sorted(DOOR.states)),
    "is_big": st.sampled_from([0, 1]),
    "deleted": st.sampled_from([0, 1, 1]),
}
edits = st.dictionaries(st.sampled_from(WRITABLE), st.none(), min_size=1, max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: new_values.get(name, letters) for name in names})
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("pull"), laptops),
    st.tuples(st.just("send"), laptops),
    st.tuples(st.just("send"), laptops),
    st.tuples(st.just("edit"), laptops, edits, st.integers(0, 5)),
    st.tuples(st.just("edit"), laptops, edits, st.integers(0, 5)),
    st.tuples(st.just("office"), st.integers(1, 9)),
)


@dataclass
class Copy:
    """One laptop: the row as it shows it, the version the office confirmed, and what waits to be sent."""

    device: Device
    row: Row
    base: int
    waiting: list[tuple[Op, int]] = field(default_factory=list)

    def edit(self, thing: bytes, values: Mapping[str, Any], stamp: int) -> None:
        """Change the row here, as capture would say it: fields that merge as one travel as one."""
        changed = {name: value for name, value in values.items() if self.row[name] != value}
        if not changed:
            return
        pairs = {name: [self.row[name], value] for name, value in changed.items()}
        for group in (PLACE, LOOK):
            if not pairs.keys().isdisjoint(group):
                for name in group:
                    pairs.setdefault(name, [self.row[name], self.row[name]])
        self.row.update(changed)
        self.waiting.append((Op("thing", thing, CHANGE, self.base, pairs), self.device.stamp + stamp))


def kept(lost: list[Lost], side: str, name: str, value: Any) -> bool:
    """Whether a value that lost is in a conflict that names its rule."""
    return any(name in (found := getattr(one, side)) and found[name] == value and one.rule for one in lost)


def laws(op: Op, before: Row, after: Row, decision: Decision, device: Device) -> None:
    if decision.kind == "rejected":
        assert decision.code
        assert after == before
        return
    is_open = any(lost.open for lost in decision.lost)
    assert decision.kind == ("conflict" if is_open else "merged" if decision.lost else "applied")
    assert {name for name in after if after[name] != before[name]} <= {*op.fields, *COMPUTED}
    stamps = read_stamps(before)
    for name, (old, new) in op.fields.items():
        if old == new:
            continue
        rule = THING.fields[name].policy.rule if name in THING.fields else None
        if rule is Rule.SUM and not before["deleted"]:
            assert after[name] == before[name] + new - old
        else:
            assert after[name] == new or kept(decision.lost, "mine", name, new)
        stamp = stamps.get(name)
        unseen = stamp is not None and stamp.seq > op.base and stamp.incarnation != device.incarnation
        if unseen and after[name] != before[name] and rule not in {None, Rule.SUM, Rule.STATE}:
            assert kept(decision.lost, "theirs", name, before[name])
    if after["door"] != before["door"]:
        assert (before["door"], after["door"]) in DOOR.moves
    if before["deleted"] and not after["deleted"]:
        assert op.fields["deleted"] == [1, 0]
    for group in (PLACE, LOOK):
        concurrent = any(
            name in stamps and stamps[name].seq > op.base and stamps[name].incarnation != device.incarnation
            for name in group
        )
        if concurrent and not op.fields.keys().isdisjoint(group):
            whole = {name: after[name] for name in group}
            mine = {name: op.fields[name][1] for name in group}
            assert whole in (mine, {name: before[name] for name in group})
    for lost in decision.lost:
        named = {*lost.fields, *lost.base, *lost.mine, *lost.theirs}
        assert all(THING.fields[name].reach is Reach.ALL for name in named - {"deleted"})
        by_stamp = lost.rule is Rule.LATEST or (lost.rule is Rule.GROUP and lost.fields == LOOK)
        assert lost.open == (not by_stamp)


@settings(max_examples=200)
@given(history=st.lists(steps, max_size=25))
def test_the_laws_of_the_merge_hold_in_every_history(history: list[Step]) -> None:
    books, office = Books(), desk()
    maker = laptop(9)
    thing = books.born(maker)
    copies = [
        Copy(laptop(number), dict(books.row("thing", thing)), books.version("thing", thing))
        for number in range(3)
    ]

    def send(copy: Copy) -> None:
        if copy.waiting:
            op, stamp = copy.waiting.pop(0)
            before = dict(books.row("thing", thing))
            decision = books.take(copy.device, op, stamp=stamp)
            laws(op, before, dict(books.row("thing", thing)), decision, copy.device)

    for step in history:
        match step:
            case ("pull", int(number)):
                while copies[number].waiting:  # what waits is replayed; here it is simply sent first
                    send(copies[number])
                copies[number].row = dict(books.row("thing", thing))
                copies[number].base = books.version("thing", thing)
            case ("send", int(number)):
                send(copies[number])
            case ("office", int(number)):
                op = books.edit(
                    "thing", thing, books.version("thing", thing), margin=number, secret=str(number)
                )
                books.take(office, op)
            case ("edit", int(number), dict(values), int(stamp)):
                copies[number].edit(thing, values, stamp)
    for copy in copies:
        while copy.waiting:
            send(copy)


@settings(max_examples=30)
@given(history=st.lists(steps, max_size=15))
def test_the_same_history_comes_to_the_same_books(history: list[Step]) -> None:
    ends = []
    for _ in range(2):
        books = Books()
        thing = books.born(laptop(9))
        copies = [Copy(laptop(n), dict(books.row("thing", thing)), 2) for n in range(3)]
        for step in history:
            if step[0] == "edit":
                _, number, values, stamp = step  # type: ignore[misc]
                copies[number].edit(thing, values, stamp)
                op, at = copies[number].waiting[-1] if copies[number].waiting else (None, 0)
                if op is not None:
                    books.take(copies[number].device, op, stamp=at)
        ends.append(books.everything())
    assert ends[0] == ends[1]
