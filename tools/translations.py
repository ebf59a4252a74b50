"""The Linguist files: find the texts in the code, say which are not translated, take translations, compile.

    python -m tools.translations update            texts that are new, changed or gone (`make translations`)
    python -m tools.translations check             which texts have no translation; exit code 1 when there are any
    python -m tools.translations fill FILE         take translations: lines of `source TAB translation`, or JSON
    python -m tools.translations compile           roundsman_<language>.qm, as the build and the program do

Each part of the program has its own files, ``<part>.<language>.ts``: ``window`` for kit, widgets and shell, and one for each
folder of ``desktop/widgets`` and ``desktop/screens``. English has only the plural forms: its texts stand in the code.
"""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from desktop.kit.language import LANGUAGES, linguist, release, sources
from desktop.kit.resources import resource

ROOT: Final = Path(__file__).resolve().parents[1]
PLURAL_ONLY: Final = frozenset({"en"})
WINDOW: Final = "window"


@dataclass(frozen=True)
class Part:
    """A part of the program with Linguist files of its own, and the code it speaks in."""

    name: str
    code: tuple[Path, ...]

    def file(self, language: str) -> Path:
        """Its Linguist file."""
        return resource("translations", f"{self.name}.{language}.ts")


@dataclass(frozen=True)
class Missing:
    """A text without a translation."""

    file: str
    context: str
    source: str


def parts() -> list[Part]:
    """Every part that has any code."""
    desktop = ROOT / "desktop"
    rooms = [path for room in ("kit", "shell") for path in (desktop / room).rglob("*.py")]
    rooms += (desktop / "widgets").glob("*.py")
    found = [Part(WINDOW, tuple(sorted([*rooms, *desktop.glob("*.py")])))]
    folders = [*sorted((desktop / "widgets").iterdir()), *sorted((desktop / "screens").iterdir())]
    for folder in [desktop / "documents", *folders]:
        code = tuple(sorted(folder.rglob("*.py"))) if folder.is_dir() else ()
        if code:
            found.append(Part(folder.name, code))
    return found


def update(only: Sequence[str] = ()) -> None:
    """Put the texts of the code into the Linguist files; what is gone from the code is dropped."""
    resource("translations").mkdir(parents=True, exist_ok=True)
    for part in parts():
        if only and part.name not in only:
            continue
        for language in LANGUAGES:
            _lupdate(part.code, part.file(language), plural_only=language in PLURAL_ONLY)


def _lupdate(code: Sequence[Path], target: Path, *, plural_only: bool) -> None:
    command = [str(linguist("lupdate")), "-silent", "-no-obsolete", "-locations", "none", "-sort-messages"]
    command += ["-disable-heuristic", "similartext", *(["-pluralonly"] if plural_only else [])]
    with tempfile.TemporaryDirectory() as name:
        copies = []
        for number, path in enumerate(code):
            copy = Path(name) / f"{number:04}_{path.name}"
            copy.write_text(for_lupdate(path.read_text(encoding="utf-8")), encoding="utf-8")
            copies.append(str(copy))
        subprocess.run([*command, *copies, "-ts", str(target)], check=True)
    if plural_only and not list(_messages(ET.parse(target))):  # noqa: S314 - our own file
        target.unlink()


