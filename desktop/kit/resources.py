"""Where the files lie that come with the program: beside the code, installed, or in the folder of a built program."""

from __future__ import annotations

from pathlib import Path
from typing import Final

RESOURCES: Final = Path(__file__).resolve().parents[2] / "resources"


def resource(*parts: str) -> Path:
    """A file of ``resources``."""
    return RESOURCES.joinpath(*parts)
