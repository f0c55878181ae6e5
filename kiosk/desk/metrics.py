"""The desk's figures for Prometheus: what is so now, and counters of what has happened since the desk started.

No label is a word of a customer or the name of a person, and none takes ever new values: kiosks and faults beyond
what a hall has are not named.
"""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from kiosk.desk.hall import WAITING, KioskRow
from kiosk.desk.protocol import Trouble
from kiosk.desk.tally import Happening, Kind
from kiosk.messages import OnDuty, Outcome, State, Urgency

WAIT_BUCKETS = (0.5, 1, 2, 5, 15, 45, 60, 120, 300)  # seconds: those of the escalation, and about them
DATABASE_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2, 10)
MAX_KIOSKS, MAX_FAULTS = 200, 20  # that are named: of a hall (as many may connect), and of one kiosk
LEVELS = (1, 2, 3)
_NONE = "none"


class Figures(Struct, frozen=True):
    """What is so at a desk now."""

    kiosks: list[KioskRow]
    agents: tuple[OnDuty, ...]  # of all desks
    pages: int
    broker: bool
    keeps_ledger: bool
    ledger_faulty: bool
    bad_messages: int
    replies_given_up: int
    troubles: list[Trouble]
    webhooks_waiting: int = 0
    webhooks_dead: int = 0


class Metrics:
    """One desk's registry. ``figures`` is asked at each look."""

    def __init__(self, figures: Callable[[], Figures]) -> None:
        registry = self.registry = CollectorRegistry()
        self._opened = Counter("rengong_calls_opened", "Calls that have begun", registry=registry)
        self._answered = Counter("rengong_calls_answered", "Calls that somebody has taken", registry=registry)
        self._ended = Counter("rengong_calls_ended", "Calls that are over", ["outcome"], registry=registry)
        self._kept = Counter("rengong_promises_kept", "Calls answered within promised_s", registry=registry)
        self._broken = Counter("rengong_promises_broken", "Calls not answered within it", registry=registry)
        self._shown_s = Histogram(
            "rengong_time_to_shown_seconds",
            "From the call to the first page that has shown or sounded it",
            buckets=WAIT_BUCKETS,
            registry=registry,
        )
        self._answered_s = Histogram(
            "rengong_time_to_answer_seconds",
            "From the call to the first agent who takes it",
            buckets=WAIT_BUCKETS,
            registry=registry,
        )
        self.database_s = Histogram(
            "rengong_database_seconds",
            "From asking the database to its answer, waiting for its thread included",
            buckets=DATABASE_BUCKETS,
            registry=registry,
        )
        self.webhooks = Counter(
            "rengong_webhook_posts", "Webhook requests by what came of them", ["result"], registry=registry
        )
        for outcome in (*Outcome, _NONE):
            self._ended.labels(outcome)
        for result in ("taken", "failed", "dead"):
            self.webhooks.labels(result)
        registry.register(_Now(figures))
        ProcessCollector(registry=registry)

    def count(self, happenings: Iterable[Happening]) -> None:
        """Something has happened to calls."""
        for what in happenings:
            match what.kind:
                case Kind.OPENED:
                    self._opened.inc()
                case Kind.SHOWN:
                    self._shown_s.observe(what.seconds)
                case Kind.ANSWERED:
                    self._answered.inc()
                    self._answered_s.observe(what.seconds)
                case Kind.KEPT:
                    self._kept.inc()
                case Kind.BROKEN:
                    self._broken.inc()
                case Kind.ENDED:
                    self._ended.labels(what.outcome or _NONE).inc()


class _Now(Collector):
    def __init__(self, figures: Callable[[], Figures]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        now = self._figures()
        calls = [row.call for row in now.kiosks if row.call is not None]
        waiting = [call for call in calls if call.state in WAITING]
        yield _each("rengong_calls", "Calls by state", "state", State, (call.state for call in calls))
        yield _each(
            "rengong_calls_waiting", "Waiting calls", "urgency", Urgency, (call.urgency for call in waiting)
        )
        oldest = max((call.age_ms / 1000 for call in waiting), default=0.0)
        yield _one("rengong_oldest_wait_seconds", "How long the oldest waiting call waits; 0: nobody does", oldest)
        yield _each(
            "rengong_agents_on_duty",
            "Agents whose page can show or sound a call, at all desks",
            "level",
            map(str, LEVELS),
            (str(agent.level) for agent in now.agents),
        )
        yield _each(
            "rengong_kiosks",
            "Terminals that have been heard of",
            "state",
            ("online", "offline"),
            ("offline" if row.offline else "online" for row in now.kiosks),
        )
        yield _faults(now.kiosks)
        troubles = GaugeMetricFamily(
            "rengong_desk_trouble", "1: this is wrong with the desk itself", labels=["part", "fault"]
        )
        for trouble in now.troubles:
            troubles.add_metric([trouble.part, trouble.fault], 1)
        yield troubles
        yield _one("rengong_pages", "Connected pages of agents", now.pages)
        yield _one("rengong_broker_connected", "1: the desk reaches the broker", now.broker)
        yield _one("rengong_ledger_kept", "1: this desk keeps the hall's ledger", now.keeps_ledger)
        yield _one("rengong_ledger_faulty", "1: it cannot be written", now.ledger_faulty)
        yield _one("rengong_webhooks_waiting", "Webhook messages that are not delivered yet", now.webhooks_waiting)
        yield _one("rengong_webhooks_dead", "Webhook messages given up in the last 24 hours", now.webhooks_dead)
        yield CounterMetricFamily(
            "rengong_bad_messages",
            "Messages that were dropped because they mean nothing, or are events that cannot be kept",
            value=now.bad_messages,
        )
        yield CounterMetricFamily(
            "rengong_replies_given_up",
            "What agents did that a terminal never took over within a minute",
            value=now.replies_given_up,
        )


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))


def _each(name: str, meaning: str, label: str, known: Iterable[str], found: Iterable[str]) -> Metric:
    """A gauge with every known value of its label, also those that are 0 now."""
    counted = Count(found)
    metric = GaugeMetricFamily(name, meaning, labels=[label])
    for value in known:
        metric.add_metric([value], counted[value])
    return metric


def _faults(rows: list[KioskRow]) -> Metric:
    metric = GaugeMetricFamily(
        "rengong_kiosk_fault",
        "1: the terminal says that this part has this fault",
        labels=["kiosk", "part", "fault"],
    )
    for row in rows[:MAX_KIOSKS]:
        faulty = [(name, part) for name, part in row.health.parts.items() if not part.ok] if row.health else []
        for name, part in sorted(faulty)[:MAX_FAULTS]:
            metric.add_metric([row.kiosk, name, part.fault], 1)
    return metric
