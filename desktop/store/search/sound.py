"""How Chinese text sounds: one syllable of pinyin per character, without tones.

The readings are those of `pypinyin`; its own way of joining them takes 230 µs for a name of ten characters, this one
about 10 (measured 2026-11), and the index reads every name once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

LONGEST_PHRASE: Final = 4
"""Longer phrases are sayings; they do not occur in names."""


def is_han(character: str) -> bool:
    """Whether a character is a Chinese one."""
    return "\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf" or character >= "\U00020000"


def syllables(text: str) -> list[str]:
    """The syllable of each character of ``text``; a character without one stands for itself.

    A phrase decides between several readings of a character: 重庆 is chong qing.
    """
    singles, phrases = _readings()
    found: list[str] = []
    at = 0
    while at < len(text):
        for length in range(min(LONGEST_PHRASE, len(text) - at), 1, -1):
            phrase = phrases.get(text[at : at + length])
            if phrase is not None and len(phrase) == length:
                found += [plain(readings[0]) for readings in phrase]
                at += length
                break
        else:
            found.append(_single(text[at], singles))
            at += 1
    return found


@lru_cache(maxsize=4096)
def plain(syllable: str) -> str:
    """A syllable without its tone; ü is written v, as it is typed."""
    parts = unicodedata.normalize("NFD", syllable.lower()).replace("u\u0308", "v")
    return "".join(part for part in parts if part.isascii() and part.isalpha())


def _single(character: str, singles: Mapping[int, str]) -> str:
    readings = singles.get(ord(character), "")
    return plain(readings.partition(",")[0]) or character


@cache
def _readings() -> tuple[Mapping[int, str], Mapping[str, list[list[str]]]]:
    # Read when the first name is: the tables take a tenth of a second to load.
    from pypinyin.phrases_dict import phrases_dict
    from pypinyin.pinyin_dict import pinyin_dict

    return pinyin_dict, phrases_dict
