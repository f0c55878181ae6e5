"""Whether what was heard calls a person: its text, or what else it may have been. Pure; only for final results."""

from __future__ import annotations

from kiosk.dialogue.person import asks_person
from kiosk.voice.heard import Heard

#: An alternative counts from this share of the likelihood on.
LEAST_SHARE = 0.2
#: The same where the text has 员工: measured, 人工 is no alternative at all to an 员工 that was said.
LEAST_MISHEARD = 0.02


def calls(heard: Heard) -> str:
    """The words that call a person, in the text or in an alternative that is likely enough; empty: none."""
    if words := asks_person(heard.text):
        return words
    likely = surely = 0.0
    found = ""
    for text, share in zip(heard.alternatives, heard.shares[1:], strict=True):
        if words := asks_person(text):
            likely += share
            surely += share if "人工" in text else 0.0
            found = found or words
    return found if likely >= LEAST_SHARE or ("员工" in heard.text and surely >= LEAST_MISHEARD) else ""
