"""What the technician is told about faulty wires of a button with two contacts. The same for every driver."""

from __future__ import annotations

from msgspec import Struct

_AFTER = "Replace it, then press once: a good press ends this fault."


class Wires(Struct, frozen=True):
    """What the technician calls the parts; each method gives a sentence with what is wrong and what to do."""

    where: str  # the port or the header
    no: str  # the way of the normally-open contact, such as "RTS to CTS"
    nc: str

    def cut(self) -> str:
        return (
            f"Nothing comes back from the button on {self.where}: check the plug and the cable. If a "
            f"press still calls, it is only the normally-closed contact or its wire ({self.nc})."
        )

    def no_open(self) -> str:
        return (
            f"A press of the button on {self.where} was seen by one contact only, or its cable is loose: "
            f"check the normally-open contact, its wire ({self.no}) and the plug. Then press once: a good "
            "press ends this fault."
        )

    def nc_open(self) -> str:
        return (
            f"The normally-closed contact of the button on {self.where} does not close: check the "
            f"contact and its wire ({self.nc}). Presses still call."
        )

    def swapped(self) -> str:
        return (
            f"The button on {self.where} is down and was never up: exchange the wires of its two "
            f"contacts ({self.no}, {self.nc}), unless somebody holds it down. It calls when it is let go."
        )

    def sticks(self) -> str:
        """Both contacts are closed after a press."""
        return self._both(f"the normally-open one ({self.no}) sticks or has a short circuit")

    def not_opened(self) -> str:
        """Both contacts are closed, and the normally-closed one has not opened."""
        return self._both(
            f"the normally-closed one ({self.nc}) sticks, or the normally-open one ({self.no}) has a short circuit"
        )

    def welded(self) -> str:
        """Both contacts are closed, and how it came is not known."""
        return self._both(f"one of them sticks, or the normally-open one ({self.no}) has a short circuit")

    def _both(self, why: str) -> str:
        return f"Both contacts of the button on {self.where} are closed: {why}. {_AFTER}"
