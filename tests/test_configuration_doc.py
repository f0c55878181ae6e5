"""What docs/configuration.md says must be what kiosk.config reads."""

import json
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from kiosk import config
from kiosk.link.hours import OpeningHours

TEXT = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml (Kiosk|Desk)\n(.*?)```", TEXT, re.DOTALL)


def section(title):
    return TEXT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def documented(title):
    """Key -> default, as the tables of one section tell them."""
    return dict(re.findall(r"^\| `([\w.]+)` \| [^|]+ \| ([^|]*?) ?\|", section(title), re.MULTILINE))


def written(field):
    """A default as the tables write it."""
    if field.required:
        return "required"
    value = field.default
    if isinstance(value, msgspec.Struct):
        return ""
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


@pytest.mark.parametrize("kind", [config.Kiosk, config.Desk])
def test_every_key_is_named_with_its_default_and_no_other(kind):
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    tables = {name: type(f.default) for name, f in fields.items() if isinstance(f.default, msgspec.Struct)}
    own = documented(f"{kind.__name__.lower()}.toml")
    if kind is config.Kiosk:
        own |= dict.fromkeys(tables, "")  # they have sections of their own, right below
    assert own == {name: written(field) for name, field in fields.items()}
    for name, table in tables.items():
        inner = msgspec.structs.fields(table)
        assert documented(f"[{name}]") == {f"{name}.{f.encode_name}": written(f) for f in inner}


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_every_example_loads(kind, text, tmp_path):
    path = tmp_path / "example.toml"
    path.write_text(text, encoding="utf-8")
    settings = config.load(path, getattr(config, kind))
    if isinstance(settings, config.Kiosk):
        OpeningHours(settings.hours.open, settings.hours.closed_on)


def test_the_longest_example_has_every_key():
    keys = max((keys_of(tomllib.loads(text)) for kind, text in EXAMPLES if kind == "Kiosk"), key=len)
    assert keys == keys_of(msgspec.to_builtins(config.Kiosk("h", "k")))
    desk = max((set(tomllib.loads(text)) for kind, text in EXAMPLES if kind == "Desk"), key=len)
    assert desk == set(config.Desk.__struct_fields__)


def keys_of(table, prefix=""):
    return set().union(
        *(keys_of(v, f"{prefix}{k}.") if isinstance(v, dict) else {prefix + k} for k, v in table.items())
    )


def test_every_key_of_a_webhook_is_named_and_no_other():
    named = re.findall(r"^\| `(\w+)` \|", section("[[webhook]]"), re.MULTILINE)
    assert named == list(config.Webhook.__struct_fields__)