def for_lupdate(code: str) -> str:
    """Code as lupdate reads it rightly: the number in ``translate(context, text, "", number)`` becomes a plain one.

    That of Qt 6.11 takes a name there for an encoding, and leaves out the text when it is neither name nor number.
    """
    lines = code.encode().splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    numbers = [
        node.args[3]
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and len(node.args) == 4 and _called(node.func) == "translate"
    ]
    whole = b"".join(lines)
    for number in sorted(numbers, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        assert number.end_lineno is not None
        assert number.end_col_offset is not None
        begin = starts[number.lineno - 1] + number.col_offset
        end = starts[number.end_lineno - 1] + number.end_col_offset
        whole = whole[:begin] + b"-1" + whole[end:]
    return whole.decode()


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def missing() -> list[Missing]:
    """Every text without a finished translation, in the files as they are."""
    found = []
    for language in LANGUAGES:
        for file in sources(language):
            for context, message in _messages(ET.parse(file)):  # noqa: S314 - our own file
                if not _is_finished(message):
                    found.append(Missing(file.name, context, message.findtext("source") or ""))
    return found


def stale() -> list[str]:
    """Linguist files that do not have what the code says."""
    import shutil

    found = []
    with tempfile.TemporaryDirectory() as name:
        for part in parts():
            for language in LANGUAGES:
                here, copy = part.file(language), Path(name) / part.file(language).name
                if here.exists():
                    shutil.copy(here, copy)
                _lupdate(part.code, copy, plural_only=language in PLURAL_ONLY)
                now = copy.read_bytes() if copy.exists() else b""
                if now != (here.read_bytes() if here.exists() else b""):
                    found.append(here.name)
    known = {part.file(language).name for part in parts() for language in LANGUAGES}
    found += [file.name for language in LANGUAGES for file in sources(language) if file.name not in known]
    return found


def fill(translations: Mapping[str, str | Sequence[str]], language: str, only: Sequence[str] = ()) -> int:
    """Translate unfinished texts by ``context/source`` or by source; a list is the plural forms. How many were taken."""
    taken = 0
    for file in sources(language):
        if only and file.name.split(".")[0] not in only:
            continue
        tree = ET.parse(file)  # noqa: S314 - our own file
        changed = 0
        for context, message in _messages(tree):
            source = message.findtext("source") or ""
            wanted = translations.get(f"{context}/{source}", translations.get(source))
            target = message.find("translation")
            if wanted is None or target is None or _is_finished(message):
                continue
            target.attrib.pop("type", None)
            forms = target.findall("numerusform")
            if forms:
                words = [wanted] if isinstance(wanted, str) else list(wanted)
                for form, word in zip(forms, words, strict=True):
                    form.text = word
            else:
                target.text = wanted if isinstance(wanted, str) else wanted[0]
            changed += 1
        if changed:
            _write(tree, file)
            taken += changed
    return taken


def compile_all() -> list[Path]:
    """Compile every language; gives the files."""
    made = []
    for language in LANGUAGES:
        files = sources(language)
        target = resource("translations", f"roundsman_{language}.qm")
        release(files, target)
        made.append(target)
    return made


def _messages(tree: ET.ElementTree[ET.Element]) -> Iterator[tuple[str, ET.Element]]:
    for context in tree.iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name") or "", message


def _is_finished(message: ET.Element) -> bool:
    translation = message.find("translation")
    if translation is None or translation.get("type") == "unfinished":
        return False
    forms = translation.findall("numerusform")
    return all(form.text for form in forms) if forms else bool(translation.text)


def _write(tree: ET.ElementTree[ET.Element], file: Path) -> None:
    body = ET.tostring(tree.getroot(), encoding="unicode", short_empty_elements=False)
    file.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def _read(path: Path) -> dict[str, str | list[str]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        found: dict[str, str | list[str]] = json.loads(text)
        return found
    lines = (line.partition("\t") for line in text.splitlines() if "\t" in line)
    return {source: translation for source, _, translation in lines}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.translations", description=__doc__)
    parser.add_argument("what", choices=["update", "check", "fill", "compile"])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--language", default="zh_CN")
    parser.add_argument("--part", action="append", default=[], help="only this part's files")
    options = parser.parse_args(arguments)
    if options.what == "update":
        update(options.part)
    elif options.what == "compile":
        compile_all()
    elif options.what == "fill":
        if options.file is None:
            parser.error("fill needs a file")
        print(f"{fill(_read(options.file), options.language, options.part)} taken")
        update(options.part)
    left = missing()
    for text in left:
        print(f"{text.file}: {text.context}: {text.source}")
    return 1 if left and options.what == "check" else 0


if __name__ == "__main__":
    sys.exit(main())
