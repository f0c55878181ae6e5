"""What docs/mqtt.md says must be what goes over the wire."""

import json
import re
from pathlib import Path

import pytest

from kiosk import messages, topics
from kiosk.certs import rights

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)\n```", TEXT, re.DOTALL)
TABLE_NAMES = set(re.findall(r"`([^`]+)`", "\n".join(re.findall(r"^\| (.*?) \|", TEXT, re.MULTILINE))))


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_every_example_is_what_the_program_writes(kind, text):
    message = messages.decode(text.encode(), getattr(messages, kind))
    assert messages.encode(message).decode() == text


def test_every_message_and_reply_has_an_example():
    assert {kind for kind, _ in EXAMPLES} == {
        *("Call", "EventBatch", "Health", "Reply", "LedgerAck", "LedgerHead", "Presence"),
        *("SignalDown", "SignalUp", "SelfTest"),
    }
    said = {json.loads(text)["do"] for kind, text in EXAMPLES if kind == "Reply"}
    for kind in ("SignalDown", "SignalUp"):
        tags = {json.loads(text)["do"] for one, text in EXAMPLES if one == kind}
        assert tags == {signal.__struct_config__.tag for signal in getattr(messages, kind).__args__}
    assert said == {reply.__struct_config__.tag for reply in messages.Reply.__args__} <= TABLE_NAMES


def test_every_topic_is_in_the_table():
    for leaf in topics.KIOSK_LEAVES:
        assert re.search(rf"^\| .*/{leaf}` \|", TEXT, re.MULTILINE), leaf
    assert topics.presence("{hall}", "{desk}") in TABLE_NAMES
    assert topics.ledger_head("{hall}", "{desk}") in TABLE_NAMES


def test_every_field_of_a_call_and_every_kind_of_event_is_explained():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "kiosk" / "link").glob("*.py"))
    named = re.findall(r"""(?:fact\(|give\(call, |kind=|kind, why = )(.+?)[,)]""", code)
    kinds = {name for text in named for name in re.findall(r'"([a-z-]+)"', text)} | {"recovered"}
    assert len(kinds) > 20
    assert not sorted((kinds | set(messages.Call.__struct_fields__)) - TABLE_NAMES)
    whys = set(re.findall(r'back\([\w.]+, now, "([a-z-]+)"\)', code))
    assert len(whys) > 4
    assert not sorted(why for why in whys if f"`{why}`" not in TEXT)
    m = messages
    words = [*m.State, *m.Cause, *m.Mode, *m.Outcome, *m.Urgency, *m.Seen]
    assert not [word for word in words if f"`{word}`" not in TEXT]


def test_the_table_of_rights_is_what_the_broker_is_given():
    section = TEXT.split("\n## Rights\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([a-z/-]+)` \|(.*)\|$", section, re.MULTILINE)
    told = {leaf: [cell.strip() for cell in cells.split("|")] for leaf, cells in rows}

    def cell(leaf, writes, reads, own=""):
        return ", ".join(letter + own for letter, leaves in (("w", writes), ("r", reads)) if leaf in leaves)

    made = {
        leaf: [
            cell(leaf, rights.KIOSK_WRITES, rights.KIOSK_READS, " own"),
            cell(leaf, rights.DESK_WRITES, rights.DESK_READS),
            cell(leaf, rights.DESK_WRITES + rights.LEDGER_WRITES, rights.DESK_READS + rights.LEDGER_READS),
            cell(leaf, (), rights.WATCH_READS),
            cell(leaf, (), rights.HOME_ASSISTANT_READS),
        ]
        for leaf in topics.KIOSK_LEAVES
    }
    of_desks = {"presence": ["r", "w own, r", "w own, r", "r", ""], "ledger-head": ["", "r", "w own, r", "r", ""]}
    assert told == made | of_desks


def test_every_topic_has_its_writers_and_its_readers():
    writes = rights.KIOSK_WRITES + rights.DESK_WRITES + rights.LEDGER_WRITES
    reads = rights.KIOSK_READS + rights.DESK_READS + rights.LEDGER_READS
    assert sorted(writes) == sorted(topics.KIOSK_LEAVES) and set(reads) == topics.KIOSK_LEAVES
