"""A document that cannot be merged becomes a conflict as a whole, with everything that came in its changeset."""

from __future__ import annotations

from typing import cast

from crm.changes.decision import DOCUMENT_STAMP, Decision, Lost, reaching, read_stamps
from crm.changes.entity import Row, Schema
from crm.changes.ops import Changeset, Op
from crm.changes.policies import Rule
from crm.changes.view import Overlay


class DocumentConflictError(Exception):
    """The whole changeset becomes a conflict about one document."""

    def __init__(self, root: Row, table: str, rule: Rule, code: int, text: str) -> None:
        super().__init__(text)
        self.root = root
        self.table = table
        self.rule = rule
        self.code = code
        self.text = text


def document_conflict(
    schema: Schema, view: Overlay, layer: Overlay, changeset: Changeset, conflict: DocumentConflictError
) -> Decision:
    """The whole changeset as a conflict; one for each unit that it touches, because each has its own readers."""
    stamp = read_stamps(conflict.root).get("deleted" if conflict.rule is Rule.DEAD else DOCUMENT_STAMP)
    about = cast(bytes, conflict.root["unit"])
    ops: dict[bytes, list[Op]] = {about: []}
    for op in changeset.ops:
        row = layer.get(op.table, op.id)
        assert row is not None
        ops.setdefault(cast(bytes, row["unit"]), []).append(op)
    if any(view.standing(unit) is None for unit in ops):
        # A unit was to be born with this very changeset: there is nothing to keep a conflict in.
        return Decision("rejected", conflict.code, conflict.text)
    decision = Decision("conflict", conflict.code, conflict.text)
    for unit, some in ops.items():
        known = {op.id: view.get(op.table, op.id) for op in some}
        decision.lost.append(
            Lost(
                table=conflict.table if unit == about else some[0].table,
                row_id=cast(bytes, conflict.root["id"]) if unit == about else some[0].id,
                unit=unit,
                fields=(DOCUMENT_STAMP,),
                rule=conflict.rule,
                open=True,
                base={},
                mine={
                    "intent": changeset.intent,
                    "ops": [
                        [op.table, op.id, op.kind, op.base, reaching(schema[op.table], op.fields)]
                        for op in some
                    ],
                },
                theirs={
                    "rows": [
                        [
                            op.table,
                            op.id,
                            reaching(
                                schema[op.table], {name: (known[op.id] or {}).get(name) for name in op.fields}
                            ),
                        ]
                        for op in some
                        if known[op.id] is not None
                    ]
                },
                theirs_by=stamp.by if stamp else cast("bytes | None", conflict.root["changed_by"]),
                theirs_stamp=stamp.stamp if stamp else 0,
                code=conflict.code,
                text=conflict.text,
            )
        )
    return decision
