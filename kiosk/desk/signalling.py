"""Signals of video calls: only the agent who has a call by video sends them and gets them."""

from __future__ import annotations

import logging
import time
from collections.abc import Set
from typing import Any

from kiosk import config, messages, topics
from kiosk.broker import Broker
from kiosk.brokerfaults import NotConnected
from kiosk.desk import protocol
from kiosk.desk.hall import ANSWERED, Hall
from kiosk.desk.page import Page
from kiosk.desk.roles import Right
from kiosk.ice import ice_servers
from kiosk.messages import Agent

log = logging.getLogger(__name__)

EXPIRY_S = 10  # by then the page has offered anew


class Signalling:
    """``refused``: how many signals came from somebody who does not have the call."""

    def __init__(self, settings: config.Desk, hall: Hall, pages: Set[Page], broker: Broker) -> None:
        self._settings = settings
        self._hall = hall
        self._pages = pages
        self._broker = broker
        self.refused = 0

    def down(self, page: Page, command: protocol.PageSignal) -> None:
        """Pass on what the page says about its video; the terminal checks again whose call it is."""
        agent = self._agent(page)
        if not self._has_video(agent, command.kiosk, command.call, command.round):
            self.refused += 1
            log.warning("a signal of %s about %s, who does not have that call by video", agent.id, command.kiosk)
            return
        about: dict[str, Any] = {"call": command.call, "round": command.round, "agent": agent}
        signal: messages.SignalDown
        match command:
            case protocol.PageOffer(session=session, sdp=sdp):
                signal = messages.Offer(**about, session=session, sdp=sdp)
            case protocol.PageBye(session=session):
                signal = messages.Bye(**about, session=session)
            case protocol.PageCard(text=text, service=service):
                signal = messages.ShowCard(**about, text=text, service=service)
        topic = topics.kiosk(self._settings.hall, command.kiosk, "signal/down")
        try:
            self._broker.publish(topic, messages.encode(signal), expiry_s=EXPIRY_S)
        except NotConnected:
            log.warning("not connected: a signal to %s is lost; the page offers again", command.kiosk)

    def up(self, kiosk: str, signal: messages.SignalUp) -> None:
        """What a terminal says goes to the pages of the agent who has its call, and to nobody else."""
        text = messages.encode(protocol.KioskSignal(kiosk, signal, self.ice())).decode()
        for page in self._pages:
            if page.may(Right.VIDEO) and self._has_video(self._agent(page), kiosk, signal.call, signal.round):
                page.send(text)

    def ice(self) -> tuple[messages.IceServer, ...]:
        """The servers that help pages and terminals to reach each other; their passwords are for a while."""
        return ice_servers(self._settings.ice, time.time())

    def _agent(self, page: Page) -> Agent:
        return Agent(page.person.id, page.person.name, self._settings.name)

    def _has_video(self, agent: Agent, kiosk: str, call_id: str, round_: int) -> bool:
        call = self._hall.call_of(kiosk)
        return (
            call is not None
            and call.state in ANSWERED
            and call.mode is messages.Mode.VIDEO
            and agent.same(call.agent)
            and (call.id, call.round) == (call_id, round_)
        )
