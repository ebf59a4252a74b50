"""What the rules of every subject share: a base that wants and derives nothing, and how a finding becomes an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from sqlalchemy import inspect

from crm.changes.entity import Replicated, Row, Wire, to_wire
from crm.changes.view import Change, Finding, Key, Rules, View, Want
from crm.errors import RuleBroken


class PlainRules(Rules):
    """Rules of a single row: judged, and nothing else read or derived unless a subject says so."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        """Nothing."""
        yield from ()

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        """Nothing."""
        return {}

    def judge(self, view: View, change: Change) -> Iterable[Finding]:
        """Nothing is wrong."""
        return ()


def reject(code: int, text: str, **details: int | str | bool | None) -> Finding:
    """A finding that undoes the whole changeset."""
    return Finding("reject", code, text, details)


def row_of(entity: Replicated) -> Row:
    """A mapped object as the rules see it: every column that has a wire form, with its stored value."""
    return {
        attribute.key: to_wire(getattr(entity, attribute.key))
        for attribute in inspect(type(entity)).column_attrs
    }


def enforce(findings: Iterable[Finding]) -> None:
    """Nothing when no finding forbids the change; looks pass.

    :raises RuleBroken: the first finding that rejects or conflicts, with its code.
    """
    for finding in findings:
        if finding.kind != "look":
            raise RuleBroken(cast(int, finding.code), finding.text, **finding.details)
