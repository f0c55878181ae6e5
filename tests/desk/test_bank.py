"""What the bank's system gets, and what its answers mean."""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import webhook
from kiosk.config import FreezeWebhook
from kiosk.desk.bank import Bank, Verdict, message, signature, verdict
from kiosk.desk.freezes import FreezeRow, Pursuit
from kiosk.desk.simulated_bank import Behaviour, SimulatedBank
from kiosk.webhook import Answer, SecretError

SECRET = b"agreed"
ROW = FreezeRow("k1", "f1", "req-1", "482913", "urgent_fraud", 1_795_298_321_679, 5)


@pytest.fixture
def simulated() -> Iterator[SimulatedBank]:
    bank = SimulatedBank(SECRET)
    yield bank
    bank.close()


def bank_at(url: str, tmp_path: Path, secret: bytes = SECRET, timeout_s: float = 5.0) -> Bank:
    file = tmp_path / "secret"
    file.write_bytes(secret)
    return Bank(FreezeWebhook(url, str(file), timeout_s=timeout_s), "xinhua")


def test_a_request_is_signed_and_frozen_once(simulated: SimulatedBank, tmp_path: Path) -> None:
    bank = bank_at(simulated.url, tmp_path, b"agreed\n")
    first, second = bank.post(ROW), bank.post(ROW)
    assert verdict(first) == verdict(second) == Verdict(Pursuit.RECEIVED, receipt="F000001")
    assert [posted.key for posted in simulated.posted] == ["f1", "f1"]
    assert all(posted.signed for posted in simulated.posted)
    assert simulated.posted[0].raw == simulated.posted[1].raw == message("xinhua", ROW)
    assert simulated.receipts == {"f1": "F000001"}


def test_the_signature_is_over_time_and_body() -> None:
    digest = hmac.new(SECRET, b'1795298321.{"a":1}', hashlib.sha256).hexdigest()
    assert signature(SECRET, 1_795_298_321, b'{"a":1}') == f"t=1795298321,v1={digest}"


def test_who_does_not_know_the_secret_freezes_nothing_and_may_correct_it(
    simulated: SimulatedBank, tmp_path: Path
) -> None:
    answer = bank_at(simulated.url, tmp_path, b"another").post(ROW)
    assert answer.status == 401
    assert verdict(answer) is None, "a wrong secret says nothing about the request"
    assert simulated.receipts == {}


@pytest.mark.parametrize(
    ("behaviour", "made"),
    [
        (Behaviour.TAKE, Verdict(Pursuit.TAKEN)),
        (Behaviour.REFUSE, Verdict(Pursuit.REFUSED, why="网点没有开通（答复 422）")),
        (Behaviour.BUSY, None),
    ],
)
def test_every_answer_of_a_bank(simulated, tmp_path, behaviour, made) -> None:
    simulated.behaviour = behaviour
    assert verdict(bank_at(simulated.url, tmp_path).post(ROW)) == made


def test_a_bank_that_says_nothing_is_asked_again(simulated: SimulatedBank, tmp_path: Path) -> None:
    simulated.behaviour = Behaviour.SILENT
    answer = bank_at(simulated.url, tmp_path, timeout_s=0.2).post(ROW)
    assert (answer.status, verdict(answer)) == (0, None)
    assert "timed out" in answer.error


@pytest.mark.parametrize("status", [301, 302, 303, 307, 401, 404, 408, 409, 425, 429, 500, 502, 503, 504])
def test_what_says_nothing_about_the_request_is_tried_again(status: int) -> None:
    assert verdict(Answer(status, b"", f"answered {status}")) is None


@pytest.mark.parametrize("status", [400, 403, 410, 413, 422, 451])
def test_a_refusal_is_definite(status: int) -> None:
    assert verdict(Answer(status, b"", "no")) == Verdict(Pursuit.REFUSED, why=f"答复 {status}")


@pytest.mark.parametrize(
    ("body", "receipt"),
    [
        (b'{"receipt": "F1"}', "F1"),
        (b'{"receipt": 42, "more": [1]}', "42"),
        (b'{"receipt": "' + b"9" * 100 + b'"}', "9" * 60),
    ],
)
def test_only_what_is_certainly_a_receipt_is_one(body: bytes, receipt: str) -> None:
    assert verdict(Answer(200, body, "")) == Verdict(Pursuit.RECEIVED, receipt=receipt)


@pytest.mark.parametrize(
    "body", [b"", b"OK", b"{}", b'{"receipt": ""}', b'{"receipt": " "}', b'{"receipt": null}', b"[1]", b"\xff\xfe"]
)
def test_anything_else_is_no_receipt(body: bytes) -> None:
    assert verdict(Answer(200, body, "")) == Verdict(Pursuit.TAKEN)


def test_nothing_of_the_customer_leaves_the_hall() -> None:
    assert json.loads(message("xinhua", ROW)).keys() == {
        *("request", "hall", "kiosk", "call", "case", "service", "asked_ms")
    }


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_a_secret_that_is_not_there_stops_the_desk_with_its_name(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SecretError, match=r"freeze_webhook\.secret_file .*secret"):
        Bank(FreezeWebhook("https://bank.example/", str(file)), "xinhua")


def test_a_redirect_is_not_followed() -> None:
    """urllib would ask the new place by GET, and take its 200 for the bank's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        answer = webhook.post(f"http://127.0.0.1:{port}/freeze", b"{}")
        thread.join()
    assert answer.status == 302 and not answer.ok
