"""One call told in sentences, event by event. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from kiosk.desk.report.calls import CallRecord, Line, Terms, record, told_at
from kiosk.desk.report.words import CAUSES, OUTCOMES, SERVICES, URGENCIES, seconds
from kiosk.messages import Agent, Cause, Event, Mode, Outcome, Seen, State

#: Kinds that tell of something beside the call's course: they carry no age.
BESIDE = ("rated", "complained", "fault", "recovered", "duty-called", "unreadable", "missed")
#: Kinds whose text is a customer's or an agent's own words.
WORDS = ("opened", "pressed", "handed-over", "assigned", "ended", "complained", "missed")

_URGENT_WHY = {"held": "按住按钮三秒", "pressed three times": "连着按了三次", "asked": "顾客说是急事"}
_RELEASED = {
    "released": "{who}放回了呼叫，重新响铃",
    "agent-gone": "{who}的网页断开了，重新响铃",
    "not-arrived": "{who}没有按时到现场，重新响铃",
    "no-media": "{who}的视频没有接通，重新响铃",
    "media-lost": "{who}的视频断了，重新响铃",
    "pressed-again": "顾客等不及又按了，重新响铃",
}


class Moment(Struct, frozen=True):
    """One event: so long ``after`` the press by the steady clock, at ``clock`` by the wall clock of the kiosk."""

    kind: str
    after: str  # "+3.2 秒"; empty: not known
    clock: str  # "10:42:11"; of another day than the press with the date
    clock_right: bool
    who: str
    what: str
    words: str = ""
    fault: str = ""  # "part: fault" or "part", as the terminal names them; the page has the words for them


class Told(Struct, frozen=True):
    """A whole call."""

    call: CallRecord | None  # none: its beginning has not reached the ledger
    day: str
    head: list[tuple[str, str]]  # what there is to know of it, in pairs
    moments: list[Moment]


def tell(lines: Sequence[Line], terms: Terms, *, words: bool) -> Told:
    """The events as sentences, in their order; without ``words`` nothing that somebody said or wrote."""
    call = record(lines, terms)
    begun = call.local if call else datetime.fromtimestamp(told_at(lines[0])[0] / 1000, terms.zone)
    if call is not None and call.callback and call.agents:  # they began it; the event does not name them
        lines = [_begun_by(call.agents[0], line) for line in lines]
    moments = [_moment(line, begun, terms, words) for line in lines]
    return Told(call, begun.date().isoformat(), _head(call) if call else [], moments)


def _begun_by(agent: Agent, line: Line) -> Line:
    return line._replace(event=replace(line.event, agent=agent)) if line.event.kind == "opened" else line


def _head(call: CallRecord) -> list[tuple[str, str]]:
    ended = f"（{seconds(call.ended_ms)}）" if call.ended_ms is not None else ""
    met = None if call.answered_ms is None or call.arrived_ms is None else call.arrived_ms - call.answered_ms
    pairs = [
        ("编号", call.case),
        ("怎么呼叫的", CAUSES[call.cause]),
        ("急不急", URGENCIES[call.urgency]),
        ("有人接", "" if call.callback else _answered(call)),
        ("从接到见面", seconds(met) if met is not None else "没有"),
        ("结果", OUTCOMES[call.outcome or ""] + ended),
        ("按了几次", str(call.presses)),
        ("响到第几级", str(call.level)),
        ("换手", f"{call.hands} 次"),
        ("评分", f"{call.rating} 分" if call.rating else ""),
        ("事情", SERVICES.get(call.service, call.service) if call.service else ""),
        ("营业时间", "营业时间以外" if call.closed else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def _answered(call: CallRecord) -> str:
    return seconds(call.answered_ms) if call.answered_ms is not None else "没有人接"


def _moment(line: Line, begun: datetime, terms: Terms, words: bool) -> Moment:
    event = line.event
    at_ms, right = told_at(line)
    at = datetime.fromtimestamp(at_ms / 1000, terms.zone)
    return Moment(
        kind=event.kind,
        after="" if event.kind in BESIDE else f"+{seconds(event.age_ms)}",
        clock=f"{at:%H:%M:%S}" if at.date() == begun.date() else f"{at:%m-%d %H:%M:%S}",
        clock_right=right,
        who=_who(event),
        what=_what(event),
        words=event.text if words and event.kind in WORDS else "",
        fault=event.why if event.kind in ("fault", "recovered") else "",
    )


def _who(event: Event) -> str:
    match event.kind:
        case "opened" if event.cause is Cause.CALLBACK:
            return event.agent.name if event.agent else "坐席"
        case "opened" | "pressed" | "urgency" | "satisfied" | "rated" | "complained" | "freeze-asked" | "missed":
            return "顾客"
        case "ended" if event.outcome is Outcome.CUSTOMER:
            return "顾客"
        case "ended" if event.outcome is Outcome.STAFF:
            return "终端旁的工作人员"
        case "assigned" if event.by:
            return event.by.name
        case (
            "skipped" | "opened-by" | "accepted" | "connected" | "released" | "walks" | "ended" | "freeze-received"
        ) if event.agent:
            return event.agent.name
        case "freeze-received" | "freeze-refused":
            return "银行系统"
        case "handed-over":
            return event.why
        case "rung":
            return event.desk
        case "silenced":
            return "终端旁的工作人员"
        case _:
            return "系统"


def _what(event: Event) -> str:
    agent = event.agent.name if event.agent else "坐席"
    cause = CAUSES[event.cause] if event.cause else "按了人工按钮"
    match event.kind:
        case "opened" if event.cause is Cause.CALLBACK:
            return f"{agent}回来找顾客"
        case "opened":
            return f"顾客{cause}，开始呼叫"
        case "pressed":
            return f"顾客又{cause}（第 {event.presses} 次）"
        case "urgency":
            level = URGENCIES[event.urgency] if event.urgency else ""
            return f"改为“{level}”：{_URGENT_WHY.get(event.why, event.why)}"
        case "rung":
            return f"{event.desk} 的网页{'响铃了' if event.seen is Seen.AUDIBLE else '显示了呼叫'}"
        case "ring-unanswered":
            return f"过了承诺的时间还没有人接{_on_pages(event)}"
        case "skipped":
            return f"{agent}先去接了后来的呼叫"
        case "assigned":
            return f"{event.by.name if event.by else '主管'}把呼叫派给了{agent}"
        case "opened-by":
            return f"{agent}打开了交给自己的呼叫"
        case "unrung":
            return "显示过这个呼叫的网页都不在了"
        case "escalated":
            return f"升级，响到第 {event.level} 级"
        case "accepted":
            return f"{agent}接了，{'用视频' if event.mode is Mode.VIDEO else '走过去'}"
        case "connected":
            return f"和{agent}的视频接通了" if event.mode is Mode.VIDEO else f"{agent}到了现场"
        case "handed-over":
            return f"{event.why}转给了{agent}"
        case "released":
            return _RELEASED.get(event.why, "{who}没有办完，重新响铃").format(who=agent)
        case "walks":
            return f"{agent}改为走过去"
        case "media":
            return "视频恢复了"
        case "media-lost":
            return "视频断了"
        case "ended":
            return f"结束：{OUTCOMES[event.outcome or '']}"
        case "satisfied":
            return "顾客说事情办好了"
        case "put-away":
            return "终端回到空闲"
        case "rated":
            return f"顾客打了 {event.score} 分"
        case "complained":
            return f"顾客投诉，编号 {event.case}"
        case "freeze-asked":
            return "顾客申请紧急冻结"
        case "freeze-received":
            return f"银行已收到冻结申请{f'，回执 {event.text}' if event.text else ''}"
        case "freeze-refused":
            return "银行没有受理冻结申请"
        case "silenced":
            return "关掉了终端的警铃"
        case "duty-called":
            return "通知了值班的人"
        case "adopted":
            answered = event.state in (State.ACCEPTED, State.CONNECTED)
            return f"终端重启后，从消息服务找回了这个呼叫{f'（{agent}已接）' if answered else ''}"
        case "set-aside":
            return "被另一个呼叫取代"
        case "fault":
            return "终端出了故障"
        case "recovered":
            return "终端的故障好了"
        case "missed":
            return "机器没有听懂顾客的话"
        case "unreadable":
            return "有一条记录读不出来"
        case _:
            return f"其他记录（{event.kind}）"


def _on_pages(event: Event) -> str:
    names = "、".join(f"{viewer.name}（{seconds(viewer.shown_ms)}）" for viewer in event.seen_by)
    return f"；网页上有这个呼叫的：{names}" if names else ""
