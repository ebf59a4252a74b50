"""What can go wrong with the local copy (codes 4200 to 4299).

LocalFault
└── StoreFault
    ├── ChangeUnknown   4201
    ├── ChangeSent      4202
    └── UnfitPage       4203
"""

from __future__ import annotations

from typing import ClassVar

from crm.errors import Detail, LocalFault


class StoreFault(LocalFault):
    """Base of the local copy's errors; each kind has one number and one sentence."""

    number: ClassVar[int] = 4200
    text: ClassVar[str] = "The local copy cannot do that."

    def __init__(self, **details: Detail) -> None:
        super().__init__(self.number, self.text, **details)


class ChangeUnknown(StoreFault):
    """The journal holds no such changeset."""

    number = 4201
    text = "This change is not in the journal of this laptop."


class ChangeSent(StoreFault):
    """The changeset has a number: the office may hold it already, so it cannot be taken back here."""

    number = 4202
    text = "This change is on its way to the office and can no longer be taken back. Nothing was changed."


class UnfitPage(StoreFault):
    """A page does not continue the checkpoint that the local copy stands in; it was not used."""

    number = 4203
    text = "A page of another checkpoint came. It was not used; the next round asks again."
