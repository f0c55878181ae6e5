from kiosk import clock, config, messages
from kiosk.broker import Broker
from kiosk.config import Escalation
from kiosk.desk.hall import Hall
from kiosk.desk.outbox import REPLY_AGAIN_S, REPLY_KEEP_S
from kiosk.desk.uplink import Uplink
from kiosk.messages import Accept, Agent, Call, Mode, Presence, State


async def _joined() -> None:
    """Nothing is subscribed to here."""


def test_while_there_is_no_connection_replies_wait_and_nothing_fails() -> None:
    settings = config.Desk("demo", "d1", ledger=True)
    broker = Broker(settings.broker, "demo/desk/d1", on_connected=_joined, on_message=lambda _message: None)
    uplink, hall, now = Uplink(settings, broker), Hall(Escalation()), clock.now()
    hall.set_call("k1", Call("boot-1", State.RUNG, age_ms=0, state_age_ms=0), now)
    uplink.say("k1", Accept("boot-1", 0, Agent("li", "李娜", "d1"), Mode.WALK))
    uplink.say_presence(Presence(online=True))
    uplink.say_head(messages.LedgerHead("2026-11-21", 1, "00", 1))
    uplink.acknowledge("k1", messages.LedgerAck("journal", 1))
    uplink.answer_test("k1", messages.SelfTest("1"), 1)
    for later in (REPLY_AGAIN_S, REPLY_KEEP_S + 1):
        uplink.say_again(hall, now + later, set())
    assert uplink.given_up == 0  # it has not been tried: it is said as soon as there is a connection
