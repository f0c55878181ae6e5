"""What a hall's content must be, and what somebody who writes one is told when it is not."""

import tomllib
from pathlib import Path

import pytest

from kiosk.dialogue.pack import FOLDERS, PackError, load_pack

ROOT = Path(__file__).parents[2]
SERVICES = {
    "bank": """
        card_loss card_replace card_open pin_reset balance cash transfer fixed_deposit passbook pension_paid
        phone_change mobile_banking loan wealth statement inheritance old_notes
        passbook_loss machine_swallowed wrong_transfer
    """,
    "telecom": """
        bill_query topup plan_change addon_cancel sim_replace sim_loss broadband_install broadband_fault data
        ownership port_out cancel_number real_name elder_plan phone_help invoice
    """,
    "gov": """
        pension_certify pension_query social_card medical_reimburse remote_medical chronic_disease elder_subsidy
        id_card household marriage disability low_income housing_fund retirement funeral business_license
    """,
}
IN_EVERY_HALL = """
    human urgent_fraud urgent_freeze urgent_health complaint ticket hours facility repeat back goodbye
"""
#: They are buttons on every screen that can need them, and no card.
BUTTONS = {"human", "repeat", "back", "goodbye"}
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
        return [tmp_path, *FOLDERS[1:]]

    return write


@pytest.mark.parametrize("hall", SERVICES)
def test_a_hall_holds_its_services_and_those_of_every_hall(hall):
    pack = load_pack(hall, FOLDERS[1:])
    assert {*SERVICES[hall].split(), *IN_EVERY_HALL.split()} == {service.id for service in pack.service}
    assert all(len(service.samples) >= 35 for service in pack.service)
    assert len(pack.never) >= 200


@pytest.mark.parametrize("hall", SERVICES)
def test_everything_but_danger_can_be_found_by_touch_on_six_cards(hall):
    pack = load_pack(hall, FOLDERS[1:])
    assert len(pack.topic) == 6
    reached = {service for topic in pack.topic for service in topic.services}
    urgent = {service.id for service in pack.service if service.urgent}
    assert reached | urgent | BUTTONS == {service.id for service in pack.service}
    assert {"ticket", "hours", "facility", "complaint"} <= set(pack.topic[-1].services)


def test_packs_and_catalogues_are_installed_with_the_package():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["kiosk"]
    installed = {path for pattern in patterns for path in (ROOT / "kiosk").glob(pattern)}
    there = {*(ROOT / "kiosk" / "dialogue").rglob("*.toml"), *(ROOT / "kiosk" / "screen").rglob("*.toml")}
    assert there and there <= installed


def test_a_site_replaces_a_pack(folder):
    site = folder(SMALL.replace("银行卡丢了", "卡丢了怎么办"))
    assert load_pack("bank", site).service[0].title == "卡丢了怎么办"


# --- what every hall can say --------------------------------------------------------------------------

SHARED = """
title = "各厅通用"
[site]
counter = "柜台"
hours = "周一到周五上午9点到下午5点，中午不休息"
[[service]]
id = "card_loss"
title = "什么丢了"
samples = ["丢了"]
answer = "问工作人员。"
[[service]]
id = "hours"
title = "几点开门"
samples = ["几点开门"]
answer = "营业时间是{hours}。"
[[never]]
text = "今天天气真好"
"""


def test_what_every_hall_can_say_is_put_into_a_pack_and_the_packs_own_wins(folder):
    folder(SHARED, "common.toml")
    pack = load_pack("bank", folder(SMALL + '[[never]]\ntext = "钱难挣啊"\n'))
    assert [service.title for service in pack.service] == ["银行卡丢了", "几点开门"]
    assert pack.filled("{counter}") == "", "the pack says that it does not know its counter"
    assert pack.filled("{hours}") == "周一到周五上午9点到下午5点，中午不休息"
    assert [one.text for one in pack.never] == ["钱难挣啊", "今天天气真好"]


def test_a_topic_may_lead_to_what_every_hall_can_say(folder):
    pack = load_pack("bank", folder(SMALL.replace('["card_loss"]', '["card_loss", "hours"]')))
    assert pack.find("hours").title == "几点开门"


