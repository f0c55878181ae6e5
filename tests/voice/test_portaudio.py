"""Looking for a device that is missing, without cards that anybody has here: the real PortAudio, its real cost."""

import pytest

from kiosk import clock
from kiosk.voice import portaudio


@pytest.fixture
def now(monkeypatch):
    """A clock that stands until the test moves it; nobody has looked yet."""
    moment = [1000.0]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    monkeypatch.setattr(portaudio, "_seen", None)
    monkeypatch.setattr(portaudio, "_cards", lambda: cards[0])
    cards = [""]
    return moment, cards


def looks(moment, seconds):
    """How often PortAudio is begun anew by two who ask every 5 s for so long."""
    done = 0
    for _ in range(seconds // 5):
        done += portaudio.look_again() + portaudio.look_again()
        moment[0] += 5
    return done


def test_where_a_device_is_missing_for_long_it_is_looked_for_less_and_less_often(now):
    moment, _ = now
    assert looks(moment, 60) == 4  # after 0, 5, 15 and 35 s, once for both
    looks(moment, 600)
    assert looks(moment, 3600) == 60


def test_a_card_that_is_plugged_in_is_seen_at_once(now):
    moment, cards = now
    looks(moment, 3600)
    cards[0] = " 0 [Device         ]: USB-Audio - USB PnP Sound Device\n"
    assert portaudio.look_again()
    assert looks(moment, 20) == 2, "a device may need a moment: soon again"


def test_an_open_stream_is_not_disturbed(now):
    with portaudio.in_use():
        assert not portaudio.look_again()
    assert portaudio.look_again(), "and it is made good as soon as it is closed"
