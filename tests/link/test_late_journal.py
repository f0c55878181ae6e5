"""A journal that opens only when calls have come and gone without it."""

from pathlib import Path

from kiosk import clock, config
from kiosk.button import NoButton
from kiosk.link.journal import Saved
from kiosk.link.live import LiveCall
from kiosk.link.service import LinkService
from kiosk.messages import Cause, State

QUIET = config.Alarm(sound=False)


def saved(call: str) -> Saved:
    live = LiveCall(call, Cause.BUTTON, State.CALLING, 1.0, 1.0, 1.0)
    return Saved(live, clock.now(), clock.boot_id(), clock.wall_ms())


async def test_a_call_that_is_over_since_does_not_ring_again(tmp_path: Path) -> None:
    settings = config.Kiosk("xinhua", "k1", state_dir=str(tmp_path), runtime_dir=str(tmp_path), alarm=QUIET)
    service = LinkService(settings, NoButton())
    service._switchboard.causes.add("btn-7", opened=True)  # brought back by the broker, and ended
    service._restore(saved("btn-7"), [])
    assert service._switchboard.call is None
    service._restore(saved("btn-8"), [])
    assert service._switchboard.call is not None
    assert service._switchboard.call.id == "btn-8"
    await service._recorder.close()
