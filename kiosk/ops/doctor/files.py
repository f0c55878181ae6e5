"""What lies on the disk: certificates, models, what the dialogue has learnt, fonts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from kiosk import clock, config, validity
from kiosk.certs.roles import LEDGER, Holder, Role
from kiosk.ops.doctor import keys
from kiosk.ops.doctor.line import Line, State

SOON_DAYS = validity.SOON_S / 86_400


def certificates(settings: config.Kiosk | config.Desk, user: str = keys.USER) -> Iterator[Line]:
    """Each file's end, and whose it is; and the keys. ``user``: who must be able to read these; empty: nobody."""
    if not settings.broker.tls:
        remedy = 'broker.url = "mqtts://...", and certificates (docs/mqtt.md)'
        yield Line("certificates", State.WARN, "the broker is reached without TLS", remedy)
    if isinstance(settings, config.Desk):
        files = of_desk(settings)
    else:
        name = str(Holder(settings.hall, Role.KIOSK, settings.name))
        files = validity.of_client(settings.broker, name, f"renew kiosk {settings.name}")
    for file in files:
        yield certificate(file)
    yield from keys.lines(settings, user)


def of_desk(settings: config.Desk) -> list[validity.File]:
    """What a desk lives on: with the broker, and with browsers."""
    hall, name = settings.hall, settings.name
    holder = str(Holder(hall, Role.DESK, name))
    own = validity.of_client(settings.broker, holder, f"renew desk {name}", ledger=settings.ledger)
    page = str(Holder(hall, Role.PAGE, name))
    return [*own, validity.File("our certificate for browsers", settings.cert, f"renew page {name}", page)]


def certificate(file: validity.File) -> Line:
    """One file's end, and whose it is."""
    try:
        read = x509.load_pem_x509_certificate(Path(file.path).read_bytes())
    except (OSError, ValueError) as error:
        remedy = "bring it again, from the stick or the desk's machine; the user kiosk must be able to read it"
        return Line("certificate", State.BAD, f"{file.path} cannot be read: {error}", remedy)
    subject = [str(part.value) for part in read.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    if file.holder and file.holder not in subject:
        how = f"{file.path} is of {', '.join(subject)}"
        remedy = f"bring that of {file.holder} here; or correct hall and name in the settings"
        return Line("certificate", State.BAD, how, remedy)
    marks = read.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
    if file.ledger and LEDGER not in [str(mark.value) for mark in marks]:
        how = f"{file.path} does not say that this desk keeps the ledger: nothing is put on record"
        remedy = f"`kiosk certs {file.renew} --ledger`, then `kiosk certs broker`"
        return Line("certificate", State.BAD, how, remedy)
    return dated(file.what, read.not_valid_after_utc, file.renew)


def dated(what: str, ends: datetime, renew: str) -> Line:
    """A certificate's end, by this machine's clock; ``renew``: behind ``kiosk certs``."""
    renew = f"`kiosk certs {renew}`, with the hall's authority at hand; the new files go where the old ones are"
    days = (ends - datetime.now(UTC)).days
    how = f"{what} until {ends:%Y-%m-%d}"
    if not clock.is_set(clock.wall_ms() / 1000):
        return Line("certificate", State.SKIP, f"{how}; this machine does not know the date")
    if days < 0:
        return Line("certificate", State.BAD, f"{how}: it has ended", renew)
    soon = days <= SOON_DAYS
    return Line("certificate", State.WARN if soon else State.OK, how, renew if soon else "")


def models(settings: config.Kiosk) -> Iterator[Line]:
    """Every byte of every model against its hash."""
    from kiosk.voice.models import manifest, store

    directory = Path(settings.voice.models_dir)
    for model in manifest.models():
        if wrong := store.damage(model, directory):
            remedy = f"kiosk models fetch --dir {directory} (--from /media/usb/models). Without it {model.without}"
            yield Line("model", State.BAD, f"{model.name} {wrong}", remedy)
        else:
            yield Line("model", State.OK, f"{model.name} {model.version}, every byte as it was")


def dialogue(settings: config.Kiosk) -> Iterator[Line]:
    """The hall's content, and whether it has been learnt."""
    from kiosk.dialogue.classifier import ClassifierError
    from kiosk.dialogue.pack import PackError, load_pack
    from kiosk.dialogue.trained import find_classifier

    name = settings.screen.pack
    try:
        pack = load_pack(name)
        find_classifier(name, pack)
    except PackError as error:
        yield Line(
            "content", State.BAD, str(error), f"kiosk content check {name} names each place and what to write"
        )
    except ClassifierError as error:
        yield Line(
            "content", State.WARN, str(error), f"kiosk content train {name}; systemctl restart kiosk-screen"
        )
    else:
        yield Line("content", State.OK, f"{name}: {len(pack.service)} services, learnt")


def font(settings: config.Kiosk) -> Line:
    """Chinese characters for the screen."""
    from kiosk.screen.fonts import FontMissing, Fonts

    try:
        fonts = Fonts(Path(settings.state_dir) / "fonts", settings.screen.language)
    except FontMissing as error:
        return Line("font", State.BAD, str(error), "apt install fonts-noto-cjk; systemctl restart kiosk-screen")
    except OSError as error:
        return Line("font", State.WARN, f"the font cannot be unpacked: {error}", "run the doctor as root")
    missing = fonts.missing_glyphs("人工您好要办什么事按一下有人来")
    return Line("font", State.BAD if missing else State.OK, f"lacks {missing}" if missing else "Noto Sans CJK")
