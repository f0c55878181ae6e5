"""``kiosk setup desk``."""

from __future__ import annotations

import argparse
import datetime
import shutil
from collections.abc import Iterator
from pathlib import Path

from kiosk import config
from kiosk.certs import broker as broker_files
from kiosk.certs.authority import Authority
from kiosk.certs.files import CertificateError, write
from kiosk.certs.roles import Holder, Role
from kiosk.certs.today import today
from kiosk.ops.doctor import files, keys
from kiosk.ops.doctor.line import Line, State, shown
from kiosk.ops.setup import answers as made, asking, checks, document, placing, starting
from kiosk.ops.setup.questions import DESK
from kiosk.ops.setup.terminal import SHARE
from kiosk.reachable import listens

PROGRAMS = "/usr/sbin:/usr/bin"
_KEYS = {"hall": "hall", "name": "name", "title": "title", "broker": "broker.url", "port": "port"}


def run(args: argparse.Namespace) -> int:
    """Ask, make or bring certificates, write, start; 1 when something is bad.

    Raises ConfigError, AnswerError, CertificateError.
    """
    path: Path = args.config
    text = placing.existing(path, force=args.force)
    now = document.known(text, path)
    defaults = {key: str(now[name]) for key, name in _KEYS.items() if name in now}
    certs = path.parent / "certs"

    def check(key: str, given: made.Answers) -> list[Line]:
        return list(_look(key, given))

    dated = f"This machine believes that it is {datetime.datetime.now():%Y-%m-%d %H:%M}. Is that today's date"
    questions = [one._replace(text=dated) if one.key == "today" else one for one in DESK]
    given, seen = asking.collect(args, questions, defaults, check, ask=asking.can_ask())
    wanted = config.parse(document.changed(text, made.desk(given, certs), path), path, config.Desk)
    holders = [Holder(given["hall"], role, given["name"]) for role in (Role.DESK, Role.PAGE)]
    if given["certs"] == "new":
        seen += _made(certs, given)
    placing.certificates(certs if given["certs"] in ("new", "") else Path(given["certs"]), certs, holders)
    for file in files.of_desk(wanted):
        seen.append(files.certificate(file))
    seen += keys.lines(wanted)
    placing.settings(path, document.changed(text, made.desk(given, certs), path))
    print(f"{path} is written")
    if given["broker"] == "here":
        seen += _broker(certs, Path(args.broker_files), start=not args.no_start)
    if not args.no_start:
        started = given["broker"] != "here" or starting.systemd_runs()
        if started and not listens(wanted.port):  # with the same certificate we would throw out a desk that runs
            seen.append(checks.broker(wanted, str(holders[0])))
        seen += [*starting.start(["kiosk-desk"]), _page(wanted)]
    for line in seen:
        print(shown(line), flush=True)
    _last_words(given, wanted, path)
    return int(any(line.state is State.BAD for line in seen))


def _look(key: str, given: made.Answers) -> Iterator[Line]:
    if key == "today":
        today()
        if given["today"] == "no":
            raise made.AnswerError("set it first, then again: timedatectl set-time 'YYYY-MM-DD HH:MM:SS'")
    elif key == "host":
        yield Line("hosts", State.OK, ", ".join(made.hosts(given)))
    elif key == "broker" and given["broker"] == "here" and not shutil.which("mosquitto", path=PROGRAMS):
        yield Line("mosquitto", State.BAD, "is not installed here", "apt install mosquitto")


def _made(certs: Path, given: made.Answers) -> list[Line]:
    """The hall's authority, and every certificate that is missing."""
    now = today()
    authority = Authority(certs)
    authority.make(given["hall"], now)
    hosts = made.hosts(given)
    served = [*hosts, *(name for name in ("localhost", "127.0.0.1") if name not in hosts)]
    wanted = [(Role.BROKER, "broker", served), (Role.PAGE, given["name"], served), (Role.DESK, given["name"], [])]
    terminals = made.words(given.get("terminals", ""))
    wanted += [(Role.KIOSK, name, []) for name in terminals]
    have = {one.holder for one in authority.current(now)}
    lines = []
    for role, name, names in wanted:
        if Holder(given["hall"], role, name) in have:
            continue
        keeps = role is Role.DESK and given["ledger"] == "yes"
        pair = authority.issue(role, name, now, hosts=names, ledger=keeps)
        lines.append(Line("certificate", State.OK, f"{pair.cert} is made"))
    if stick := given.get("stick", ""):
        for name in terminals:
            lines.append(_handed_over(certs, Path(stick), Holder(given["hall"], Role.KIOSK, name)))
    return lines


def _handed_over(certs: Path, stick: Path, holder: Holder) -> Line:
    """Move a terminal's pair to the stick: no copy of its key stays here."""
    pair = {f"{holder.file}.crt": 0o644, f"{holder.file}.key": 0o600}
    try:
        stick.mkdir(parents=True, exist_ok=True)
        write(stick / "ca.crt", (certs / "ca.crt").read_bytes(), 0o644)
        for name, mode in pair.items():
            if (certs / name).exists():
                write(stick / name, (certs / name).read_bytes(), mode)
        missing = [name for name in pair if not (stick / name).exists()]
        for name in pair if not missing else ():
            (certs / name).unlink(missing_ok=True)
    except OSError as error:
        return Line("stick", State.BAD, f"{stick}: {error}", "plug it in, and run this again with --force")
    if missing:  # handed over before, to another stick
        how = f"{stick} lacks {' and '.join(missing)}, and {certs} has them no more"
        return Line("stick", State.BAD, how, f"kiosk certs renew {holder.words}; then run this again with --force")
    return Line("stick", State.OK, f"{stick} has the certificate of {holder.name}: there, --certs {stick}")


def _broker(certs: Path, to: Path, *, start: bool) -> list[Line]:
    """What mosquitto reads, and mosquitto started with it."""
    try:
        minds = broker_files.install(Authority(certs), datetime.datetime.now(datetime.UTC), to=to)
    except CertificateError as error:
        return [Line("broker", State.BAD, str(error), "apt install mosquitto; kiosk certs broker")]
    lines = [Line("broker", State.WARN, mind) for mind in minds] or [Line("broker", State.OK, f"{to} is written")]
    if start:
        source = SHARE / "mosquitto.service.d" / "rengong.conf"
        if starting.systemd_runs() and not placing.copy_drop_in(source, "mosquitto", "rengong.conf"):
            lines.append(Line("mosquitto", State.BAD, f"{source} is missing", "install the Debian package"))
        lines += starting.start(["mosquitto"])
    return lines


def _page(wanted: config.Desk) -> Line:
    if listens(wanted.port):
        return Line("page", State.OK, f"somebody listens on port {wanted.port}")
    if not starting.systemd_runs():
        return Line("page", State.SKIP, "the desk was not started")
    return Line("page", State.BAD, f"nobody listens on port {wanted.port}", "journalctl -u kiosk-desk -n 30")


def _last_words(given: made.Answers, wanted: config.Desk, path: Path) -> None:
    host = made.hosts(given)[0]
    print(f"\nThe page: https://{host}:{wanted.port} (each browser imports {path.parent / 'certs' / 'ca.crt'})")
    print("The first administrator and the one-time password: journalctl -u kiosk-desk | grep 'first start'")
    print("Each terminal: kiosk setup terminal, with the stick that has its certificate")
    if given["certs"] == "new":
        authority = path.parent / "certs" / "authority"
        print(f"Once all is issued, carry {authority} away on a stick: it signs for the whole hall")
