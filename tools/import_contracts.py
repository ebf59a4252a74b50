"""The import contract that import-linter lacks: a room may import this, and nothing else of ours.

The table "Who may import whom" in the architecture says for most rooms what they *may* import. Written as
prohibitions it would have to name every other room, and a new one would be free by default. `pyproject.toml`
registers this contract under the type `may_only_import`:

    [[tool.importlinter.contracts]]
    name = "The changeset knows nothing of the subjects"
    type = "may_only_import"
    source_modules = ["crm.changes"]
    allowed_modules = ["crm.ids", "crm.clock", "crm.errors"]
    allowed_packages = ["sqlalchemy", "msgspec"]

A name always stands for the module and all below it, and a room may import itself. Only direct imports are looked
at: what an allowed room imports is that room's own contract. Without `allowed_packages` the outside is not looked at;
with it, only the packages named and the standard library are left.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from importlinter import Contract, ContractCheck, fields, output

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grimp import ImportGraph
    from importlinter.domain.imports import Module


@dataclass(frozen=True, order=True)
class WrongImport:
    """One import that the contract does not allow."""

    importer: str
    imported: str
    lines: tuple[int, ...]


class MayOnlyImport(Contract):
    """Rooms import, of our own code, nothing but what is named.

    Options:
        source_modules: the rooms held to the contract. Each must exist.
        allowed_modules: what they may import of ours besides themselves.
        allowed_packages: top-level packages of others that they may import (default: any).
    """

    type_name = "may_only_import"

    source_modules = fields.ListField(subfield=fields.ModuleField())
    allowed_modules = fields.ListField(subfield=fields.ModuleField(), required=False)
    allowed_packages = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every direct import of the rooms."""
        # On the class these are fields; on a contract they hold what was read, or None.
        rooms = cast("list[Module]", self.source_modules)
        allowed = cast("list[Module] | None", self.allowed_modules)
        packages = cast("list[str] | None", self.allowed_packages)
        wrong = []
        for room in names(rooms):
            if room not in graph.modules:
                raise ValueError(f"The room {room} does not exist.")
            for importer in sorted({room} | graph.find_descendants(room)):
                for imported in graph.find_modules_directly_imported_by(importer):
                    if graph.is_module_squashed(imported):
                        top = imported.partition(".")[0]
                        fine = packages is None or top in packages or top in sys.stdlib_module_names
                    else:
                        fine = any(is_within(imported, place) for place in (room, *names(allowed or [])))
                    if not fine:
                        details = graph.get_import_details(importer=importer, imported=imported)
                        lines = tuple(sorted({detail["line_number"] for detail in details}))
                        wrong.append(WrongImport(importer, imported, lines))
        return ContractCheck(kept=not wrong, metadata={"wrong": sorted(wrong)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each wrong import and its lines."""
        for wrong in check.metadata["wrong"]:
            lines = ", ".join(f"l.{line}" for line in wrong.lines)
            output.print_error(
                f"{wrong.importer} is not allowed to import {wrong.imported} ({lines})", bold=False
            )
        output.new_line()


def names(modules: Iterable[Module]) -> list[str]:
    """The dotted names of modules."""
    return [module.name for module in modules]


def is_within(module: str, room: str) -> bool:
    """Whether a module is the room or lies in it."""
    return module == room or module.startswith(room + ".")
