"""What the desk says of itself and of the terminals of its hall. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kiosk import config
from kiosk.desk.web_doctor import Condition, Terminal
from kiosk.ops.doctor.line import Line, State, on_duty

GO_THERE = "is it switched on, its network cable in? Then kiosk doctor there. Customers at it reach nobody"
#: Of terminals: said once for the hall.
_SAID = ("nobody-on-duty",)
_UNTESTED = "self-test"  # alone it is yellow on the page: all works, as far as one can tell without a test call


def lines(now: Condition, settings: config.Desk) -> Iterator[Line]:
    """Broker, record, people, terminals, one line each."""
    where = f"{settings.broker.host}:{settings.broker.port}"
    if now.broker:
        yield Line("broker", State.OK, f"the desk is connected to {where}")
    else:
        remedy = now.broker_fault or "systemctl status mosquitto, on the broker's machine"
        yield Line("broker", State.BAD, f"the desk has no connection to {where}", remedy)
    yield from _ledger(now, settings)
    for trouble in now.troubles:
        yield Line(trouble.part, State.BAD, trouble.fault, trouble.remedy)
    yield on_duty(now.on_duty, missed=now.missed)
    yield from _terminals(now.terminals)
    for one in now.terminals:
        if one.version and one.version != now.version and not one.offline:
            how = f"{one.kiosk} runs kiosk {one.version}, this desk {now.version}"
            yield Line("versions", State.WARN, how, "kiosk upgrade the older of the two")


def _ledger(now: Condition, settings: config.Desk) -> Iterator[Line]:
    if now.ledger == settings.name:
        yield Line("ledger", State.OK, "this desk keeps the hall's record")
    elif now.ledger is not None:
        state = State.WARN if settings.ledger else State.OK
        remedy = "exactly one desk of a hall has ledger = true in desk.toml" if settings.ledger else ""
        yield Line("ledger", state, f"{now.ledger} keeps the hall's record", remedy)
    elif settings.ledger:
        how = "this desk is to keep the hall's record, and cannot now"
        remedy = "the other lines about ledger, certificate and database say why; events wait at the terminals"
        yield Line("ledger", State.BAD, how, remedy)
    else:
        remedy = "ledger = true in desk.toml of one desk, and a certificate with --ledger; or start that desk"
        yield Line("ledger", State.BAD, "no desk of the hall keeps the record", remedy)


def _terminals(terminals: list[Terminal]) -> Iterator[Line]:
    if not terminals:
        yield Line("terminals", State.WARN, "none has been heard of", "kiosk setup terminal, at each of them")
        return
    offline = [one for one in terminals if one.offline]
    faulty = [one for one in terminals if not one.offline and _faults(one)]
    well = len(terminals) - len(offline) - len(faulty)
    how = f"{len(terminals)} known: {well} well, {len(offline)} offline, {len(faulty)} with a fault"
    yield Line("terminals", State.OK, how)
    for one in offline:
        yield Line("terminal", State.BAD, f"{_called(one)}: offline", GO_THERE)
    for one in faulty:
        for part, fault, remedy in _faults(one):
            state = State.WARN if part == _UNTESTED else State.BAD
            yield Line("terminal", state, f"{_called(one)}: {part}: {fault}", remedy)


def _faults(one: Terminal) -> list[tuple[str, str, str]]:
    parts = one.parts.items()
    return [(name, part.fault, part.remedy) for name, part in parts if not part.ok and part.fault not in _SAID]


def _called(one: Terminal) -> str:
    more = ", ".join(filter(None, (one.title, one.place)))
    return f"{one.kiosk} ({more})" if more else one.kiosk
