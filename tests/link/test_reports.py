"""What screen and voice say of their own parts, and what is said when they are gone."""

import pytest

from kiosk.link.lastwork import STALE_S
from kiosk.link.parts import Parts
from kiosk.link.reports import MAX_ALL, MAX_PARTS, OWN_PARTS, SILENT_S, Reports
from kiosk.messages import Last, Part, Work

WELL = Part(ok=True)
DARK = Part(ok=False, fault="dark", remedy="check the panel's cable")


class Kiosk:
    def __init__(self) -> None:
        self.news: list[tuple[str, str]] = []
        self.parts = Parts(lambda name, fault, _: self.news.append((name, fault)))
        self.reports = Reports(self.parts)

    def report(self, client: str, now: float = 100.0, **parts: Part) -> str:
        return self.reports.take(client, parts, now)

    def works(self, client: str, now: float, last: dict[Work, Last], **parts: Part) -> str:
        return self.reports.take(client, parts, now, last)

    def shown(self, name: str, now: float = 100.0) -> Part:
        return self.parts.report(now)[name]


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk()


def test_a_clients_parts_stand_beside_the_links_own(kiosk: Kiosk) -> None:
    kiosk.parts.well("button")
    assert kiosk.report("screen", window=WELL, touch=DARK) == ""
    assert kiosk.parts.report(103.0) == {
        "button": WELL,
        "window": WELL,
        "touch": Part(ok=False, fault="dark", remedy="check the panel's cable", age_ms=3000),
    }
    kiosk.report("screen", window=WELL, touch=WELL)
    assert kiosk.shown("touch").ok
    assert kiosk.news == [("touch", "dark"), ("touch", "")]


def test_said_every_few_seconds_it_is_news_once(kiosk: Kiosk) -> None:
    for now in (100.0, 105.0, 110.0):
        kiosk.report("screen", now, touch=DARK, window=WELL)
    assert kiosk.news == [("touch", "dark")]
    assert kiosk.shown("touch", 110.0).age_ms == 10_000


def test_when_the_client_is_gone_its_parts_are_and_the_unit_is_named(kiosk: Kiosk) -> None:
    kiosk.parts.well("button")
    kiosk.report("screen", window=WELL, touch=DARK)
    kiosk.report("voice", microphone=WELL)
    kiosk.reports.left({"voice"}, 110.0)
    for name in ("window", "touch"):
        part = kiosk.shown(name)
        assert (part.ok, part.fault) == (False, "gone")
        assert "systemctl status kiosk-screen" in part.remedy
    assert kiosk.shown("microphone").ok and kiosk.shown("button").ok


def test_a_client_of_the_same_name_brings_them_back_one_by_one(kiosk: Kiosk) -> None:
    kiosk.report("screen", window=WELL, touch=WELL)
    kiosk.reports.left(set(), 110.0)
    kiosk.report("screen", window=WELL, touch=DARK)
    assert kiosk.shown("window").ok
    assert kiosk.shown("touch").fault == "dark"


def test_a_client_that_came_back_before_its_old_connection_was_gone_is_there(kiosk: Kiosk) -> None:
    kiosk.report("screen", window=WELL)
    kiosk.reports.left({"screen"}, 110.0)
    assert kiosk.shown("window").ok
    assert kiosk.news == []


@pytest.mark.parametrize("name", sorted(OWN_PARTS))
def test_nobody_but_the_link_says_how_its_own_parts_are(kiosk: Kiosk, name: str) -> None:
    kiosk.parts.fault(name, "broken", "mend it", 100.0)
    why = kiosk.report("screen", window=WELL, **{name: WELL})
    assert name in why and "link" in why
    assert not kiosk.shown(name).ok
    assert "window" not in kiosk.parts.report(100.0), "a report counts as a whole"


