"""What comes next in an upgrade, also after a power cut. Pure.

    kept -> installing -> checking -> done
               |             |
               +-------------+--> going-back -> done

Before each step it is on disk that the step is begun, so that after a power cut it is known what may be half done.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum


class Step(StrEnum):
    """What is being done."""

    INSTALLING = "installing"  # dpkg may have exchanged nothing, half or all of the program
    CHECKING = "checking"  # the new version is there whole
    GOING_BACK = "going-back"  # the new version does not do; the old one is put back


#: An install that has been begun so often is not tried again: perhaps it is what brings the machine down.
TRIES = 2


class PlanError(ValueError):
    """The note on an upgrade cannot be read; the text says what to do."""


@dataclass(frozen=True)
class Plan:
    """One upgrade. ``old``, ``new``: paths of packages; ``passed``: the self-test, ``units``: ran, before."""

    old: str
    old_version: str
    new: str
    new_version: str
    passed: bool
    units: tuple[str, ...]
    step: Step = Step.INSTALLING
    tries: int = 1

    def to(self, step: Step) -> Plan:
        """The same upgrade at another step."""
        return replace(self, step=step, tries=1)


def resumed(plan: Plan) -> Plan:
    """Where to go on after an interruption."""
    if plan.step is Step.GOING_BACK:
        return replace(plan, tries=plan.tries + 1)  # there is nothing else that could be done
    if plan.tries >= TRIES:
        return plan.to(Step.GOING_BACK)
    return replace(plan, tries=plan.tries + 1)


def encode(plan: Plan) -> str:
    """For the disk."""
    return json.dumps(asdict(plan), ensure_ascii=False, indent=1)


def decode(text: str) -> Plan:
    """From the disk. Raises :class:`PlanError`."""
    try:
        fields = json.loads(text)
        fields["step"] = Step(fields["step"])
        fields["units"] = tuple(fields["units"])
        return Plan(**fields)
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError(
            f"the note on the upgrade cannot be read ({error}): delete it, and upgrade again"
        ) from error
