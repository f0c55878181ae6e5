import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from kiosk.button import Lamp
from kiosk.button.board import BoardButton
from kiosk.button.lines import LinesButton
from kiosk.button.simulate import LOOKS, main_board
from kiosk.button.simulate_lines import LOOKS as LINES_LOOKS, WORDS, main_lines
from kiosk.button.virtual_lines import VirtualLines

# Where the tests themselves run in the background, a shell has children ignore Ctrl-C.
START = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from kiosk.button.simulate import main_board; "
    "sys.exit(main_board(sys.argv[1], {script!r}))"
)


def wait_line(out: IO[str], part: str) -> None:
    for line in out:
        if part in line:
            return
    raise AssertionError(f"never said {part!r}")


def simulate(link: Path, script: str | None) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", START.format(script=script), str(link)]
    return subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=os.fspath(Path.cwd())
    )


def test_by_hand_enter_presses_and_lamp_changes_are_told(tmp_path: Path, heard: Any) -> None:
    process = simulate(tmp_path / "board", None)
    assert process.stdin and process.stdout
    wait_line(process.stdout, "Enter presses")
    with BoardButton(str(tmp_path / "board")) as button:
        button.start(heard)
        button.show(Lamp.READY)
        wait_line(process.stdout, LOOKS[Lamp.READY])
        process.stdin.write("\n")
        process.stdin.flush()
        heard.wait_presses(1)
        wait_line(process.stdout, LOOKS[Lamp.CALLING])
        button.show(Lamp.ANSWERED)
        wait_line(process.stdout, LOOKS[Lamp.ANSWERED])
    process.communicate("q\n", timeout=10)
    assert process.returncode == 0
    assert not (tmp_path / "board").is_symlink()


def test_after_its_script_it_stays_until_it_is_interrupted(tmp_path: Path) -> None:
    process = simulate(tmp_path / "board", "wait 0")
    assert process.stdout
    wait_line(process.stdout, "script is done")
    assert (tmp_path / "board").exists()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 0
    assert not (tmp_path / "board").is_symlink()


def test_a_script_that_ends_with_quit_ends(tmp_path: Path) -> None:
    assert main_board(str(tmp_path / "board"), "press 0.05; quit") == 0
    assert not (tmp_path / "board").is_symlink()


def test_mistakes_are_told_and_have_a_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_board(str(tmp_path / "board"), "press; dance") == 2
    assert "at character 8" in capsys.readouterr().err
    assert main_board(str(tmp_path / "nowhere" / "board"), "quit") == 1
    assert "nowhere" in capsys.readouterr().err


def test_unknown_keys_are_answered_with_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("help\nh\nc\n"))
    assert main_board(str(tmp_path / "board"), None) == 0
    out = capsys.readouterr().out
    assert out.count("Enter presses") == 2
    assert "held for 3.5 s" in out and "unplugged for 2 s" in out


def test_every_lamp_is_described() -> None:
    assert set(LOOKS) == set(Lamp)


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # inside pyserial
def test_lines_by_hand_enter_presses_words_break_and_lamp_changes_are_told(heard: Any, until: Any) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "sim", "lines", "--port", "0"],
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    url = process.stdout.readline().split('"')[1]
    wait_line(process.stdout, "Enter presses")

    def type_(text: str) -> None:
        process.stdin.write(f"{text}\n")
        process.stdin.flush()

    with LinesButton(url) as button:
        button.start(heard)
        button.show(Lamp.ANSWERED)
        wait_line(process.stdout, LINES_LOOKS[Lamp.ANSWERED])
        type_("")
        heard.wait_presses(1)
        type_("open-no; press; mend")
        heard.wait_fault("no-open")
        type_("dance")
        wait_line(process.stdout, "unknown word 'dance'")
    process.communicate("q\n", timeout=10)
    assert process.returncode == 0


def test_lines_by_script_and_their_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    everything = "; ".join(
        word if default is not None or not unit else f"{word} 0" for word, (unit, default) in WORDS.items()
    )
    assert main_lines("127.0.0.1", 0, everything) == 0
    assert main_lines("127.0.0.1", 0, "press; cut soon") == 2
    assert "at character 8" in capsys.readouterr().err
    with VirtualLines() as taken:
        assert main_lines("127.0.0.1", int(taken.url.rsplit(":", 1)[1]), "quit") == 1
    assert "--port" in capsys.readouterr().err
    assert set(LINES_LOOKS) == set(Lamp)
