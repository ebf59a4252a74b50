"""Whether something was typed with one slip: a character wrong, missing, too many, or two of them swapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

SHORTEST_LETTERS: Final = 4
SHORTEST_CHINESE: Final = 3
"""With fewer characters, one slip makes anything of anything."""
LONGEST_SYLLABLE: Final = 6


def is_near(typed: str, text: str) -> bool:
    """Whether some part of ``text`` is ``typed`` with at most one slip (Sellers' search with swaps)."""
    before_last: list[int] = []
    last = [0] * (len(text) + 1)
    for row, letter in enumerate(typed, start=1):
        current = [row]
        for column, other in enumerate(text, start=1):
            cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (letter != other))
            if (
                row > 1
                and column > 1
                and letter == text[column - 2]
                and typed[row - 2] == other
                and letter != other
            ):
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        if min(current) > 1:
            return False
        before_last, last = last, current
    return min(last) <= 1


def around_slips(typed: str) -> Iterator[tuple[str, list[str]]]:
    """What stands before and after each place where the slip may be: one beginning, and the ends of which one follows.

    An end may be that of the next syllable, because sounds are kept from the beginning of each.
    """
    size = len(typed)
    for at in range(size):
        ends = [typed[start:] for start in range(at + 1, min(at + LONGEST_SYLLABLE + 1, size - 1))]
        yield typed[:at], ends
