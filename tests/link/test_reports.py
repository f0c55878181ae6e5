"""What screen and voice say of their own parts, and what is said when they are gone."""

import pytest

from kiosk.link.parts import Parts
from kiosk.link.reports import MAX_ALL, MAX_PARTS, OWN_PARTS, SILENT_S, Reports
from kiosk.messages import Part

WELL = Part(ok=True)
DARK = Part(ok=False, fault="dark", remedy="check the panel's cable")


class Kiosk:
    def __init__(self) -> None:
        self.news: list[tuple[str, str]] = []
        self.parts = Parts(lambda name, fault, _: self.news.append((name, fault)))
        self.reports = Reports(self.parts)

    def report(self, client: str, now: float = 100.0, **parts: Part) -> str:
        return self.reports.take(client, parts, now)

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
