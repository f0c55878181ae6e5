"""What a hall's content must be, and what somebody who writes one is told when it is not."""

import tomllib
from pathlib import Path

import pytest

from kiosk.dialogue.pack import FOLDERS, PackError, load_pack

ROOT = Path(__file__).parents[2]
BANK_SERVICES = """
    card_loss card_replace card_open pin_reset balance cash transfer fixed_deposit passbook pension_paid
    phone_change mobile_banking wealth statement inheritance old_notes
    urgent_fraud urgent_freeze urgent_health complaint hours
""".split()  # noqa: SIM905
SMALL = """
title = "银行"
[site]
counter = ""
[[topic]]
id = "card"
title = "银行卡"
services = ["card_loss"]
[[service]]
id = "card_loss"
title = "银行卡丢了"
samples = ["卡丢了"]
answer = "先挂失。"
where = "{counter}"
"""


@pytest.fixture
def folder(tmp_path):
    def write(text, name="bank.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return [tmp_path]

    return write


def test_the_banks_pack_holds_its_services_and_six_topics():
    pack = load_pack("bank", FOLDERS[1:])
    assert set(BANK_SERVICES) <= {service.id for service in pack.service}
    assert len(pack.topic) == 6
    reached = {service for topic in pack.topic for service in topic.services}
    urgent = {service.id for service in pack.service if service.urgent}
    assert reached | urgent == {service.id for service in pack.service}, "everything can be found by touch"


def test_packs_and_catalogues_are_installed_with_the_package():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["kiosk"]
    installed = {path for pattern in patterns for path in (ROOT / "kiosk").glob(pattern)}
    there = {*(ROOT / "kiosk" / "dialogue").rglob("*.toml"), *(ROOT / "kiosk" / "screen").rglob("*.toml")}
    assert there and there <= installed


def test_a_site_replaces_a_pack(folder, tmp_path):
    site = folder(SMALL.replace("银行卡丢了", "卡丢了怎么办"))
    assert load_pack("bank", [*site, FOLDERS[1]]).service[0].title == "卡丢了怎么办"


def test_a_field_that_the_site_has_not_filled_in_is_not_known(folder):
    pack = load_pack("bank", folder(SMALL))
    assert pack.filled(pack.service[0].where) == ""
    assert pack.filled("先挂失。") == "先挂失。"


def test_a_site_fills_its_fields_in_a_file_of_its_own(folder):
    folder('counter = "3号窗口"', "bank.site.toml")
    pack = load_pack("bank", folder(SMALL))
    assert pack.filled(pack.service[0].where) == "3号窗口"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("answer =", "anwser =", ["bank.toml", "service number 1", "anwser"]),
        ('answer = "先挂失。"', "", ["bank.toml", "service number 1", "answer"]),
        ("先挂失。", "先挂失。" * 16, ["bank.toml", "service number 1, answer", "60"]),
        ('services = ["card_loss"]', 'services = ["card_los"]', ["topic 'card'", "card_los", "add or remove"]),
        ("{counter}", "大厅左手边的三号窗口，或者五号窗口旁边", ["card_loss", "where is longer than 18"]),
        ("where = ", 'steps = ["大厅取个号吧", "跟柜员说一声", "拿新卡就行了"]\nwhere = ', ["the steps together"]),
        ("{counter}", "{window}", ["card_loss", "'window'", "[site]"]),
        ("{counter}", "{counter", ["card_loss", "'{counter'", "braces"]),
        ('id = "card_loss"', 'id = "Card loss"', ["service number 1, id", "a-z"]),
        ('title = "银行卡"', 'title = "银行卡"\nicon = "dragon"', ["topic number 1, icon", "dragon", "umbrella"]),
        ("[site]", "[site", ["bank.toml", "line 3"]),
        ("[[topic]]", SMALL[SMALL.index("[[service]]") :] + "[[topic]]", ["service 'card_loss'", "twice"]),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_do(folder, old, new, told):
    assert old in SMALL
    with pytest.raises(PackError) as error:
        load_pack("bank", folder(SMALL.replace(old, new, 1)))
    for part in told:
        assert part in str(error.value)


def test_a_filled_answer_may_not_grow_beyond_one_screen(folder):
    folder('counter = "大厅左手边三号窗口或者二楼的五号窗口"', "bank.site.toml")
    with pytest.raises(PackError, match="'card_loss': the answer is longer than 60"):
        load_pack("bank", folder(SMALL.replace("先挂失。", "先挂失。" * 11 + "{counter}")))


def test_a_site_file_with_an_unknown_field_says_which_there_are(folder):
    folder('window = "3号窗口"', "bank.site.toml")
    with pytest.raises(PackError, match=r"bank\.site\.toml: the pack has no field 'window'; it has counter"):
        load_pack("bank", folder(SMALL))


def test_a_pack_that_is_not_there_is_told_with_where_it_belongs(tmp_path):
    with pytest.raises(PackError) as error:
        load_pack("harbour", [tmp_path])
    assert str(tmp_path / "harbour.toml") in str(error.value)
    assert "screen.pack" in str(error.value)


def test_a_name_cannot_lead_out_of_the_folders(tmp_path):
    with pytest.raises(PackError, match="no name of a pack"):
        load_pack("../bank", [tmp_path])