def test_a_part_belongs_to_who_reported_it_first(kiosk: Kiosk) -> None:
    kiosk.report("voice", microphone=DARK)
    assert kiosk.report("screen", microphone=WELL) == "'microphone' is a part of voice"
    assert kiosk.shown("microphone").fault == "dark"


def test_a_fault_without_a_name_is_refused(kiosk: Kiosk) -> None:
    assert "no name" in kiosk.report("screen", touch=Part(ok=False))
    assert kiosk.parts.report(100.0) == {}


def test_inventing_names_comes_to_an_end(kiosk: Kiosk) -> None:
    for number in range(MAX_PARTS):
        assert kiosk.report("screen", **{f"p{number}": WELL}) == ""
    assert "more than" in kiosk.report("screen", one_more=WELL)
    assert kiosk.report("screen", p0=WELL) == ""
    assert kiosk.report("voice", microphone=WELL) == ""


def test_a_program_that_takes_ever_new_names_fills_no_memory(kiosk: Kiosk) -> None:
    refused = [kiosk.report(f"client-{number}", **{f"p{number}": WELL}) for number in range(MAX_ALL + 5)]
    assert [bool(why) for why in refused] == [False] * MAX_ALL + [True] * 5
    assert len(kiosk.parts.report(100.0)) == MAX_ALL
    assert kiosk.report("client-0", p0=DARK) == ""


def test_one_that_hangs_is_gone_although_it_is_connected_until_it_reports_again(kiosk: Kiosk) -> None:
    kiosk.report("screen", 100.0, window=WELL)
    kiosk.report("voice", 105.0, microphone=WELL)
    kiosk.reports.look(108.0)
    assert kiosk.shown("window").ok
    kiosk.reports.look(100.0 + SILENT_S)
    assert kiosk.shown("window").fault == "gone" and "hangs" in kiosk.shown("window").remedy
    assert kiosk.shown("microphone").ok
    kiosk.report("screen", 110.0, window=WELL)
    kiosk.reports.look(110.0)
    assert kiosk.shown("window").ok


# --- what was last really done ------------------------------------------------------------------------


def drawn(ms: int | None) -> dict[Work, Last]:
    return {Work.DRAWN: Last(ms)}


def test_health_has_the_age_of_the_last_frame_counted_on(kiosk: Kiosk) -> None:
    assert kiosk.works("screen", 100.0, drawn(200), screen=WELL) == ""
    assert kiosk.reports.last(103.0) == {Work.DRAWN: Last(3200)}
    kiosk.works(
        "voice", 100.0, {Work.HEARD: Last(off=True), Work.PLAYED: Last(60_000)}, microphone=WELL, speaker=WELL
    )
    assert kiosk.reports.last(103.0) == {
        Work.DRAWN: Last(3200),
        Work.HEARD: Last(None, off=True),
        Work.PLAYED: Last(63_000),
    }


def test_a_screen_that_reports_and_draws_nothing_is_frozen_within_15_s_until_it_draws(kiosk: Kiosk) -> None:
    for late in (0.0, 2.5, 4.9):  # when the link looks, between two reports
        kiosk.works("screen", 100.0, drawn(0), screen=WELL)
        now = 100.0
        while kiosk.shown("screen").ok:
            now += 0.1
            if round(now - 100.0, 1) % 6.0 == 0.0:
                kiosk.works("screen", now, drawn(round((now - 100.0) * 1000)), screen=WELL)
            if round(now - 100.0 - late, 1) % 5.0 == 0.0:
                kiosk.reports.look(now)
            assert now <= 115.0
        part = kiosk.shown("screen")
        assert part.fault == "frozen" and "kiosk-screen" in part.remedy
        kiosk.works("screen", now, drawn(100), screen=WELL)
        assert kiosk.shown("screen").ok
        kiosk.works("screen", 100.0, drawn(0), screen=WELL)
    assert [fault for _, fault in kiosk.news] == ["frozen", ""] * 3, "each is news once"


