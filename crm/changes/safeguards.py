"""Switches for the tests of the tests: each safeguard of the protocol can be turned off to see that its loss is noticed.

Nothing but tests passes anything else than `ALL`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Safeguards:
    """Which safeguards are on.

    ``change_id``: the office answers a known changeset with its stored outcome. ``receipt``: the laptop drops a
    waiting changeset only when a page's receipt names it, not when the push is answered. ``cursor``: the cursor is
    saved in the transaction that folds the rows. ``seal``: the office compares the sealed document with the merged
    rows. ``barrier``: an exception of one changeset is that changeset's outcome.
    """

    change_id: bool = True
    receipt: bool = True
    cursor: bool = True
    seal: bool = True
    barrier: bool = True


ALL: Final = Safeguards()
