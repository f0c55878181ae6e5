from msgspec.structs import replace

from kiosk.link.viewers import Viewer, described, joined, merged, on_duty, recalled, skipped
from kiosk.messages import MAX_VIEWERS, Agent

LI, WANG = Agent("li", "李娜", "d1"), Agent("wang", "王强", "d2")


def test_more_than_a_message_carries_are_left_out_and_nobody_counts_twice() -> None:
    crowd = [Agent(f"p{number}", "x", "d1") for number in range(MAX_VIEWERS + 5)]
    viewers = joined(joined((), crowd[:3], 0.0), [*crowd, *crowd], 5.0)
    assert [viewer.id for viewer in viewers] == [agent.id for agent in crowd[:MAX_VIEWERS]]
    assert (viewers[0].since, viewers[3].since) == (0.0, 5.0)


def test_time_off_duty_does_not_count() -> None:
    viewers = joined((), [LI], 0.0)
    viewers = on_duty(on_duty(viewers, frozenset(), 3.0), frozenset(), 50.0)
    assert described(viewers, 60.0)[0].shown_ms == 3000
    viewers = on_duty(viewers, frozenset({"li"}), 60.0)
    assert described(viewers, 62.0)[0].shown_ms == 5000


def test_two_memories_of_one_round_forget_nobody_and_no_skip() -> None:
    mine = joined((), [LI], 0.0)
    seen = recalled(described(skipped(joined(mine, [WANG], 1.0), "li", "btn-2"), 4.0), 10.0)
    assert merged(mine, seen) == (replace(mine[0], took="btn-2"), Viewer("wang", "王强", 7.0))
    assert merged(mine, mine) == mine
