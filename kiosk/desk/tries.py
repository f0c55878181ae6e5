"""How often a password may be guessed. Pure: times are passed in, in seconds.

Counted are wrong passwords of the last minute. Nobody can be locked out from elsewhere: whatever happens at other
addresses, a name has at least one try at each address that has not used it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from ipaddress import IPv6Address, ip_address

WINDOW_S = 60.0
PER_PAIR = 5  # for one name, from one address
PER_ADDRESS = 20  # from one address, for whatever names
PER_NAME = 30  # for one name, from wherever; from then on each address has one try instead of five
MAX_KEYS = 4096  # of each kind; an address makes at most PER_ADDRESS of them in a minute


class Tries:
    """The wrong passwords that still count."""

    def __init__(self) -> None:
        self._pairs: OrderedDict[str, deque[float]] = OrderedDict()
        self._addresses: OrderedDict[str, deque[float]] = OrderedDict()
        self._names: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, user: str, address: str, now: float) -> float:
        """How long this name has to wait at this address; 0: it may try."""
        network = _network(address)
        attacked = _count(self._names, user, now) >= PER_NAME
        return max(
            _wait(self._pairs, f"{user} {network}", 1 if attacked else PER_PAIR, now),
            _wait(self._addresses, network, PER_ADDRESS, now),
        )

    def failed(self, user: str, address: str, now: float) -> None:
        """A password was wrong."""
        network = _network(address)
        _add(self._pairs, f"{user} {network}", PER_PAIR, now)
        _add(self._addresses, network, PER_ADDRESS, now)
        _add(self._names, user, PER_NAME, now)

    def succeeded(self, user: str, address: str) -> None:
        """A password was right: this person begins anew here. The address does not, or whoever has one
        account could guess at all the others."""
        self._pairs.pop(f"{user} {_network(address)}", None)

    @property
    def keys(self) -> int:
        """How many counts are held."""
        return len(self._pairs) + len(self._addresses) + len(self._names)


def _network(address: str) -> str:
    """What one machine has: an IPv4 address, or the 2**64 addresses of an IPv6 network."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or f"{int(parsed) >> 64:x}::/64")


def _add(counts: OrderedDict[str, deque[float]], key: str, most: int, now: float) -> None:
    counts.setdefault(key, deque(maxlen=most)).append(now)
    counts.move_to_end(key)
    while len(counts) > MAX_KEYS or now - next(iter(counts.values()))[-1] >= WINDOW_S:
        counts.popitem(last=False)


def _count(counts: OrderedDict[str, deque[float]], key: str, now: float) -> int:
    return sum(now - at < WINDOW_S for at in counts.get(key, ()))


def _wait(counts: OrderedDict[str, deque[float]], key: str, limit: int, now: float) -> float:
    recent = [at for at in counts.get(key, ()) if now - at < WINDOW_S]
    return max(0.0, recent[-limit] + WINDOW_S - now) if len(recent) >= limit else 0.0