def test_a_screen_that_has_never_drawn_or_says_nothing_of_it_is_frozen_too(kiosk: Kiosk) -> None:
    for last in (drawn(None), {}):
        kiosk.works("screen", 100.0, last, screen=WELL)
        kiosk.works("screen", 105.0, last, screen=WELL)
        assert kiosk.shown("screen").ok, "it has only just started"
        kiosk.works("screen", 100.0 + STALE_S, last, screen=WELL)
        assert kiosk.shown("screen").fault == "frozen"
        kiosk.reports.left((), 120.0)


def test_frozen_comes_before_what_a_screen_says_to_be_wrong_and_the_old_fault_comes_back(kiosk: Kiosk) -> None:
    no_content = Part(False, "no-content", "correct screen.pack")
    kiosk.works("screen", 100.0, drawn(0), screen=no_content)
    kiosk.works("screen", 106.0, drawn(6000), screen=no_content)
    assert kiosk.shown("screen").fault == "no-content"
    kiosk.works("screen", 112.0, drawn(12_000), screen=no_content)
    assert kiosk.shown("screen").fault == "frozen"
    kiosk.works("screen", 118.0, drawn(0), screen=no_content)
    assert kiosk.shown("screen").fault == "no-content"


def test_a_microphone_may_be_closed_for_hours_but_open_it_must_bring_sound(kiosk: Kiosk) -> None:
    closed, silent = {Work.HEARD: Last(0, off=True)}, {Work.HEARD: Last(3_600_000)}
    kiosk.works("voice", 100.0, closed, microphone=WELL)
    kiosk.works("voice", 3700.0, {Work.HEARD: Last(3_600_000, off=True)}, microphone=WELL)
    kiosk.reports.look(3701.0)
    assert kiosk.shown("microphone").ok
    kiosk.works("voice", 3702.0, silent, microphone=WELL)
    assert kiosk.shown("microphone").ok, "it has only just been opened"
    for now in (3707.0, 3712.0):
        kiosk.works("voice", now, {Work.HEARD: Last(round((now - 100.0) * 1000))}, microphone=WELL)
    part = kiosk.shown("microphone")
    assert part.fault == "frozen" and "kiosk-voice" in part.remedy
    kiosk.works("voice", 3717.0, {Work.HEARD: Last(30)}, microphone=WELL)
    assert kiosk.shown("microphone").ok


def test_what_voice_knows_of_a_silent_microphone_says_more(kiosk: Kiosk) -> None:
    pulled = Part(False, "unplugged", "plug it in again")
    for now in (100.0, 105.0, 110.0, 115.0):
        kiosk.works("voice", now, {Work.HEARD: Last()}, microphone=pulled)
    assert kiosk.shown("microphone").fault == "unplugged"


def test_nothing_played_for_a_day_is_no_fault(kiosk: Kiosk) -> None:
    for now in (100.0, 86_500.0):
        kiosk.works("voice", now, {Work.PLAYED: Last()}, speaker=WELL)
    assert kiosk.shown("speaker").ok


def test_a_screen_that_is_back_is_not_blamed_for_the_time_when_it_was_away(kiosk: Kiosk) -> None:
    kiosk.works("screen", 100.0, drawn(0), screen=WELL)
    kiosk.reports.look(100.0 + SILENT_S)
    assert kiosk.shown("screen").fault == "gone"
    assert kiosk.reports.last(160.0) == {Work.DRAWN: Last(60_000)}, "when it last drew is still true"
    kiosk.works("screen", 200.0, drawn(None), screen=WELL)
    kiosk.reports.look(201.0)
    assert kiosk.shown("screen").ok


def test_nobody_tells_the_work_of_anothers_part(kiosk: Kiosk) -> None:
    kiosk.works("screen", 100.0, drawn(0), screen=WELL)
    assert kiosk.works("voice", 100.0, drawn(0), microphone=DARK) == "'drawn' is told by who reports 'screen'"
    assert "microphone" not in kiosk.parts.report(100.0), "a report counts as a whole"