def test_a_site_fills_the_fields_of_every_hall_in_its_packs_file(folder):
    folder('hours = "9点到17点"', "bank.site.toml")
    assert "9点到17点" in load_pack("bank", folder(SMALL)).filled("{hours}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("answer = ", "anwser = ", ["service number 1", "anwser"]),
        ("问工作人员。", "{window}", ["service 'card_loss' names the field 'window'"]),
        ("{hours}", "{hours}" * 3, ["service 'hours': the answer is longer than 60"]),
        (
            "[[never]]",
            '[[topic]]\nid = "all"\ntitle = "都有"\nservices = ["hours"]\n[[never]]',
            ["topic 'all'", "move"],
        ),
        ("今天天气真好", "", ["never number 1, text"]),
    ],
)
def test_a_mistake_in_what_every_hall_can_say_is_told_with_its_own_file(folder, old, new, told):
    assert old in SHARED
    folder(SHARED.replace(old, new, 1), "common.toml")
    with pytest.raises(PackError, match=r"common\.toml: ") as error:
        load_pack("bank", folder(SMALL.replace("card_loss", "card_lost")))
    for part in told:
        assert part in str(error.value)


def test_without_what_every_hall_can_say_no_pack_is_used(folder, tmp_path):
    folder(SMALL)
    with pytest.raises(PackError, match=r"no common\.toml"):
        load_pack("bank", [tmp_path])


# --- fields -------------------------------------------------------------------------------------------


def test_a_field_that_the_site_has_not_filled_in_is_not_known(folder):
    pack = load_pack("bank", folder(SMALL))
    assert pack.filled(pack.service[0].where) == ""
    assert pack.filled("先挂失。") == "先挂失。"


def test_a_site_fills_its_fields_in_a_file_of_its_own(folder):
    folder('counter = "3号窗口"', "bank.site.toml")
    pack = load_pack("bank", folder(SMALL))
    assert pack.filled(pack.service[0].where) == "3号窗口"


@pytest.mark.parametrize(
    ("spoken", "aloud"),
    [("", "先挂失。"), ("请到{counter}，先挂失。", "请到3号窗口，先挂失。"), ("打{phone}挂失。", "先挂失。")],
)
def test_an_answer_is_read_out_with_its_fields_filled_in(folder, spoken, aloud):
    folder('counter = "3号窗口"', "bank.site.toml")
    text = SMALL.replace("[site]", '[site]\nphone = ""').replace("where = ", f'spoken = "{spoken}"\nwhere = ')
    pack = load_pack("bank", folder(text))
    assert pack.aloud(pack.service[0]) == aloud


def test_an_answer_that_the_site_cannot_give_is_not_read_out_either(folder):
    pack = load_pack("bank", folder(SMALL.replace('"先挂失。"', '"请到{counter}。"\nspoken = "先坐下。"')))
    assert pack.aloud(pack.service[0]) == ""


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
    with pytest.raises(PackError, match=r"bank\.site\.toml: the pack has no field 'window'; it has .*counter"):
        load_pack("bank", folder(SMALL))


def test_a_pack_that_is_not_there_is_told_with_where_it_belongs(tmp_path):
    with pytest.raises(PackError) as error:
        load_pack("harbour", [tmp_path])
    assert str(tmp_path / "harbour.toml") in str(error.value)
    assert "screen.pack" in str(error.value)


def test_a_name_cannot_lead_out_of_the_folders(tmp_path):
    with pytest.raises(PackError, match="no name of a pack"):
        load_pack("../bank", [tmp_path])


# --- what a hall has taught ---------------------------------------------------------------------------


def test_what_a_hall_has_taught_comes_after_the_samples_of_the_pack_and_of_every_hall(folder):
    folder('[samples]\ncard_loss = ["那张卡寻不着了"]\nhours = ["开到几时"]', "bank.taught.toml")
    pack = load_pack("bank", folder(SMALL))
    assert pack.find("card_loss").samples == ("卡丢了", "那张卡寻不着了")
    assert pack.find("hours").samples[-1] == "开到几时"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[samples]\nfund = ["提公积金"]', "no service 'fund'"),
        ('[samples]\ncard_loss = "卡呢"', "write cash"),
        ('[sample]\ncard_loss = ["卡呢"]', "sample"),
        ("[samples]\ncard_loss = [1]", "number 1: Expected `str`"),
    ],
)
def test_a_mistake_in_what_was_taught_is_told_with_its_file(folder, text, told):
    folder(text, "bank.taught.toml")
    with pytest.raises(PackError, match=r"bank\.taught\.toml") as error:
        load_pack("bank", folder(SMALL))
    assert told in str(error.value)
