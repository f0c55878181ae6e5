"""A call through a real coturn, set up as docs/video.md has it; the page may use nothing but the relay."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from parts import LIMIT_S, eventually
from playwright.async_api import expect

from kiosk.bench import page as pages
from kiosk.bench.video import call as videocall, page as videopage
from kiosk.ice import NAME, VALID_S, turn_password
from kiosk.messages import State
from kiosk.reachable import free_port
from kiosk.stack import Stack

turn = pytest.importorskip("aioice.turn", reason="video needs aiortc")

DOCUMENT = Path(__file__).parents[2] / "docs" / "video.md"
SECRET = "north-wind-and-sun"
#: Devices made up, and patience: the network is away for longer than a call would wait.
VIDEO = '[escalation]\nmedia_s = 60\n[video]\ncamera = "synthetic"\nmicrophone = "synthetic"\n'
ICE = '[ice]\nstun = ["stun:{host}:{port}"]\nturn = ["turn:{host}:{port}"]\nturn_secret_file = "{file}"\n'
#: From what kind of place the page sends, once a good deal has come through there.
ROUTE = """async () => {
  const reports = [...(await bench.connection.getStats()).values()];
  const pairs = reports.filter(({ type }) => type === "candidate-pair");
  const pair = pairs.find(({ nominated, state }) => nominated && state === "succeeded");
  const place = reports.find(({ id }) => id === pair?.localCandidateId);
  return pair?.bytesReceived > 50_000 && place.candidateType;
}"""


def own_address() -> str:
    """Of this machine in its network: coturn relays to no loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError as error:
            pytest.skip(f"this machine is in no network: {error}")
        address: str = probe.getsockname()[0]
        return address


def documented(host: str, port: int, allowed: str) -> str:
    """The configuration in the document, without TLS and with the addresses of this machine."""
    text = (
        DOCUMENT.read_text(encoding="utf-8")
        .partition("`/etc/turnserver.conf`:\n")[2]
        .partition("\nand on each")[0]
    )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    here = {
        "listening-port": str(port),
        "static-auth-secret": SECRET,
        "allowed-peer-ip": allowed,
    }
    left_out = ("tls-listening-port", "cert", "pkey")
    kept = [line for line in lines if line.partition("=")[0] not in left_out]
    assert here.keys() <= {line.partition("=")[0] for line in kept}
    adapted = [f"{key}={here[key]}" if (key := line.partition("=")[0]) in here else line for line in kept]
    return "\n".join([*adapted, f"listening-ip={host}", f"relay-ip={host}", "no-tls", "no-dtls", "verbose", ""])


@pytest.fixture
def coturn(tmp_path):
    """Starts one that relays to an address, and gives its log, host and port."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("coturn is not installed: apt install coturn")
    host, port, running = own_address(), free_port(), []
    log = tmp_path / "turn.log"

    def start(allowed: str = host) -> tuple[Path, str, int]:
        log.unlink(missing_ok=True)
        settings = tmp_path / "turnserver.conf"
        settings.write_text(documented(host, port, allowed))
        files = [
            "--log-file",
            str(log),
            "--simple-log",
            "--pidfile",
            str(tmp_path / "pid"),
            "-b",
            str(tmp_path / "db"),
        ]
        running.append(subprocess.Popen([program, "-c", str(settings), *files], stdout=subprocess.DEVNULL))
        eventually(lambda: log.exists() and f"{host}:{port}" in log.read_text(), "coturn")
        return log, host, port

    def stop() -> None:
        while running:
            process = running.pop()
            process.kill()
            process.wait()

    start.stop = stop
    yield start
    stop()
    if log.exists():
        print(log.read_text()[-3000:])


@pytest.mark.browser
async def test_a_call_goes_through_coturn_as_documented_and_comes_back_when_the_way_was_cut(coturn, tmp_path):
    log, host, port = coturn()
    secret = tmp_path / "turn.secret"
    secret.write_text(f"{SECRET}\n")
    ice = ICE.format(host=host, port=port, file=secret)
    with Stack() as stack:
        stack.make_broker()
        stack.make_desk("desk1", people={"wang": ("王芳", 1)}, more=ice)
        stack.make_kiosk("k1", more=VIDEO + ice)
        stack.start()
        terminal = videocall.Terminal(stack, "k1")
        try:
            async with pages.chromium(more=videopage.ARGUMENTS) as browser, terminal.running():
                await terminal.until(None)
                context, page = await videopage.new_page(browser)
                await page.add_init_script("bench.only = { iceTransportPolicy: 'relay' }")
                await pages.sign_in(page, stack.url("desk1"), "wang", stack.password)
                await videocall.answer(stack, page, "k1")
                await videopage.until(page, "bench.times.audio && bench.times.video")
                await terminal.arrived()
                assert await videopage.until(page, f"({ROUTE})()", 2 * LIMIT_S) == "relay"
                assert "ALLOCATE processed, success" in log.read_text()

                coturn.stop()
                await terminal.until_view(lambda view: view.lost)
                hitch = page.locator("#video .hitch")
                await expect(hitch).to_contain_text("视频断了，正在重新接通", timeout=LIMIT_S * 1000)
                await expect(hitch.locator("[data-action=video-walk]").first).to_be_enabled()
                coturn()
                await terminal.until_view(lambda view: view.sound and view.picture)
                await expect(page.locator("#video[data-state=connected]")).to_be_visible(timeout=LIMIT_S * 1000)
                assert terminal.state is not None
                assert (terminal.state.call.state, terminal.state.call.round) == (State.CONNECTED, 0)
                await videocall.end(page)
                await terminal.until(State.ENDED)
                await context.close()
        except pages.NoBrowser as error:
            pytest.skip(str(error))
        finally:
            print(stack.log("k1")[-2000:], file=sys.stderr)


async def test_the_documented_coturn_relays_to_no_other_network(coturn):
    log, host, port = coturn("10.20.0.0-10.20.255.255")
    name = f"{int(time.time()) + VALID_S}:{NAME}"
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol, server_addr=(host, port), username=name, password=turn_password(SECRET, name)
    )
    transport.sendto(b"hello", (host, 9))
    await asyncio.to_thread(
        eventually, lambda: "CHANNEL_BIND processed, error 403" in log.read_text(), "the refusal"
    )
    transport.close()
