"""What the terminal's own processes say of themselves, and a test call through all of them."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from kiosk import config, local, messages
from kiosk.messages import RunSelfTest, Snapshot
from kiosk.ops.doctor.line import Line, State, on_duty

PATIENCE_S = 15.0
#: What the parts of a terminal are called in one or two words.
UNITS = ("link", "voice", "screen")


async def link(settings: config.Kiosk) -> list[Line]:
    """Every part the link knows of, who is on duty, and the round trip to a desk."""
    path = settings.link_socket
    try:
        async with asyncio.timeout(PATIENCE_S):
            connection = await local.connect(path)
    except (OSError, TimeoutError) as error:
        remedy = "systemctl restart kiosk-link; journalctl -u kiosk-link -n 30. Without it the button calls nobody"
        return [Line("link", State.BAD, f"nothing answers at {path} ({error})", remedy)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            before = await _state(connection)
            await connection.send(messages.encode(RunSelfTest("doctor")))
            number = before.self_test.number if before.self_test else 0
            after = before
            while (after.self_test.number if after.self_test else 0) <= number and after.call is None:
                after = await _state(connection)
    except (OSError, TimeoutError) as error:
        how = f"it answers, but runs no self-test ({error or 'no answer'})"
        return [Line("link", State.BAD, how, "systemctl restart kiosk-link")]
    finally:
        await connection.close()
    return [Line("link", State.OK, f"answers at {path}"), *_parts(after), *_path(after)]


def _parts(state: Snapshot) -> Iterator[Line]:
    for name, part in state.parts.items():
        if name == "self-test":
            continue  # it has a line of its own
        if part.ok:
            yield Line(name, State.OK, "well")
        else:
            yield Line(name, State.BAD, f"{part.fault}, for {part.age_ms / 1000:.0f} s", part.remedy)


def _path(state: Snapshot) -> Iterator[Line]:
    yield on_duty(state.on_duty)
    test = state.self_test
    if state.call is not None:
        yield Line("test call", State.SKIP, "there is a call; it was not disturbed")
    elif test is not None and not test.fault:
        way = f"button, link, broker, {test.desk} and back in {test.took_ms} ms"
        yield Line("test call", State.OK, f"a call reaches {test.desk}: {way}")
    elif test is not None:
        yield Line("test call", State.BAD, test.fault, test.text)


async def _state(connection: local.LocalConnection) -> Snapshot:
    while True:
        line = await connection.receive()
        if b'"type":"state"' in line:
            return messages.decode(line, Snapshot)


def units(wanted: tuple[str, ...] = UNITS, needed: str = "link") -> Iterator[Line]:
    """Whether systemd keeps them running; all but ``needed`` a machine may do without."""
    if not Path("/run/systemd/system").is_dir() or not shutil.which("systemctl"):
        yield Line("systemd", State.SKIP, "does not run here")
        return
    for name in wanted:
        unit = f"kiosk-{name}"
        done = subprocess.run(
            ["systemctl", "show", unit, "--property=ActiveState,UnitFileState,NRestarts"],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        shown = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        state, enabled = shown.get("ActiveState", "unknown"), shown.get("UnitFileState", "")
        how = f"{state}, {enabled or 'not installed'}, started again {shown.get('NRestarts', '?')} times"
        if state == "active" and enabled == "enabled":
            yield Line(unit, State.OK, how)
        elif enabled in ("", "disabled") and name != needed:
            yield Line(unit, State.SKIP, how)
        else:
            remedy = f"systemctl enable --now {unit}; if it ends again: journalctl -u {unit} -n 30"
            yield Line(unit, State.BAD, how, remedy)
