"""``kiosk certs``: the hall's certificates, made, renewed, taken back, and put where the broker reads them."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.certs.roles import Role

if TYPE_CHECKING:
    from kiosk.certs.authority import Authority, Issued, Pair

DIRECTORY = Path("/etc/kiosk/certs")
#: From here on a certificate is a fault in the health of whoever has it (kiosk.validity has the same).
SOON = datetime.timedelta(days=30)
_BROKER_AGAIN = "kiosk certs broker && systemctl restart mosquitto"


def add(commands: Any) -> None:
    """Add the command and what belongs to it to an argparse parser's commands."""
    certs = commands.add_parser("certs", help="the hall's certificates: authority, broker, terminals, desks")
    what = certs.add_subparsers(required=True, metavar="WHAT")

    init = what.add_parser("init", help="make the hall's authority")
    init.add_argument("--hall", required=True)
    init.set_defaults(run=_init)

    issue = what.add_parser("issue", help="make a certificate")
    renew = what.add_parser("renew", help="make another one under the same name, before the old one ends")
    revoke = what.add_parser("revoke", help="take a certificate back: a terminal was stolen, a desk was given up")
    for parser in (issue, renew, revoke):
        parser.add_argument("role", type=Role, choices=list(Role), metavar="ROLE", help=" ".join(Role))
        parser.add_argument(
            "name", nargs="?", default="", metavar="NAME", help="as in its settings; the broker has none"
        )
    for parser in (issue, renew):
        parser.add_argument(
            "--host",
            action="append",
            default=[],
            help="name or address by which broker or page is reached; repeat",
        )
    issue.add_argument("--ledger", action="store_true", help="this desk keeps the ledger")
    renew.add_argument(
        "--ledger", action=argparse.BooleanOptionalAction, help="whether this desk keeps the ledger"
    )
    issue.set_defaults(run=_issue)
    renew.set_defaults(run=_renew)
    revoke.set_defaults(run=_revoke)

    listing = what.add_parser("list", help="every certificate, with its end")
    listing.set_defaults(run=_list)

    broker = what.add_parser("broker", help="put what the broker needs where mosquitto reads it")
    broker.add_argument("--to", type=Path, default=Path("/etc/mosquitto/rengong"))
    broker.set_defaults(run=_broker)

    for parser in (init, issue, renew, revoke, listing, broker):
        parser.add_argument("--dir", type=Path, default=DIRECTORY, help=f"the certificates; {DIRECTORY}")
        parser.add_argument("--key-dir", type=Path, help="where the authority's key is; authority in --dir")


def _init(args: argparse.Namespace) -> int:
    authority = _authority(args)
    authority.make(args.hall, _today())
    print(f"{authority.certificate}: copy it to every terminal and desk, and import it in each agent's browser")
    print(f"{args.key_dir or args.dir / 'authority'}: once all is issued, carry it away, on a stick in the safe")
    return 0


def _issue(args: argparse.Namespace) -> int:
    authority = _authority(args)
    pair = authority.issue(args.role, _name(args), _today(), hosts=args.host, ledger=args.ledger)
    _for_the_units(args, pair)
    _tell(authority, args.role, pair)
    return 0


def _renew(args: argparse.Namespace) -> int:
    authority = _authority(args)
    pair = authority.renew(args.role, _name(args), _today(), hosts=args.host, ledger=args.ledger)
    _for_the_units(args, pair)
    _tell(authority, args.role, pair)
    return 0


def _for_the_units(args: argparse.Namespace, pair: Pair) -> None:
    """Root's new key where terminals and desks have theirs: the unit's user must be able to read it."""
    from kiosk.ops.setup import placing

    if args.dir == DIRECTORY and args.role is not Role.BROKER and pair.key.stat().st_uid == 0:
        placing.own(pair.key, user=placing.USER)


def _tell(authority: Authority, role: Role, pair: Pair) -> None:
    """What to do with a pair that was made."""
    cert, key, ca = pair.cert.resolve(), pair.key.resolve(), authority.certificate.resolve()
    if role is Role.BROKER:
        print(f"next: {_BROKER_AGAIN}")
    elif role is Role.PAGE:
        print(f'desk.toml:\ncert = "{cert}"\nkey = "{key}"\nthen: systemctl restart kiosk-desk')
    else:
        print(f'[broker]\nca = "{ca}"\ncert = "{cert}"\nkey = "{key}"')
        print(
            "Move cert and key to where they are used, readable for the user kiosk only, and leave no copy here."
        )
        print("A new name gets its rights by: kiosk certs broker && systemctl reload mosquitto")


def _revoke(args: argparse.Namespace) -> int:
    count = _authority(args).revoke(args.role, _name(args), _now())
    print(
        f"{count} revoked. It is in force when the broker has been started again; a reload keeps who is connected:"
    )
    print(f"    {_BROKER_AGAIN}")
    return 0


def _list(args: argparse.Namespace) -> int:
    now = _now()
    authority = _authority(args)
    print(f"authority of hall {authority.hall}, until {authority.ends:%Y-%m-%d}")
    issued = authority.issued(now)
    newest = {one.holder: one.serial for one in issued}
    for one in issued:
        extra = " ".join([*(["ledger"] if one.ledger else []), *one.hosts])
        state = _state(one, now, newest=newest[one.holder] == one.serial)
        print(f"{one.holder.words:24} {one.ends:%Y-%m-%d}  {state:20} {extra}".rstrip())
    return 0


def _state(one: Issued, now: datetime.datetime, *, newest: bool) -> str:
    if one.revoked:
        return "revoked"
    if one.ends <= now:
        return "EXPIRED" if newest else "expired, replaced"
    if not newest:
        return "replaced"
    days = (one.ends - now).days
    return f"EXPIRES in {days} days" if one.ends - now <= SOON else f"{days} days"


def _broker(args: argparse.Namespace) -> int:
    from kiosk.certs.broker import install

    for sentence in install(_authority(args), _now(), to=args.to):
        print(f"mind: {sentence}")
    print(
        f"{args.to} is written. A revoked certificate, or another one of the broker: systemctl restart mosquitto"
    )
    print("For a new terminal, desk or watcher: systemctl reload mosquitto")
    return 0


def _authority(args: argparse.Namespace) -> Authority:
    from kiosk.certs.authority import Authority

    return Authority(args.dir, args.key_dir)


def _name(args: argparse.Namespace) -> str:
    """There is one broker, so it needs no name."""
    return args.name or ("broker" if args.role is Role.BROKER else "")


def _today() -> datetime.datetime:
    """For what is made now."""
    from kiosk.certs.today import today

    return today()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
