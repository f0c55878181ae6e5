from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kiosk.button import ButtonError
from kiosk.button.script import WORDS, ScriptError, Step, parse, run
from kiosk.button.virtual import VirtualBoard


def test_all_the_words() -> None:
    assert parse("press 0.2; wait 1; hold 3.5; cut 2; noise 200; reboot; quit") == [
        Step("press", 0.2),
        Step("wait", 1),
        Step("hold", 3.5),
        Step("cut", 2),
        Step("noise", 200),
        Step("reboot"),
        Step("quit"),
    ]


def test_lines_and_empty_steps_are_fine_and_a_press_has_a_default() -> None:
    assert parse("\n press ;; wait 1\npress 1;\n") == [Step("press", 0.2), Step("wait", 1), Step("press", 1)]
    assert parse("") == []


@pytest.mark.parametrize(
    ("script", "where", "what"),
    [
        ("press; smile", 8, "unknown word 'smile'"),
        ("wait", 1, "'wait' takes one number of seconds"),
        ("press 1; wait soon", 10, "'wait' takes"),
        ("hold -1", 1, "'hold' takes"),
        ("wait nan", 1, "'wait' takes"),
        ("wait 1 2", 1, "'wait' takes"),
        ("noise 1.5", 1, "bytes"),
        ("noise 9999999", 1, "up to"),
        ("reboot 3", 1, "takes no number"),
        ("quit; press", 7, "nothing may follow"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_the_words(script: str, where: int, what: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(script)
    text = str(caught.value)
    assert text.startswith(f"at character {where}: ")
    assert what in text
    assert all(word in text for word in WORDS)
    assert isinstance(caught.value, ButtonError) and isinstance(caught.value, ValueError)


@given(st.lists(st.sampled_from([*" ;\n.-0123456789x人", *WORDS]), max_size=20).map("".join))
def test_any_text_is_a_script_or_a_script_error(script: str) -> None:
    try:
        parse(script)
    except ScriptError as error:
        assert "the words are" in str(error)


def test_a_script_drives_the_board(tmp_path: Path) -> None:
    with VirtualBoard(tmp_path / "board") as board:
        run(board, parse("press 0.1; wait 0.1; hold 0.1; noise 20; cut 5; wait 0.05"))
        assert board.pending == 2
        assert not board.link.exists()
