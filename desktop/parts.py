"""What this program is made of: our own licence and those of the packages it needs, from what is installed with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution
from typing import Final

OURS: Final = "roundsman"
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA: Final = re.compile(r"extra\s*==\s*['\"]desktop['\"]")
_LICENCE_FILE: Final = re.compile(r"(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A package: its name, version, and licence in a word or two."""

    name: str
    version: str
    licence: str

    def text(self) -> str:
        """The licence in full, as far as the package brings it; empty when it brings none."""
        found = distribution(self.name)
        texts = []
        for file in sorted(found.files or [], key=str):
            if _LICENCE_FILE.search(str(file)) and ".dist-info" in str(file):
                try:
                    texts.append(file.read_text(encoding="utf-8").strip())
                except (OSError, UnicodeDecodeError):
                    continue
        return "\n\n".join(texts)


def names() -> list[str]:
    """The packages this program needs and that are installed, ours first, then in order of the alphabet."""
    found = {OURS}
    todo = [OURS]
    while todo:
        new = set(_needed(todo.pop())) - found
        found |= new
        todo += new
    return [OURS, *sorted(found - {OURS})]


def parts() -> list[Part]:
    """Every part, in the order of `names`."""
    return [_part(distribution(name)) for name in names()]


def _needed(name: str) -> Iterator[str]:
    for line in distribution(name).requires or []:
        requirement, _, marker = line.partition(";")
        if "extra" in marker and not (name == OURS and _EXTRA.search(marker)):
            continue
        begin = _NAME.match(requirement)
        needed = re.sub(r"[-_.]+", "-", begin.group()).lower() if begin else ""
        try:
            distribution(needed)
        except (PackageNotFoundError, ValueError):
            continue  # for another system
        yield needed


def _part(found: Distribution) -> Part:
    meta = found.metadata
    licence = _first(meta, "License-Expression")
    if not licence:
        classifiers = [line for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
        licence = ", ".join(line.rpartition(" :: ")[2] for line in classifiers)
    if not licence or licence == "OSI Approved":
        licence = _first(meta, "License").partition("\n")[0].strip()
    return Part(meta["Name"], found.version, licence)


def _first(meta: PackageMetadata, name: str) -> str:
    found = meta.get_all(name) or [""]
    return str(found[0])
