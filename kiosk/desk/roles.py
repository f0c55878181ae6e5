"""Who may do what at a desk. Pure."""

from __future__ import annotations

from enum import StrEnum

FIRST = "admin"  # the person of a desk that has none yet


class Role(StrEnum):
    """What a person is in the hall."""

    AGENT = "agent"  # 坐席
    VOLUNTEER = "volunteer"  # 志愿者: walks over, but sees no word that a customer said
    SUPERVISOR = "supervisor"  # 主管
    TECHNICIAN = "technician"  # 技术员
    AUDITOR = "auditor"  # 审计员
    ADMIN = "admin"  # 管理员


class Right(StrEnum):
    """What may be allowed to a role."""

    CALLS = "calls"  # sees the hall's calls and terminals
    ANSWER = "answer"  # goes on duty and takes calls
    VIDEO = "video"  # takes them by video
    WORDS = "words"  # sees what customers said and typed
    SUPERVISE = "supervise"  # breaks into a call, ends it for another, hands it to anybody
    CASES = "cases"  # works on complaints
    REPORT = "report"  # reads figures and the timeline of a call
    LEDGER = "ledger"  # verifies and exports the record
    CONTENT = "content"  # teaches the terminals sentences
    SKILLS = "skills"  # sees who is who, and says what they can do
    PEOPLE = "people"  # adds, changes and removes people


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.AGENT: frozenset({Right.CALLS, Right.ANSWER, Right.VIDEO, Right.WORDS, Right.CASES}),
    Role.VOLUNTEER: frozenset({Right.CALLS, Right.ANSWER}),
    Role.SUPERVISOR: frozenset(Right) - {Right.PEOPLE},
    Role.TECHNICIAN: frozenset({Right.CALLS}),
    Role.AUDITOR: frozenset({Right.REPORT, Right.LEDGER, Right.WORDS}),
    # Whoever may make accounts can make any; to see a customer's words takes a second one, and leaves a trace.
    Role.ADMIN: frozenset({Right.CALLS, Right.SKILLS, Right.PEOPLE}),
}


def may(role: Role, right: Right) -> bool:
    """Whether a person of this role has the right."""
    return right in RIGHTS[role]
