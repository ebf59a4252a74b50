"""The digest of a set of rows: the same on both sides, in any order, kept up to date row by row (sync-protocol, 13)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crm.changes.digest import DIGEST_BYTES, digest, moved, row_hash

rows = st.dictionaries(st.binary(min_size=16, max_size=16), st.integers(1, 1 << 62), max_size=12)


def test_digests_are_the_same_for_ever() -> None:
    pairs = [(bytes(range(16)), 1), (b"\xff" * 16, 1 << 40)]
    assert digest([]) == bytes(16)
    assert digest(pairs[:1]).hex() == "d3fd8b3ed5e6832afefd0dbd83f849ff"
    assert digest(pairs).hex() == "dc2551e438aa0c1f9da7061ae1495d7f"


@given(
    rows=rows.flatmap(
        lambda found: st.tuples(st.just(list(found.items())), st.permutations(list(found.items())))
    )
)
def test_the_order_of_rows_does_not_matter(
    rows: tuple[list[tuple[bytes, int]], list[tuple[bytes, int]]],
) -> None:
    assert digest(rows[0]) == digest(rows[1])
    assert len(digest(rows[0])) == DIGEST_BYTES


@given(before=rows, after=rows)
def test_a_digest_kept_row_by_row_is_the_digest_of_all_rows(
    before: dict[bytes, int], after: dict[bytes, int]
) -> None:
    kept = moved(
        digest(before.items()),
        add=sum(row_hash(*row) for row in after.items()),
        remove=sum(row_hash(*row) for row in before.items()),
    )
    assert kept == digest(after.items())


@given(rows=rows.filter(bool), data=st.data())
def test_any_other_version_any_missing_and_any_doubled_row_shows(
    rows: dict[bytes, int], data: st.DataObject
) -> None:
    whole = digest(rows.items())
    row_id = data.draw(st.sampled_from(sorted(rows)))
    assert digest({**rows, row_id: rows[row_id] + 1}.items()) != whole
    assert digest((key, version) for key, version in rows.items() if key != row_id) != whole
    assert digest([*rows.items(), (row_id, rows[row_id])]) != whole
    assert digest([*rows.items(), *[(row_id, rows[row_id])] * 2]) != whole


@given(digest_=st.binary(min_size=16, max_size=16), value=st.integers(0, (1 << 128) - 1))
def test_what_was_brought_in_can_be_taken_out(digest_: bytes, value: int) -> None:
    assert moved(moved(digest_, add=value, remove=0), add=0, remove=value) == digest_
