"""Every fault that ``kiosk bench faults`` plays: how it is broken and mended, who must notice, and how soon.

Signs are those of :mod:`kiosk.bench.faults.eyes`, and name faults as docs/technician.md does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.bench.faults import steps as do
from kiosk.bench.faults.eyes import (
    BROKER_LOST,
    DESK,
    KIOSK,
    LINK_GONE,
    NO_LEDGER,
    NO_MICROPHONE,
    NOBODY,
    OFFLINE,
    OUT_OF_ORDER,
    PAGE_LOST,
)
from kiosk.bench.faults.hall import Kind
from kiosk.bench.faults.steps import FOREVER_S, SCREEN, VOICE, Steps
from kiosk.button.frames import PROTOCOL
from kiosk.button.wiring import WiringFault

BUTTON_S, REST_S = 5.0, 15.0  # how soon somebody must know
CUSTOMER_S = 5.0  # how soon the screen must not offer what does not work
HELD_S = 65.0  # a button counts as stuck after 60 s, by design: people lean on things
UNREACHABLE = "broker: unreachable"


class Way(StrEnum):
    """How a customer calls while it is broken."""

    BUTTON = "button"
    TOUCH = "touch"
    DONE = "done"  # what breaks it is a press, which calls
    NONE = "none"  # nobody can; the press comes after the mending


@dataclass(frozen=True)
class Entry:
    """One fault: ``steps`` break it and mend it, ``sign`` is what link and desk show of it.

    ``customer``: what the screen must show of it within ``CUSTOMER_S``, where it is the customer's business.
    ``link``, ``desk``: where it is another sign for one of them; empty: that one cannot know. ``line``: what the
    doctor calls it, where it is not the sign's part; empty: it is no business of the terminal's doctor.
    ``inside``: the process whose mounts the doctor must see. ``needs``: what the machine must have, ``root`` or
    ``faketime``.
    """

    name: str
    how: str
    steps: Steps
    sign: str = ""
    link: str | None = None
    desk: str | None = None
    customer: str = ""
    line: str | None = None
    limit_s: float = REST_S
    way: Way = Way.BUTTON
    kind: Kind = Kind.BOARD
    inside: str = ""
    needs: str = ""

    @property
    def at_link(self) -> str:
        return self.sign if self.link is None else self.link

    @property
    def at_desk(self) -> str:
        return self.sign if self.desk is None else self.desk

    @property
    def doctor(self) -> str:
        return self.sign.partition(":")[0] if self.line is None else self.line


BUTTON = (
    Entry(
        "board-unplugged",
        "the board's plug is pulled",
        do.board_is(lambda board: board.cut(FOREVER_S), lambda board: board.cut(0.0)),
        "button: unplugged",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "board-silent",
        "every byte on the board's line is damaged or swallowed",
        do.board_is(lambda board: board.garble(FOREVER_S, 1.0), lambda board: board.garble(0.0, 0.0)),
        "button: silent",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "button-held",
        "the button stays down (a fault after 60 s, by design)",
        do.board_is(lambda board: board.hold(), lambda board: board.release()),
        "button: stuck",
        limit_s=HELD_S,
        way=Way.DONE,
    ),
    Entry(
        "wrong-protocol",
        "a board with other firmware is put in",
        do.board_is(lambda board: board.exchange(PROTOCOL + 1), lambda board: board.exchange()),
        "button: wrong-protocol",
        limit_s=BUTTON_S,
    ),
    Entry(
        "board-deaf",
        "the wire to the board is off, and a customer presses",
        do.board_is(do.deafened, lambda board: board.deafen(0.0)),
        "button: deaf",
        limit_s=BUTTON_S,
        way=Way.DONE,
    ),
    Entry(
        "port-missing",
        "`button.port` names a port that is not there",
        do.misconfigured(KIOSK, '/button"', '/buttom"'),
        "button: port-missing",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "port-busy",
        "another program has the port",
        (do.port_taken, do.let_go),
        "button: port-busy",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
    ),
    Entry(
        "cable-cut",
        "the cable of a button without a board is cut",
        do.wiring(WiringFault.CUT, press_after=True),
        "button: cut",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
        kind=Kind.LINES,
    ),
    Entry(
        "no-open",
        "the NO contact does not close, and a customer presses",
        do.wiring(WiringFault.OPEN_NO, press=True, press_after=True),
        "button: no-open",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "nc-open",
        "the NC contact does not close, and a customer presses",
        do.wiring(WiringFault.OPEN_NC, press=True, press_after=True),
        "button: nc-open",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "contact-welded",
        "the NO contact stays closed",
        do.wiring(WiringFault.WELD, press_after=True),
        "button: welded",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "contacts-swapped",
        "the wires of both contacts are exchanged, and the link started",
        (do.swapped, do.swapped_back),
        "button: swapped",
        limit_s=BUTTON_S,
        way=Way.DONE,
        kind=Kind.LINES,
    ),
    Entry(
        "serial-server-gone",
        "the serial server of the button is unplugged",
        (do.server_gone, do.server_back),
        "button: unplugged",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
        kind=Kind.LINES,
    ),
    Entry(
        "serial-server-hangs",
        "the serial server is there and answers nothing",
        (do.server_hangs, do.server_awake),
        "button: unplugged",
        limit_s=BUTTON_S,
        way=Way.TOUCH,
        kind=Kind.LINES,
    ),
)

BROKER = (
    Entry("broker-killed", "`kill -9`", do.killed("broker"), link=UNREACHABLE, desk=BROKER_LOST, line="broker"),
    Entry("broker-frozen", "SIGSTOP", do.frozen("broker"), link=UNREACHABLE, desk=BROKER_LOST, line="broker"),
    Entry(
        "access-denied",
        "the broker's access list knows the terminal no more",
        (do.denied(do.of_the_terminal), do.allowed),
        "broker: not-allowed",
        desk=OFFLINE,
    ),
    Entry(
        "broker-of-another-name",
        "the broker's certificate is for another host",
        (do.broker_named("broker.lan"), do.broker_named("localhost", "127.0.0.1")),
        link=UNREACHABLE,
        desk=BROKER_LOST,
        line="broker",
    ),
    Entry(
        "certificate-of-another",
        "the terminal has the certificate of another",
        (do.with_another, do.with_its_own),
        "certificate: wrong-name",
        desk=OFFLINE,
    ),
    Entry(
        "certificate-expired",
        "the terminal's certificate has ended, and the link is started",
        do.certificate(500, restarts=True),
        "certificate: expired",
        desk=OFFLINE,
    ),
    Entry(
        "certificate-expires",
        "the terminal's certificate ends in a week",
        do.certificate(390, restarts=False),
        "certificate: expires",
    ),
    Entry(
        "certificate-missing",
        "the file is not there",
        do.away(lambda hall: hall.directory / "certs" / "kiosk-k1.crt"),
        "certificate: unreadable",
    ),
    Entry(
        "certificate-revoked",
        "revoked, and the broker is started again",
        (do.revoked, do.issued),
        link=UNREACHABLE,
        desk=OFFLINE,
        line="broker",
    ),
)

DESKS = (
    Entry("desk-killed", "`kill -9`", do.killed(DESK), "desk: no-desk", desk=PAGE_LOST),
    Entry("desk-frozen", "SIGSTOP", do.frozen(DESK), "desk: no-desk", desk=PAGE_LOST),
    Entry(
        "nobody-on-duty",
        "the last agent leaves (下岗)",
        do.agent(on_duty=False),
        "desk: nobody-on-duty",
        desk=NOBODY,
        line="on duty",
    ),
    Entry(
        "page-unseen",
        "the page can neither draw nor sound",
        do.agent(attentive=False),
        "desk: nobody-on-duty",
        desk=NOBODY,
        line="on duty",
    ),
    Entry(
        "database-locked",
        "another program holds the desk's database, and a customer presses",
        (do.locked, do.let_go),
        link="",
        desk=NO_LEDGER,
        line="",
        way=Way.DONE,
    ),
    Entry(
        "self-test-unanswered",
        "the desk may not hear test calls, and a self-test is run",
        (do.tests_denied, do.allowed),
        "self-test: no-answer",
        line="test call",
    ),
    Entry(
        "duty-webhook",
        "the duty webhook does not answer, nobody is on duty, and the button is held",
        (do.duty_gone, do.duty_back),
        "duty: webhook",
        way=Way.DONE,
    ),
)

TERMINAL = (
    Entry(
        "link-killed",
        "`kill -9`, and nothing starts it again",
        do.killed(KIOSK),
        link=LINK_GONE,
        desk=OFFLINE,
        customer=OUT_OF_ORDER,
        line="link",
    ),
    Entry(
        "link-frozen",
        "SIGSTOP, and no watchdog",
        do.frozen(KIOSK),
        link="",
        desk=OFFLINE,
        customer=OUT_OF_ORDER,
        line="link",
    ),
    Entry("screen-killed", "`kill -9`", do.killed(SCREEN), "screen: gone"),
    Entry("screen-frozen", "SIGSTOP, and no watchdog", do.frozen(SCREEN), "screen: gone"),
    Entry(
        "content-missing",
        "`screen.pack` names a pack that is not there",
        do.misconfigured(SCREEN, "[screen]\n", '[screen]\npack = "bang"\n'),
        "screen: no-content",
        line="content",
        way=Way.TOUCH,
    ),
    Entry(
        "not-learnt",
        "the classifier of the content is not there",
        (do.not_learnt, do.learnt),
        "screen: not-learnt",
        line="content",
        way=Way.TOUCH,
        inside=SCREEN,
        needs="root",
    ),
    Entry("camera-missing", "the camera is pulled out", do.away(lambda hall: hall.camera), "camera: missing"),
    Entry(
        "journal-damaged",
        "`journal.db` is rubbish when the link starts",
        (do.journal_damaged, do.link_again),
        "journal: damaged",
    ),
    Entry(
        "clock-unset",
        "the wall clock says 1970 when the link starts",
        (do.clock_lost, do.clock_found),
        "clock: unset",
        needs="faketime",
    ),
    Entry(
        "alarm-player-missing",
        "the alarm's player is not there, and the alarm has to sound",
        (do.player_gone, do.player_back),
        "alarm: silent",
        way=Way.DONE,
    ),
    Entry(
        "settings-wrong",
        "a key of `kiosk.toml` is misspelt, and the link is started",
        (do.misspelt, do.spelt),
        link=LINK_GONE,
        desk=OFFLINE,
        line="kiosk doctor",
        way=Way.NONE,
    ),
    Entry(
        "disk-low",
        "200 MB are left where the journal lies",
        (do.disk_low, do.disk_well),
        "disk: low",
        kind=Kind.DISK,
        inside=KIOSK,
        needs="root",
    ),
    Entry(
        "disk-full",
        "no byte is left where the journal lies",
        (do.disk_full, do.disk_well),
        "disk: full",
        kind=Kind.DISK,
        inside=KIOSK,
        needs="root",
    ),
)

SPEECH = (
    Entry(
        "voice-killed",
        "`kill -9`",
        do.killed(VOICE),
        "microphone: gone",
        customer=NO_MICROPHONE,
        kind=Kind.VOICE,
    ),
    Entry(
        "voice-frozen",
        "SIGSTOP, and no watchdog",
        do.frozen(VOICE),
        "microphone: gone",
        customer=NO_MICROPHONE,
        kind=Kind.VOICE,
    ),
    Entry(
        "microphone-missing",
        "the microphone is pulled out",
        do.away(lambda hall: hall.microphone),
        "microphone: missing",
        kind=Kind.VOICE,
    ),
    Entry(
        "loudspeaker-missing",
        "the loudspeaker is pulled out, and the voice is started",
        (do.card_out, do.card_in),
        "speaker: missing",
        kind=Kind.VOICE,
    ),
    Entry(
        "model-missing",
        "the models are not there, and the voice is started",
        (do.models_gone, do.models_back),
        "model: missing",
        kind=Kind.VOICE,
    ),
)

ENTRIES: tuple[Entry, ...] = (*BUTTON, *BROKER, *DESKS, *TERMINAL, *SPEECH)
