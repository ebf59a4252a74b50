"""Reads typed values out of TOML and remembers everything that is wrong with them, each with its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Table:
    """A table of a map at a place that people can find again.

    What is read through it and is missing or of another kind becomes a problem in the list that all tables of a map
    share; the caller goes on with what it got instead. Keys that nobody asked for are a problem too, see `end`.
    """

    def __init__(self, given: Mapping[str, object], place: str, problems: list[str]) -> None:
        self._given = given
        self._asked: set[str] = set()
        self.place = place
        self.problems = problems

    def __contains__(self, key: str) -> bool:
        return key in self._given

    def say(self, problem: str) -> None:
        """Something is wrong here."""
        self.problems.append(f"{self.place}: {problem}" if self.place else problem)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there and not be empty."""
        value = self._take(key, str, "a text", "" if default is None else default, needed=default is None)
        if default is None and key in self._given and value == "":
            self.say(f"{key} is empty.")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """``true`` or ``false``."""
        return self._take(key, bool, "true or false", default)

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts; without a default it must be there and not be empty."""
        found = self._take(key, list, "a list of texts", list(default or ()), needed=default is None)
        if not all(isinstance(one, str) for one in found) or (default is None and key in self and not found):
            self.say(f"{key} must be a list of texts.")
            return tuple(default or ())
        return tuple(found)

    def value(self, key: str) -> object:
        """Whatever stands there, or None."""
        self._asked.add(key)
        return self._given.get(key)

    def table(self, key: str) -> Mapping[str, object]:
        """A table; empty when it is not there."""
        return self._take(key, dict, "a table", {})

    def tables(self, key: str, place: str) -> list[Table]:
        """The tables of an array (``[[key]]``); ``place`` says what one of them is called."""
        found = self._take(key, list, f"a list of tables, written as [[{key}]]", [])
        tables = []
        for number, one in enumerate(found, 1):
            where = f"{place} {number}" if not self.place else f"{self.place}, {place} {number}"
            if isinstance(one, dict):
                tables.append(Table(one, where, self.problems))
            else:
                self.problems.append(f"{where}: this must be a table.")
        return tables

    def keys(self) -> tuple[str, ...]:
        """All keys, in their order; each counts as asked for."""
        self._asked.update(self._given)
        return tuple(self._given)

    def end(self) -> None:
        """Everything was read: what is left is unknown."""
        for key in self._given:
            if key not in self._asked:
                self.say(f"{key} is unknown here; known are {', '.join(sorted(self._asked))}.")

    def _take(self, key: str, kind: type[T], kind_name: str, default: T, *, needed: bool = False) -> T:
        self._asked.add(key)
        if key not in self._given:
            if needed:
                self.say(f"{key} is missing.")
            return default
        value = self._given[key]
        if not isinstance(value, kind):
            self.say(f"{key} must be {kind_name}.")
            return default
        return value
