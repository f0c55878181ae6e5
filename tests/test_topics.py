import pytest
from hypothesis import given, strategies as st

from kiosk import topics
from kiosk.topics import Address

slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True)


@given(slugs, slugs.filter(lambda slug: slug != topics.DESK), st.sampled_from(sorted(topics.KIOSK_LEAVES)))
def test_a_kiosks_topic_there_and_back(hall: str, name: str, leaf: str) -> None:
    assert topics.parse(topics.kiosk(hall, name, leaf)) == Address(hall, name, leaf)


@given(slugs, slugs)
def test_a_desks_presence_and_head_there_and_back(hall: str, desk: str) -> None:
    assert topics.parse(topics.presence(hall, desk)) == Address(hall, desk, "presence")
    assert topics.parse(topics.ledger_head(hall, desk)) == Address(hall, desk, "ledger-head")


def test_as_it_is_written_down() -> None:
    assert topics.kiosk("xinhua", "k1", "signal/up") == "rengong/v1/xinhua/k1/signal/up"
    assert topics.kiosk("xinhua", "+", "call") == "rengong/v1/xinhua/+/call"
    assert topics.presence("xinhua", "d1") == "rengong/v1/xinhua/desk/d1/presence"


def test_a_topic_that_is_not_in_the_tree_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="calls"):
        topics.kiosk("xinhua", "k1", "calls")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "$SYS/broker/uptime",
        "rengong/v1",
        "rengong/v1/xinhua/k1",
        "rengong/v2/xinhua/k1/call",
        "rengong/v1/xinhua/k1/call/",
        "rengong/v1/xinhua/k1/presence",
        "rengong/v1/xinhua/desk/d1/call",
        "rengong/v1/xinhua/desk/d1/presence/more",
        "rengong/v1/xinhua/desk/call",
        "rengong/v1//k1/call",
        "rengong/v1/xinhua/+/call",
        "rengong/v1/xinhua/#",
        "rengong/v1/Xinhua/k1/call",
        "rengong/v1/xinhua/-k1/call",
        "rengong/v1/xinhua/k1\n/call",
        f"rengong/v1/xinhua/{'k' * 33}/call",
    ],
)
def test_what_is_not_ours(topic: str) -> None:
    assert topics.parse(topic) is None


@given(st.text() | st.lists(st.sampled_from(["rengong", "v1", "desk", "call", "", "k1", "+"])).map("/".join))
def test_no_topic_at_all_is_a_surprise(topic: str) -> None:
    address = topics.parse(topic)
    assert address is None or topics.SLUG.match(address.who)
