"""A two-pole button with its cable, as it is simulated: what the contacts return, also with faults. Pure."""

from __future__ import annotations

from enum import StrEnum


class WiringFault(StrEnum):
    """What can be wrong; the names are the words of ``kiosk sim lines``."""

    CUT = "cut"  # the cable is off
    OPEN_NO = "open-no"  # the normally-open contact or its wire does not conduct
    OPEN_NC = "open-nc"
    WELD = "weld"  # the normally-open contact stays closed
    WELD_NC = "weld-nc"
    SWAP = "swap"  # the two contacts' wires are exchanged


class Wiring:
    """``pressed`` and ``faults`` are set from outside. ``loop``: the wire that leads through the cable and back.

    Times and lines are somebody else's: see :mod:`kiosk.button.virtual_lines`, :mod:`kiosk.button.virtual_pins`.
    """

    def __init__(self, *, loop: bool = False) -> None:
        self.pressed = False
        self.faults: set[WiringFault] = set()
        self._loop = loop

    def returns(self) -> tuple[bool, bool, bool]:
        """Whether the normally-open contact, the normally-closed one and the loop return their voltage."""
        faults = self.faults
        if WiringFault.CUT in faults:
            return False, False, False
        no = (self.pressed or WiringFault.WELD in faults) and WiringFault.OPEN_NO not in faults
        nc = (not self.pressed or WiringFault.WELD_NC in faults) and WiringFault.OPEN_NC not in faults
        if WiringFault.SWAP in faults:
            no, nc = nc, no
        return no, nc, self._loop
