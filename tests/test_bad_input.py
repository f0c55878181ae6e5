"""Mistakes and noise: a clear message that names the thing and the remedy, a counter, and nothing lost."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from parts import LIMIT_S, eventually

from kiosk import topics
from kiosk.broker import Broker
from kiosk.desk.client import SignInError, connect
from kiosk.stack import HALL


def kiosk(*words: str, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *words], capture_output=True, text=True, timeout=LIMIT_S, **more
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('hall = "xinhua"\nname = "K 1"\n', 2, "must be 1 to 32 of a-z, 0-9 and -"),
        ('hall = "Xinhua Road"\nname = "k1"\n', 1, "must be 1 to 32 of a-z, 0-9 and -"),
        ('hall = "xinhua"\nname = "k1"\n[button]\nprot = "/dev/ttyACM0"\n', 4, "knows no key 'prot'"),
        ('hall = "xinhua"\nname = "k1"\n[broker]\nurl = "broker:1883"\n', 4, "is not mqtt://host:port"),
        ('hall = "xinhua"\nname = "k1"\n[escalation]\nlevel2_s = "soon"\n', 4, "Expected `float`"),
    ],
)
def test_a_broken_configuration_is_named_with_its_line(tmp_path, text, line, words):
    path = tmp_path / "kiosk.toml"
    path.write_text(text)
    done = kiosk("link", "--config", str(path))
    assert done.returncode == 2
    assert f"{path}:{line}: " in done.stderr and words in done.stderr
    assert "Traceback" not in done.stderr


def test_toml_that_is_none_is_named_with_its_line(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_text('hall = "xinhua"\nname = k1\n')
    done = kiosk("link", "--config", str(path))
    assert done.returncode == 2 and "line 2" in done.stderr and "Traceback" not in done.stderr


def test_wrong_opening_hours_and_drivers_say_what_to_write(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_text('hall = "h"\nname = "k1"\n[hours]\nopen = ["Monday to Friday"]\n')
    assert "is not like 'mon-fri 09:00-17:00'" in kiosk("link", "--config", str(path)).stderr
    path.write_text('hall = "h"\nname = "k1"\n[button]\ndriver = "usb"\n')
    assert "the drivers are: board, lines, gpio, none" in kiosk("link", "--config", str(path)).stderr


def test_a_desk_without_certificate_or_with_a_taken_port_says_so(stack, tmp_path):
    path = tmp_path / "desk.toml"
    path.write_text(f'hall = "h"\nname = "d1"\ndatabase = "sqlite:///{tmp_path}/d.db"\n')
    assert "kiosk certs" in kiosk("desk", "--config", str(path)).stderr
    port = stack.desk_ports["desk1"]
    with socket.create_server(("127.0.0.1", port)):
        done = kiosk("desk", "--config", str(stack.directory / "desk1.toml"))
    assert done.returncode == 2 and f"cannot listen on 127.0.0.1:{port}" in done.stderr


async def test_a_second_link_for_the_same_kiosk_is_refused(stack):
    stack.make_kiosk("k1")
    stack.start()
    done = kiosk("link", "--config", str(stack.directory / "k1.toml"))
    assert done.returncode == 2 and "is served by another process" in done.stderr


async def test_a_port_that_is_missing_or_busy_is_a_named_fault_that_goes_away(stack, link_of):
    stack.make_kiosk("k1", board=False)
    stack.start()
    link = await link_of(stack)
    fault = (await link.until(lambda s: not s.parts["button"].ok)).parts["button"]
    assert fault.fault == "port-missing" and str(stack.port("k1")) in fault.remedy

    master, slave = pty.openpty()
    import fcntl
    import termios

    holder = os.open(os.ttyname(slave), os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    fcntl.ioctl(holder, termios.TIOCEXCL)
    stack.port("k1").symlink_to(os.ttyname(slave))
    state = await link.until(lambda s: s.parts["button"].fault == "port-busy")
    assert str(stack.port("k1")) in state.parts["button"].remedy
    for number in (holder, slave, master):
        os.close(number)


async def test_a_broker_that_is_not_there_is_named(stack, link_of):
    stack.make_kiosk("k1")
    stack.start("desk1", "k1")
    link = await link_of(stack)
    part = (await link.until(lambda s: "broker" in s.parts and not s.parts["broker"].ok)).parts["broker"]
    assert str(stack.broker_port) in part.remedy and "mosquitto" in part.remedy


async def test_a_hall_that_no_desk_serves_is_named(stack, link_of):
    stack.make_kiosk("k1")
    path = stack.directory / "k1.toml"
    path.write_text(path.read_text().replace(f'hall = "{HALL}"', 'hall = "dmeo"'))
    stack.start()
    link = await link_of(stack)
    part = (await link.until(lambda s: "desk" in s.parts and s.parts["desk"].fault == "no-desk")).parts["desk"]
    assert "no desk serves hall 'dmeo'" in part.remedy and "kiosk.toml" in part.remedy


async def test_a_clock_set_back_an_hour_disturbs_no_wait_and_is_said(stack, link_of, tmp_path):
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not installed: apt install faketime")
    stack.make_kiosk("k1", more="[escalation]\nlevel2_s = 1\nlevel3_s = 2\n")
    stamp = tmp_path / "faketime"
    stamp.write_text("+0")
    command = ["env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={stamp}"]
    command += ["FAKETIME_NO_CACHE=1", "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]
    stack.set_command("k1", [*command, *stack.command("k1")])
    stack.start()
    link = await link_of(stack)
    async with asyncio.timeout(LIMIT_S), connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent:
        await agent.go_on_duty()
        await link.until(lambda s: s.on_duty)
        stack.boards["k1"].press()
        call = await agent.until_call("k1")
        stamp.write_text("-3600")
        await link.until(lambda s: s.call and s.call.level == 3)
        state = await link.until(lambda s: not s.parts.get("clock", s.parts["button"]).ok)
        assert "stepped by -36" in state.parts["clock"].remedy and "NTP" in state.parts["clock"].remedy
        assert state.call.id == call.id and 0 < state.call.age_ms < 60_000


async def test_garbage_on_every_topic_is_counted_and_harms_nobody(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    await link.until(lambda s: s.online)
    sent = asyncio.Event()
    rubbish = [b"{", b"\xff\xfe", b"[]", b'{"do":"accept"}', b"null", b'{"online":"yes"}', b"9" * 5000]

    async def publish_all() -> None:
        leaves = [topics.kiosk(HALL, "k1", leaf) for leaf in sorted(topics.KIOSK_LEAVES)]
        for topic in [*leaves, topics.presence(HALL, "d9"), f"rengong/v1/{HALL}/K!/call"]:
            for payload in rubbish:
                await broker.publish(topic, payload)
        sent.set()

    vandal_settings = stack.client("vandal", free=True)  # more than the hall's rules let anybody do
    broker = Broker(vandal_settings, "vandal", on_connected=publish_all, on_message=lambda _: None)
    async with asyncio.timeout(LIMIT_S), connect(stack.url("desk1"), "wang", stack.password, stack.ca) as agent:
        await agent.until(lambda a: "k1" in a.kiosks)  # so the desk is at the broker too
        vandal = asyncio.create_task(broker.run())
        await sent.wait()
        vandal.cancel()
        await agent.go_on_duty()
        stack.boards["k1"].press()
        await agent.until_call("k1")
    assert "dropped a message on" in stack.log("k1") and "dropped a message on" in stack.log("desk1")
    assert "Traceback" not in stack.log("k1") + stack.log("desk1")


async def test_noise_on_the_serial_line_is_counted_and_the_next_press_counts(stack, link_of):
    stack.make_kiosk("k1")
    stack.start()
    link = await link_of(stack)
    await link.until(lambda s: s.online)
    stack.boards["k1"].noise(3000)
    stack.boards["k1"].press()
    await link.until(lambda s: s.call)


async def test_the_desk_lets_nobody_in_without_the_password_or_from_another_site(stack):
    stack.start("broker", "desk1")
    url = stack.url("desk1")
    with pytest.raises(SignInError, match="用户名或密码不对"):
        async with connect(url, "wang", "guess", stack.ca):
            pass
    import ssl

    import aiohttp

    context = ssl.create_default_context(cafile=str(stack.ca))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as http:
        page = await http.get(url)
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        for path in ("/ws", "/api/me", "/api/calls/k1/x"):
            assert (await http.get(url + path)).status == 401
        elsewhere = {"Origin": "https://evil.example"}
        assert (await http.get(f"{url}/ws", headers=elsewhere)).status == 403
        body = {"user": "wang", "password": stack.password}
        assert (await http.post(f"{url}/api/sign-in", json=body, headers=elsewhere)).status == 403
        for _ in range(5):
            answer = await http.post(f"{url}/api/sign-in", json={"user": "li", "password": "guess"})
        answer = await http.post(f"{url}/api/sign-in", json={"user": "li", "password": stack.password})
        assert answer.status == 429 and (await answer.json())["retry_s"] > 0
        assert (await http.post(f"{url}/api/sign-in", data=b"\xff{")).status == 400


async def test_readiness_and_watchdog_are_told_to_the_service_manager(stack, tmp_path):
    path = tmp_path / "notify"
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(path))
    manager.settimeout(LIMIT_S)
    stack.make_kiosk("k1")
    command = ["env", f"NOTIFY_SOCKET={path}", "WATCHDOG_USEC=400000", *stack.command("k1")]
    stack.set_command("k1", command)
    stack.start("broker", "k1")
    got = {manager.recv(100) for _ in range(4)}
    manager.close()
    assert got == {b"READY=1", b"WATCHDOG=1"}


def test_the_alarm_is_really_played(stack, tmp_path):
    """A player that notes what it was given stands for a sound card nobody has here."""
    player = tmp_path / "player"
    player.write_text('#!/bin/sh\necho "$1" >> "$0.played"\nsleep 0.2\n')
    player.chmod(0o755)
    stack.make_kiosk("k1", more=f'[alarm]\nplayer = ["{player}"]\n')
    stack.start("broker", "k1")
    stack.boards["k1"].press()
    played = tmp_path / "player.played"
    eventually(lambda: played.exists() and len(played.read_text().splitlines()) >= 2)
    assert played.read_text().splitlines()[0].endswith("alarm.wav")


def test_bad_json_on_the_local_socket_is_counted(stack):
    stack.make_kiosk("k1")
    stack.start("broker", "k1")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(stack.socket("k1")))
        lines = client.makefile("rwb")
        assert json.loads(lines.readline())["type"] == "state"
        lines.write(b'rubbish\n{"do":"summon","request":"r1","cause":"touch"}\n')
        lines.flush()
        while json.loads(line := lines.readline()).get("request") != "r1":
            pass
        assert json.loads(line)["ok"]
