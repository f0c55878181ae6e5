"""Every scene in its interesting states, each made by a real visit that is driven to it.

For the audit, for the views' author and for the documentation. Times are made up; nothing is random.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from kiosk import config
from kiosk.dialogue.pack import Service
from kiosk.messages import Cause, Complain, Ears, Mode, Part, State
from kiosk.screen.scene import Scene, TextSize, Variant
from kiosk.screen.staff_gallery import STAFF
from kiosk.screen.urgent_gallery import URGENT
from kiosk.screen.walker import AGENT, NOON, Walker, bank

NIGHT = datetime(2026, 3, 16, 20, 8)


def _welcome_no_mic(walker: Walker) -> None:
    walker.voiced(parts={"microphone": Part(False, "unplugged", "plug it in")})


def _listening(walker: Walker) -> None:
    walker.touch("speak")
    walker.voiced(ears=Ears.OPEN)


def _listening_caption(walker: Walker) -> None:
    _listening(walker)
    walker.visit.loudness(0.6, walker.now)
    walker.voiced(ears=Ears.HEARING, caption="我的银行卡好像丢了")


def _offer(walker: Walker) -> None:
    _listening(walker)
    walker.say("我要取钱还要打存折再查余额")


def _unclear(walker: Walker) -> None:
    _listening(walker)
    walker.say("今天天气真好")


def _unclear_no_mic(walker: Walker) -> None:
    _unclear(walker)
    _welcome_no_mic(walker)


def _answer(walker: Walker) -> None:
    """The service with the most to read."""
    offered = [(topic.id, bank().find(one)) for topic in bank().topic for one in topic.services]
    topic, service = max(offered, key=lambda one: _length(one[1]))
    walker.touch(f"topic-{topic}", f"service-{service.id if service else ''}")


def _length(service: Service | None) -> int:
    if service is None:
        return 0
    return len(service.answer) + len(service.where) + len(service.bring) + len("".join(service.steps))


def _answer_limit(walker: Walker) -> None:
    """As much as a pack may hold."""
    full = replace(
        bank().service[0],
        title="办理银行卡挂失和补卡手续",
        answer="先打电话口头挂失，别人就取不了您的钱。" * 3 + "别急。",
        where="大厅左手边的三号或者五号窗口，先取号",
        bring="身份证、户口本、旧银行卡、存折和手机",
        steps=("大厅取个号", "跟柜员说一声", "拿新卡就行"),
    )
    others = [service for service in bank().service if service.id != full.id]
    walker.start(replace(bank(), service=(full, *others)))
    walker.touch("topic-card", f"service-{full.id}")


def _answer_repeated(walker: Walker) -> None:
    _listening(walker)
    walker.say("我卡丢了")
    walker.say("我说我卡丢了")


def _answer_unfilled(walker: Walker) -> None:
    walker.touch("topic-other", "more", "service-hours")


def _asked_slow(walker: Walker) -> None:
    walker.touch("human")
    walker.wait(3)


def _queue(walker: Walker) -> None:
    walker.call()
    walker.link(ahead=2)


def _alarm(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=(), level=3)
    walker.link(alarm=True)


def _offline(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=(), level=3)
    walker.link(online=False, alarm=True, on_duty=0)


def _closed(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=(), closed=True)
    walker.link(open=False, opens="明天 09:00", on_duty=0)


def _nobody(walker: Walker) -> None:
    walker.call(State.CALLING, rung_by=())
    walker.link(alarm=True, on_duty=0)


def _escalated(walker: Walker) -> None:
    walker.call(level=3, age_ms=80_000)
    walker.link(alarm=True, ahead=0)


def _again(walker: Walker) -> None:
    walker.call(round=1, level=2, age_ms=30_000, passed=("王芳",))


def _confirm_end(walker: Walker) -> None:
    walker.call()
    walker.touch("not-needed")


def _ended(walker: Walker) -> None:
    walker.answered(State.CONNECTED, Mode.WALK)
    walker.call(State.ENDED, agent=AGENT, state_age_ms=0)


def _ended_warning(walker: Walker) -> None:
    _ended(walker)
    walker.wait(48)


def _confirm_end_there(walker: Walker) -> None:
    walker.answered(State.CONNECTED, Mode.WALK)
    walker.touch("not-needed")


def _rating(walker: Walker) -> None:
    _ended(walker)
    walker.touch("resolved-yes")
    walker.link(call=None)


def _complaint(walker: Walker) -> None:
    _rating(walker)
    walker.touch("complain")


def _complaint_sent(walker: Walker) -> None:
    _complaint(walker)
    walker.touch("reason-wait")


def _complaint_kept(walker: Walker) -> None:
    _complaint_sent(walker)
    walker.result(Complain, case="482913")


def _complaint_failed(walker: Walker) -> None:
    _complaint_sent(walker)
    walker.result(Complain, ok=False, why="the disk is full")


def _thanks(walker: Walker) -> None:
    _rating(walker)
    walker.touch("rate-5")


def _thanks_nobody(walker: Walker) -> None:
    walker.link(on_duty=0)
    _thanks(walker)


def _warning(walker: Walker) -> None:
    _answer(walker)
    walker.wait(63)


def _out_of_order(walker: Walker) -> None:
    walker.link_gone()
    walker.wait(5)


def _out_of_order_asked(walker: Walker) -> None:
    _out_of_order(walker)
    walker.touch("human")


def _talking(walker: Walker, **view: Any) -> None:
    walker.answered(State.CONNECTED, Mode.VIDEO)
    walker.video(**({"running": True, "picture": True} | view))


#: The name of each scene in the gallery, and how to get there.
GALLERY: dict[str, Callable[[Walker], None]] = {
    "welcome": lambda walker: None,
    "welcome_no_mic": _welcome_no_mic,
    "welcome_no_pack": lambda walker: walker.start(None),
    "listening": _listening,
    "listening_caption": _listening_caption,
    "choices": _offer,
    "choices_topic": lambda walker: walker.touch("topic-card"),
    "choices_more": lambda walker: walker.touch("topic-other"),
    "choices_last": lambda walker: walker.touch("topic-other", "more"),
    "unclear": _unclear,
    "unclear_no_mic": _unclear_no_mic,
    "answer": _answer,
    "answer_limit": _answer_limit,
    "answer_repeated": _answer_repeated,
    "answer_unfilled": _answer_unfilled,
    "asked": lambda walker: walker.touch("human"),
    "asked_slow": _asked_slow,
    "calling": lambda walker: walker.call(State.CALLING, age_ms=1000, rung_by=()),
    "calling_rung": lambda walker: walker.call(),
    "calling_queue": _queue,
    "calling_alarm": _alarm,
    "calling_offline": _offline,
    "calling_closed": _closed,
    "calling_nobody": _nobody,
    "calling_escalated": _escalated,
    "calling_again": _again,
    **URGENT,
    "confirm_end": _confirm_end,
    "confirm_end_there": _confirm_end_there,
    "accepted_walk": lambda walker: walker.call(State.ACCEPTED, agent=AGENT, mode=Mode.WALK, said=("银行卡",)),
    "accepted_back": lambda walker: walker.call(
        State.ACCEPTED, cause=Cause.CALLBACK, agent=AGENT, mode=Mode.WALK, follows="btn-1"
    ),
    "accepted_video": lambda walker: walker.answered(State.ACCEPTED, Mode.VIDEO),
    "connected_video_muted": lambda walker: _talking(walker, muted=True),
    "connected_video_lost": lambda walker: _talking(walker, running=False, picture=False, lost=True),
    "connected_video_sound": lambda walker: _talking(walker, picture=False, faults=("camera",)),
    "connected_video_card": lambda walker: _talking(walker, text="请带身份证原件和旧卡，到二楼3号窗口找李明"),
    "connected_video_answer": lambda walker: _talking(walker, service="card_loss"),
    "connected_walk": lambda walker: walker.answered(State.CONNECTED, Mode.WALK),
    "connected_video": lambda walker: _talking(walker),
    "ended": _ended,
    "ended_warning": _ended_warning,
    "rating": _rating,
    "complaint": _complaint,
    "complaint_sent": _complaint_sent,
    "complaint_kept": _complaint_kept,
    "complaint_failed": _complaint_failed,
    "thanks": _thanks,
    "thanks_nobody": _thanks_nobody,
    "warning": _warning,
    "out_of_order": _out_of_order,
    "out_of_order_asked": _out_of_order_asked,
    **STAFF,
}


def scenes(
    language: str = "zh_CN", size: TextSize = TextSize.STANDARD, variant: Variant = Variant.DAY
) -> dict[str, Scene]:
    """Every scene by its name in the gallery."""
    return {name: make(name, language, size, variant) for name in GALLERY}


def make(
    name: str, language: str = "zh_CN", size: TextSize = TextSize.STANDARD, variant: Variant = Variant.DAY
) -> Scene:
    """One scene of the gallery."""
    screen = config.Screen(
        hall_title="新华路营业厅",
        language=language,  # type: ignore[arg-type]
        text_size=size.value,
        variant=variant.value,
    )
    walker = Walker(
        config.Kiosk(hall="xinhua", name="k1", screen=screen), NOON if variant is Variant.DAY else NIGHT
    )
    GALLERY[name](walker)
    return walker.scene()
