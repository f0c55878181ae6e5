"""Staff at the terminal: five touches of the top line, the PIN, and then what is to be tested or set. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.messages import Result, SetVolume, Staff, StaffAction
from kiosk.screen.catalogue import Catalogue, catalogue
from kiosk.screen.effects import Brightness, Restart, ToVoice
from kiosk.screen.outbox import Outbox
from kiosk.screen.presenters.staff import PAGES, PARTS_PAGE, all_parts
from kiosk.screen.state import VisitState
from kiosk.screen.steps import Pin, Technician

TOUCHES, WITHIN_S = 5, 5.0
MAX_DIGITS = 12
STEP, DARKEST = 0.1, 0.2

_COMMANDS = {
    "lamp": StaffAction.LAMP_TEST,
    "silence": StaffAction.SILENCE,
    "end-call-sure": StaffAction.END,
    "restart-link": StaffAction.RESTART,
}


class StaffTouches:
    """Writes the state and the outbox that it is given."""

    def __init__(self, state: VisitState, outbox: Outbox) -> None:
        self._state = state
        self._outbox = outbox
        self._header: tuple[float, ...] = ()
        self._asked: dict[str, str] = {}  # request -> what was asked for

    @property
    def _texts(self) -> Catalogue:
        return catalogue(self._state.language)

    def header(self, now: float) -> None:
        """The top line was touched."""
        self._header = (*(at for at in self._header if 0 <= now - at <= WITHIN_S), now)
        if len(self._header) >= TOUCHES and self._state.staff is None:
            self._header = ()
            self._state.staff = Pin()

    def link_gone(self) -> None:
        """No answer will come any more."""
        if isinstance(self._state.staff, Pin) and self._state.staff.checking:
            self._state.staff = Pin(note=self._texts("pin.no-link"))

    def result(self, result: Result) -> None:
        """The link's answer to something that staff wanted."""
        asked, state = self._asked.pop(result.request, ""), self._state
        match state.staff:
            case Pin(checking=request) as pin if request and request == result.request:
                if result.ok:
                    state.staff = Technician(pin.digits)
                else:
                    wrong = result.why in ("wrong PIN", "")
                    state.staff = Pin(note=self._texts("pin.wrong") if wrong else result.why)
            case Technician() as technician if asked:
                note = self._texts(f"done.{asked}") if result.ok else result.why
                state.staff = replace(technician, note=note)

    def touch(self, action: str, now: float) -> None:
        """What is on the staff's scenes."""
        state = self._state
        if action == "leave":
            state.staff = None
            return
        match state.staff:
            case Pin() as pin:
                state.staff = self._pin(pin, action)
            case Technician(parts=int(page)) as technician:
                pages = -(-len(all_parts(state)) // PARTS_PAGE) or 1
                state.staff = replace(technician, parts=(page + 1) % pages if action == "more" else None)
            case Technician() as technician:
                # Ending a call is only sure when its two touches follow each other.
                state.staff = self._work(replace(technician, note="", sure=False), action)

    def _pin(self, pin: Pin, action: str) -> Pin:
        if pin.checking:
            return pin
        match action.removeprefix("key-"):
            case "delete":
                return Pin(pin.digits[:-1])
            case "enter" if pin.digits and self._state.lost_at is not None:
                return Pin(note=self._texts("pin.no-link"))
            case "enter" if pin.digits:
                request = self._outbox.new_id()
                self._outbox.send(Staff(request, pin.digits, StaffAction.CHECK))
                return Pin(pin.digits, checking=request)
            case digit if digit.isdecimal():
                return Pin((pin.digits + digit)[:MAX_DIGITS])
        return pin

    def _camera(self) -> str:
        part = self._state.snapshot.parts.get("camera") if self._state.snapshot is not None else None
        if part is None:
            return self._texts("technician.no-camera")
        return self._texts("technician.camera-well" if part.ok else "technician.camera-fault")

    def _work(self, technician: Technician, action: str) -> Technician:
        match action:
            case "more":
                return replace(technician, page=(technician.page + 1) % len(PAGES), trial=False)
            case "parts":
                return replace(technician, parts=0, trial=False)
            case "trial":
                return replace(technician, trial=not technician.trial)
            case "camera":
                return replace(technician, note=self._camera())
            case "end-call":
                return replace(technician, sure=True)
            case "restart-screen":
                self._outbox.want(Restart())
                return replace(technician, note=self._texts("done.restart-screen"))
            case "volume-down" | "volume-up":
                return replace(technician, note=self._volume(STEP if action == "volume-up" else -STEP))
            case "brightness-down" | "brightness-up":
                return replace(technician, note=self._brightness(STEP if action == "brightness-up" else -STEP))
            case _ if action in _COMMANDS and self._state.lost_at is not None:
                return replace(technician, note=self._texts("pin.no-link"))
            case _ if action in _COMMANDS:
                request = self._outbox.new_id()
                self._asked[request] = action
                self._outbox.send(Staff(request, technician.pin, _COMMANDS[action]))
        return technician

    def _volume(self, by: float) -> str:
        voice = self._state.voice
        if voice is None:
            return self._texts("technician.no-voice")
        volume = round(min(1.0, max(0.0, voice.volume + by)), 2)
        self._outbox.want(ToVoice(SetVolume(self._outbox.new_id(), volume)))
        return self._texts("technician.volume", percent=round(volume * 100))

    def _brightness(self, by: float) -> str:
        state = self._state
        state.brightness = round(min(1.0, max(DARKEST, state.brightness + by)), 2)
        self._outbox.want(Brightness(state.brightness))
        return self._texts("technician.brightness", percent=round(state.brightness * 100))
