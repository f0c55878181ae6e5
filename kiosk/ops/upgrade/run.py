"""An upgrade from beginning to end, and from wherever it was interrupted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from kiosk.ops.upgrade import database, health, packages, steps
from kiosk.ops.upgrade.packages import UpgradeError
from kiosk.ops.upgrade.steps import Plan, Step

DIRECTORY = Path("/var/lib/kiosk-packages")
NOTE = "upgrade.json"  # in it, from the first step of an upgrade to its last
AGAIN_S = 1.0


class Site(NamedTuple):
    """Where everything is. ``settings``: of the terminal; ``wait_s``: so long it may take to be well."""

    directory: Path
    settings: Path
    wait_s: float
    tell: Callable[[str], None]

    @property
    def desk(self) -> Path:
        """The settings of the desk on this machine, if there is one."""
        return self.settings.with_name("desk.toml")

    @property
    def before(self) -> Path:
        """The desk's database as it was before."""
        return self.directory / "desk-before.db"

    @property
    def after(self) -> Path:
        """The desk's database as a newer version had it that did not do; it stays until somebody deletes it."""
        return self.directory / "desk-after.db"

    @property
    def note(self) -> Path:
        return self.directory / NOTE


def begin(site: Site, new: Path, old: Path | None) -> bool:
    """Upgrade; False: it went back. Raises :class:`UpgradeError` when it was not begun."""
    if site.note.exists():
        raise UpgradeError(f"an upgrade was interrupted ({site.note}): kiosk upgrade --resume")
    new_version, old_version = packages.described(new), packages.installed()
    if not old_version:
        raise UpgradeError(f"{packages.PACKAGE} is not installed whole: apt-get install {new.resolve()}")
    link = health.link_socket(site.settings)
    if link is not None and health.in_call(link):
        raise UpgradeError("a customer is calling, or was a minute ago: not now")
    now, ledger = packages.kept(old_version, site.directory, old), database.file(site.desk)
    data = 2 * ledger.stat().st_size if ledger else 0  # before, and what would be put aside
    packages.check_room(new, site.directory, new.stat().st_size + now.stat().st_size + data)
    former = packages.keep(now, site.directory)
    if new.name == former.name and new_version != old_version:
        raise UpgradeError(f"{new} has the name of the package that runs now: give it another one")
    next_one = packages.keep(new, site.directory)
    passed = link is not None and not health.trouble(link, test=True)
    site.tell(
        f"{old_version} -> {new_version}; before: {'the self-test passes' if passed else 'no self-test passes'}"
    )
    if ledger is not None:
        database.copy(ledger, site.before)
    plan = Plan(str(former), old_version, str(next_one), new_version, passed, packages.running())
    _write(site, plan)
    return _carry_out(site, plan)


def resume(site: Site) -> bool | None:
    """Go on with what was interrupted; None: nothing was. Raises :class:`UpgradeError`."""
    try:
        text = site.note.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    plan = steps.resumed(steps.decode(text))
    site.tell(f"interrupted: {plan.old_version} -> {plan.new_version}; goes on with {plan.step}")
    _write(site, plan)
    return _carry_out(site, plan)


def _carry_out(site: Site, plan: Plan) -> bool:
    wrong = ""
    if plan.step is Step.INSTALLING:
        wrong = packages.install(Path(plan.new))
        plan = plan.to(Step.GOING_BACK if wrong else Step.CHECKING)
        _write(site, plan)
    if plan.step is Step.CHECKING:
        packages.restart(plan.units)
        wrong = _trouble(site, plan)
        if not wrong:
            _finish(site, plan, stays=plan.new)
            if site.after.exists():
                site.tell(f"{site.after} is of an upgrade that went back: nobody needs it any more? Delete it")
            site.tell(f"{plan.new_version} runs{', and the self-test passes' if plan.passed else ''}")
            return True
        plan = plan.to(Step.GOING_BACK)
        _write(site, plan)
    site.tell(f"{plan.new_version} does not do: {wrong or 'it was interrupted twice'}. Back to {plan.old_version}")
    failed = packages.install(Path(plan.old))
    if failed and packages.installed() != plan.old_version:  # it may never have been away
        raise UpgradeError(f"{plan.old} cannot be put back: {failed}. dpkg --install {plan.old}")
    _database_back(site)
    packages.restart(plan.units)
    wrong = _trouble(site, plan)
    _finish(site, plan, stays=plan.old)
    after = f"not well yet: {wrong}" if wrong else "it runs as before"
    site.tell(f"{plan.old_version} is back: {after}")
    return False


def _database_back(site: Site) -> None:
    """Where the newer version has changed the tables: as before, or the older would refuse them."""
    ledger = database.file(site.desk)
    if ledger is None or not site.before.exists() or not database.changed(ledger, site.before):
        return
    packages.stop("kiosk-desk")
    database.put_back(ledger, site.before, site.after)
    site.tell(f"the desk's database is as before the upgrade; what came in since is in {site.after}")


def _trouble(site: Site, plan: Plan) -> str:
    """What the version that is there now does worse than the one from before; empty: nothing."""
    ends = time.monotonic() + site.wait_s
    link = health.link_socket(site.settings)
    if link is not None and "kiosk-link" in plan.units:
        wrong = health.wait_until_well(link, test=plan.passed, limit_s=site.wait_s)
        if wrong:
            return wrong
    while missing := set(plan.units) - set(packages.running()):
        if time.monotonic() >= ends:
            return f"{', '.join(sorted(missing))} does not run"
        time.sleep(AGAIN_S)
    return ""


def _finish(site: Site, plan: Plan, *, stays: str) -> None:
    """It is over. The package of the version that runs now is kept for the next time, the other is not."""
    site.note.unlink()
    for package in {plan.old, plan.new} - {stays}:
        Path(package).unlink(missing_ok=True)
    site.before.unlink(missing_ok=True)


def _write(site: Site, plan: Plan) -> None:
    """On disk before the step begins."""
    partial = site.note.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as file:
        file.write(steps.encode(plan))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(site.note)
    descriptor = os.open(site.directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
