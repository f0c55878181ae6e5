"""What docs/mqtt.md says must be what goes over the wire."""

import json
import re
from pathlib import Path

import pytest

from kiosk import messages, topics

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)\n```", TEXT, re.DOTALL)
TABLE_NAMES = set(re.findall(r"`([^`]+)`", "\n".join(re.findall(r"^\| (.*?) \|", TEXT, re.MULTILINE))))


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_every_example_is_what_the_program_writes(kind, text):
    message = messages.decode(text.encode(), getattr(messages, kind))
    assert messages.encode(message).decode() == text


def test_every_message_and_reply_has_an_example():
    assert {kind for kind, _ in EXAMPLES} == {"Call", "EventBatch", "Health", "Reply", "LedgerAck", "Presence"}
    said = {json.loads(text)["do"] for kind, text in EXAMPLES if kind == "Reply"}
    assert said == {reply.__struct_config__.tag for reply in messages.Reply.__args__} <= TABLE_NAMES


def test_every_topic_is_in_the_table():
    for leaf in topics.KIOSK_LEAVES:
        assert re.search(rf"^\| .*/{leaf}` \|", TEXT, re.MULTILINE), leaf
    assert topics.presence("{hall}", "{desk}") in TABLE_NAMES


def test_every_field_of_a_call_and_every_kind_of_event_is_explained():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "kiosk" / "link").glob("*.py"))
    named = re.findall(r"""(?:_fact\(|kind=|kind, why = )(.+?)[,)]""", code)
    kinds = {name for text in named for name in re.findall(r'"([a-z-]+)"', text)} | {"recovered"}
    assert len(kinds) > 20
    assert not sorted((kinds | set(messages.Call.__struct_fields__)) - TABLE_NAMES)
    whys = set(re.findall(r'_back\(now, "([a-z-]+)"\)', code))
    assert not sorted(why for why in whys if f"`{why}`" not in TEXT)
    m = messages
    words = [*m.State, *m.Cause, *m.Mode, *m.Outcome, *m.Urgency, *m.Seen]
    assert not [word for word in words if f"`{word}`" not in TEXT]
