"""How the report says figures and codes, in Chinese. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.desk.report.figures import By, Group
from kiosk.messages import Cause, Mode, Outcome, Urgency

OUTCOMES = {
    Outcome.RESOLVED: "已办好",
    Outcome.UNRESOLVED: "没办好",
    Outcome.REFERRED: "转到其他窗口",
    Outcome.MISTAKEN: "误按",
    Outcome.ABSENT: "现场没有人",
    Outcome.CUSTOMER: "顾客自己结束",
    Outcome.STAFF: "在终端上结束",
    "": "没有结束的记录",
}
CAUSES = {
    Cause.BUTTON: "按了人工按钮",
    Cause.TOUCH: "点了屏幕",
    Cause.VOICE: "说了“人工”",
    Cause.AGAIN: "没办好，再次呼叫",
    Cause.CALLBACK: "坐席回访",
}
URGENCIES = {Urgency.NORMAL: "一般", Urgency.ELDERLY: "优先", Urgency.URGENT: "急"}
MODES = {Mode.WALK: "走过去", Mode.VIDEO: "视频"}
GROUPED = {
    By.DAY: "按天",
    By.HOUR: "按钟点",
    By.KIOSK: "按终端",
    By.AGENT: "按坐席",
    By.SERVICE: "按急事",
    By.HALL: "按大厅",
}
# The services that a call may be about (kiosk/dialogue/halls/common.toml).
SERVICES = {"": "没有说明", "urgent_fraud": "被骗了", "urgent_freeze": "冻结账户", "urgent_health": "不舒服"}
NONE = "—"

Names = Mapping[str, str]


def seconds(ms: int | None) -> str:
    """A time for people: 4.2 秒, 3 分 20 秒, 1 小时 2 分; a dash for none."""
    if ms is None:
        return NONE
    if ms < 59_950:
        return f"{ms / 1000:.1f} 秒"
    whole = round(ms / 1000)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"


def percent(share: float | None) -> str:
    """A share for people, rounded down, so that 100 % is only said of all; a dash for none."""
    return NONE if share is None else f"{int(share * 1000 + 1e-6) / 10:.1f}%"


def group_name(by: By, group: Group, names: Names) -> str:
    """What a group is called; ``names``: of kiosks, as far as they are known."""
    match by:
        case By.HOUR:
            return f"{int(group.key)} 点"
        case By.KIOSK:
            return names.get(group.key, group.key)
        case By.AGENT:
            return group.name or "没有人接"
        case By.SERVICE:
            return SERVICES.get(group.key, group.key)
        case _:
            return group.name
