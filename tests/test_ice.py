"""STUN and TURN as a page and a peer get them."""

from kiosk.config import Ice
from kiosk.ice import VALID_S, ice_servers, turn_password
from kiosk.messages import IceServer


def test_within_one_network_there_are_none():
    assert ice_servers(Ice(), 0.0) == ()


def test_the_password_is_what_coturn_expects():
    # As by: echo -n "1700000000:rengong" | openssl dgst -sha1 -hmac "north" -binary | base64
    assert turn_password("north", "1700000000:rengong") == "kfViwey7aVbCmmI1MkwDmhZOs7A="


def test_names_for_turn_last_a_day(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("north\n")
    settings = Ice(("stun:turn.example:3478",), ("turn:turn.example:3478",), str(secret))
    stun, turn = ice_servers(settings, 1_000_000.5)
    assert stun == IceServer(("stun:turn.example:3478",))
    name = f"{1_000_000 + VALID_S}:rengong"
    assert turn == IceServer(("turn:turn.example:3478",), name, turn_password("north", name))


def test_a_secret_that_cannot_be_read_leaves_the_network_of_its_own(tmp_path, caplog):
    settings = Ice(("stun:turn.example:3478",), ("turn:turn.example:3478",), str(tmp_path / "none"))
    assert [server.urls for server in ice_servers(settings, 0.0)] == [("stun:turn.example:3478",)]
    assert "turn_secret_file" in caplog.text
