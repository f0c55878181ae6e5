import re

from kiosk.logs import about, message_id


def test_a_line_says_only_what_it_knows() -> None:
    assert about(part="button", event="cut") == {"part": "button", "event": "cut"}
    assert about() == {}


def test_an_id_is_for_ever() -> None:
    # Catalogues are installed, journals are kept, both longer than a version of the program.
    assert message_id("button", "cut") == "44cdf8d1d3265c1ab5bab0e1e55f32eb"
    assert re.fullmatch("[0-9a-f]{32}", message_id("call", "opened"))
    assert message_id("button", "cut") != message_id("button", "stuck")
