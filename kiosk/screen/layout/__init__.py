"""Where everything of a scene lies on one panel: a scene in, a flat list of drawn things out. No Kivy here."""

from kiosk.screen.layout.compose import lay_out
from kiosk.screen.layout.items import Box, Ink, Layout, Mark, Place, Words

__all__ = ["Box", "Ink", "Layout", "Mark", "Place", "Words", "lay_out"]
