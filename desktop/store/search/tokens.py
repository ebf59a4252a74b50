"""Text as the index keeps it: words, pairs of characters, sounds, numbers and codes.

Everything that can be found is a word of the index or the beginning of one:

- A run of Chinese characters becomes its pairs, and the last character alone: two characters are a word, one is the
  beginning of one, more are a phrase.
- Its sound becomes the initials and the pinyin from each character on: whatever part of a name is typed is the
  beginning of one of them.
- A number becomes its digits from each digit on, six at most; a code is whole from each of its parts on, without its
  separators.
- Another word stands for itself, and in `sounds` its ends for what is typed from its middle.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from desktop.store.search.sound import is_han, syllables

LONGEST_SOUND: Final = 6
"""Letters that are kept from each character on: no syllable has more, so whatever is longer is several of these. With 18
letters there were so many different sounds that looking up six took 170 ms among 100,000 names (measured 2026-11)."""
SHORTEST_NUMBER: Final = 3
SHORTEST_END: Final = 3
NUMBER: Final = "\ue000"
"""Stands before the digits of a phone number: half the numbers of a country begin alike, and who looks for a name or a code
that begins with these digits must not look through them all.
"""
LONGEST_NUMBER: Final = 6
"""Digits that are kept from each digit on; whatever is longer is several of these. Numbers that all begin alike (those of a
house, of a city) would else make thousands of words with one beginning, and looking one up took a second (measured 2026-11).
"""

_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Text as it is compared: full width as half, small letters, without accents."""
    flat = unicodedata.normalize("NFKD", text)
    if flat.isascii():
        return flat.lower()
    return "".join(character for character in flat if not unicodedata.combining(character)).casefold()


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The words of folded text and whether they are Chinese; a word never mixes both."""
    for match in _WORD.finditer(text):
        word = match[0]
        start = 0
        for at in range(1, len(word) + 1):
            if at == len(word) or is_han(word[at]) != is_han(word[start]):
                yield word[start:at], is_han(word[start])
                start = at


def words(text: str) -> list[str]:
    """The words of a name or a place, in its order."""
    found: list[str] = []
    for run, is_chinese in runs(folded(text)):
        if is_chinese:
            found += [run[at : at + 2] for at in range(len(run))]
        else:
            found.append(run)
    return found


def sounds(text: str) -> list[str]:
    """Initials and pinyin of the Chinese runs from each character on, and the ends of other words."""
    found: list[str] = []
    for run, is_chinese in runs(folded(text)):
        if is_chinese:
            spoken = syllables(run)
            initials = "".join(syllable[0] for syllable in spoken)
            for at in range(len(spoken)):
                found.append(initials[at : at + LONGEST_SOUND])
                found.append("".join(spoken[at : at + LONGEST_SOUND])[:LONGEST_SOUND])
        elif not run.isdigit():
            found += [run[at:] for at in range(1, len(run) - SHORTEST_END + 1)]
    return found


def digits(text: str) -> str:
    """The digits of a phone number, without the country's prefix."""
    found = "".join(character for character in folded(text) if character.isdecimal())
    for prefix in ("0086", "86"):
        if len(found) >= 11 + len(prefix) and found.startswith(prefix):
            return found[len(prefix) :]
    return found


def numbers(text: str) -> list[str]:
    """The digits of a phone number from each digit on."""
    whole = digits(text)
    return [NUMBER + whole[at : at + LONGEST_NUMBER] for at in range(len(whole) - SHORTEST_NUMBER + 1)]


def squeezed(text: str) -> str:
    """A code without its separators."""
    return "".join(character for character in folded(text) if character.isalnum())


def codes(text: str) -> list[str]:
    """A code from each of its parts on, and from each digit of the last part that is not 0."""
    parts = [match[0] for match in _WORD.finditer(folded(text))]
    found = ["".join(parts[at:]) for at in range(len(parts))]
    if parts and (rest := parts[-1].lstrip("0")) and rest != parts[-1]:
        found.append(rest)
    return found
