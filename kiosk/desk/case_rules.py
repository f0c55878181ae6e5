"""What may be done with a complaint, and by when. Pure; times are wall-clock milliseconds since 1970."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from kiosk.config import Complaints
from kiosk.messages import MAX_TEXT, Count, Id, Text

_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000
#: What has to say something.
Words = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT, pattern=r"\S")]


class CaseState(StrEnum):
    """Where a complaint stands."""

    NEW = "new"
    WORKING = "working"  # somebody has it
    ANSWERED = "answered"  # the customer has been told something
    CLOSED = "closed"
    REOPENED = "reopened"  # the answer was not good enough


class What(StrEnum):
    """What an entry says was done."""

    COMPLAINED = "complained"  # by the customer, at a terminal
    OPENED = "opened"  # by staff, for a customer
    ASSIGNED = "assigned"
    NOTE = "note"
    REPLIED = "replied"
    CLOSED = "closed"
    REOPENED = "reopened"


class How(StrEnum):
    """How the customer was told."""

    PHONE = "phone"
    IN_PERSON = "in-person"
    WRITTEN = "written"


class Who(Struct, frozen=True):
    """A person of the hall; of nobody, both are empty."""

    id: str = ""
    name: str = ""


NOBODY = Who()


class Case(Struct, frozen=True):
    """A complaint. ``deadline_ms``: by when the next step is due, the reply or the closing."""

    number: str
    opened_ms: int
    deadline_ms: int
    close_by_ms: int
    kiosk: str = ""  # "": it was made at the desk, and is about no terminal
    call: str = ""
    summary: str = ""
    contact: str = ""
    state: CaseState = CaseState.NEW
    owner: Who = NOBODY
    reply_in_time: bool | None = None  # the first reply; None: there is none yet
    closed_in_time: bool | None = None
    version: int = 1  # one more with each change
    id: int = 0


class Entry(Struct, frozen=True):
    """One line of what was done with a case, and by whom; by nobody: it is the customer's own."""

    at_ms: int
    what: What
    by: Who = NOBODY
    text: str = ""
    how: How | None = None


# --- what an agent asks for ---------------------------------------------------------------------------


class _Act(Struct, frozen=True, tag_field="do"):
    """``version``: of the case as the agent saw it."""

    version: Count


class Assign(_Act, frozen=True, tag="assign"):
    """我来处理, or a colleague is to."""

    to: Id


class Note(_Act, frozen=True, tag="note"):
    """备注."""

    text: Words


class Reply(_Act, frozen=True, tag="reply"):
    """答复: what the customer was told, and how."""

    how: How
    text: Words


class Close(_Act, frozen=True, tag="close"):
    """结案."""

    text: Text = ""


class Reopen(_Act, frozen=True, tag="reopen"):
    """重新处理, and why."""

    text: Words


Act = Assign | Note | Reply | Close | Reopen


class NotNowError(ValueError):
    """The case is not in a state for that; the text says to the agent what comes first."""


class ChangedError(RuntimeError):
    """Somebody else was quicker; the text says to the agent who, and what they did."""


# --- what may follow ----------------------------------------------------------------------------------


def opened(number: str, now_ms: int, terms: Complaints) -> Case:
    """A new case."""
    close_by_ms = now_ms + terms.close_days * _DAY_MS
    return Case(number, now_ms, now_ms + terms.first_reply_hours * _HOUR_MS, close_by_ms)


def done(case: Case, act: Act, by: Who, now_ms: int, terms: Complaints, to: Who = NOBODY) -> tuple[Case, Entry]:
    """The case after an act, and its entry; ``to`` is who an assignment is for. Raises :class:`NotNowError`."""
    state = case.state
    if state is CaseState.CLOSED and isinstance(act, Assign | Reply | Close):
        raise NotNowError("这件投诉已经结案；要接着办，请先点“重新处理”")
    match act:
        case Assign():
            waiting = state in (CaseState.NEW, CaseState.REOPENED)
            after = replace(case, owner=to, state=CaseState.WORKING if waiting else state)
            entry = Entry(now_ms, What.ASSIGNED, by, to.name)
        case Note(text=text):
            after, entry = case, Entry(now_ms, What.NOTE, by, text.strip())
        case Reply(how=how, text=text):
            in_time = now_ms <= case.deadline_ms if case.reply_in_time is None else case.reply_in_time
            after = replace(
                case,
                state=CaseState.ANSWERED,
                owner=case.owner if case.owner.id else by,
                reply_in_time=in_time,
                deadline_ms=case.close_by_ms,
            )
            entry = Entry(now_ms, What.REPLIED, by, text.strip(), how)
        case Close(text=text):
            if state is not CaseState.ANSWERED:
                raise NotNowError("还没有答复客户，不能结案；先点“答复”，写下怎么告诉客户的")
            after = replace(case, state=CaseState.CLOSED, closed_in_time=now_ms <= case.close_by_ms)
            entry = Entry(now_ms, What.CLOSED, by, text.strip())
        case Reopen(text=text):
            if state not in (CaseState.ANSWERED, CaseState.CLOSED):
                raise NotNowError("这件投诉正在处理，不用重新打开")
            after, entry = _again(case, now_ms, terms), Entry(now_ms, What.REOPENED, by, text.strip())
    return replace(after, version=case.version + 1), entry


def complained_again(case: Case, now_ms: int, terms: Complaints) -> Case:
    """The customer has complained once more about the same call: what was answered was not enough."""
    if case.state in (CaseState.ANSWERED, CaseState.CLOSED):
        case = _again(case, now_ms, terms)
    return replace(case, version=case.version + 1)


def overdue(case: Case, now_ms: int) -> bool:
    """Whether the next step is late."""
    return case.state is not CaseState.CLOSED and now_ms > case.deadline_ms


def _again(case: Case, now_ms: int, terms: Complaints) -> Case:
    fresh = opened(case.number, now_ms, terms)
    return replace(
        case,
        state=CaseState.REOPENED,
        deadline_ms=fresh.deadline_ms,
        close_by_ms=fresh.close_by_ms,
        closed_in_time=None,
    )


# --- figures ------------------------------------------------------------------------------------------


class CaseFigures(Struct, frozen=True):
    """Complaints of one owner. A share is of those whose time is over or that are done; None: there are none."""

    owner: Who
    opened: int
    replied_in_time: float | None
    closed_in_time: float | None
    open: int
    overdue: int


def figures(cases: Iterable[Case], now_ms: int) -> list[CaseFigures]:
    """By owner: first the sum, with nobody's name, then each by id; nobody's cases are in the sum only."""
    every = list(cases)
    owners = {case.owner.id: case.owner for case in every if case.owner.id}
    of_each = [(owner, [case for case in every if case.owner.id == id]) for id, owner in sorted(owners.items())]
    return [_figures(owner, theirs, now_ms) for owner, theirs in [(NOBODY, every), *of_each]]


def _figures(owner: Who, cases: list[Case], now_ms: int) -> CaseFigures:
    def judged(done: bool | None, late: bool) -> bool | None:
        return False if done is None and late else done

    return CaseFigures(
        owner,
        opened=len(cases),
        replied_in_time=_share(judged(case.reply_in_time, overdue(case, now_ms)) for case in cases),
        closed_in_time=_share(judged(case.closed_in_time, now_ms > case.close_by_ms) for case in cases),
        open=sum(case.state is not CaseState.CLOSED for case in cases),
        overdue=sum(overdue(case, now_ms) for case in cases),
    )


def _share(judged: Iterable[bool | None]) -> float | None:
    known = [one for one in judged if one is not None]
    return sum(known) / len(known) if known else None
