"""A sentence that was taught goes together with the others, travels in a file, and is understood afterwards."""

import tomllib

import pytest
from hypothesis import given, settings, strategies as st

from kiosk.content.check import check
from kiosk.content.findings import Rule
from kiosk.content.likeness import Sentence
from kiosk.content.nearest import by_classifier, by_samples
from kiosk.content.teaching import objections, patch, sample
from kiosk.dialogue.decision import Answer
from kiosk.dialogue.examples import fingerprint, load_examples
from kiosk.dialogue.pack import load_pack
from kiosk.dialogue.trained import find_classifier, open_understanding
from kiosk.dialogue.training import train

COMMON = """title = "各厅通用"
[[service]]
id = "hours"
title = "几点开门"
samples = ["几点开门", "啥时候开门"]
answer = "九点。"
[[never]]
text = "今天天气真好"
"""
BANK = """title = "银行"
[[topic]]
id = "card"
title = "银行卡"
services = ["card_loss", "fund", "hours"]
[[service]]
id = "card_loss"
title = "银行卡丢了"
samples = ["卡丢了", "我的银行卡丢了"]
answer = "先挂失。"
[[service]]
id = "fund"
title = "公积金"
samples = ["公积金提取"]
answer = "带身份证。"
"""
MORE = {
    "card_loss": ("卡不见了", "卡找不到了", "银行卡找不见了", "卡没了", "钱包丢了卡在里头", "卡掉了", "卡弄丢了"),
    "fund": ("提公积金", "公积金取出来", "我要取公积金", "公积金能取不", "公积金取钱", "取住房公积金"),
    "hours": ("几点关门", "几点下班", "周六开门不", "啥时候上班", "几点上班", "开到几点"),
    "none": ("今天真热", "吃了没", "外头下雨了", "这人真多", "孙子上学去了", "茶水凉了", "今天人不多"),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "bank.toml").write_text(BANK, encoding="utf-8")
    (tmp_path / "common.toml").write_text(COMMON, encoding="utf-8")
    (tmp_path / "more").mkdir()
    lines = [f"{service}\t{text}" for service, texts in MORE.items() for text in texts]
    (tmp_path / "more" / "bank.tsv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def learn(folder):
    """As ``kiosk content train`` does."""
    pack = load_pack("bank", [folder])
    train(load_examples("bank", pack, [folder]), fingerprint("bank", pack, [folder])).save(folder / "bank.npz")


def understood(folder, text):
    """As ``kiosk ask`` does."""
    return open_understanding("bank", load_pack("bank", [folder]), [folder]).understand(text)


# --- the whole way ------------------------------------------------------------------------------------


def test_what_was_taught_is_understood_once_the_patch_is_there_and_learnt(folder):
    learn(folder)
    taught = ["支取房子那个本本", "我要支取房子的本本", "房子本本咋支取"]
    for text in taught:
        assert understood(folder, text) != Answer("fund")
    new = [Sentence(text, "fund") for text in taught]
    assert list(objections(load_pack("bank", [folder]), [], new)) == []
    (folder / "bank.taught.toml").write_text(patch("bank", new), encoding="utf-8")
    assert [str(one) for one in check("bank", None, [folder])] == []
    learn(folder)
    for text in (*taught, "房子的本本支取"):  # the last one nobody has taught
        assert understood(folder, text) == Answer("fund")
    assert understood(folder, "卡丢了") == Answer("card_loss")


# --- what goes together -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "other", "warning"),
    [
        ("嗯，我的银行卡丢了！", Rule.SAME, "我的银行卡丢了", False),
        ("我的银航卡丢了", Rule.SOUND, "我的银行卡丢了", False),
        ("今天天气真好", Rule.SAME, "今天天气真好", False),
        ("我的银行卡掉了", Rule.NEAR, "我的银行卡丢了", True),
        ("公积金提取。", Rule.TWICE, "公积金提取", True),
    ],
)
def test_a_sentence_that_is_too_like_another_is_told_as_the_check_of_the_file_does(
    folder, text, rule, other, warning
):
    new = [Sentence("提公积金喽", "fund"), Sentence(text, "fund")]
    (one,) = objections(load_pack("bank", [folder]), [], new)
    assert (one.sentence.text, one.rule, one.other.text, one.warning) == (text, rule, other, warning)
    (folder / "bank.taught.toml").write_text(patch("bank", new), encoding="utf-8")
    (told,) = check(str(folder / "bank.taught.toml"), None, [folder])
    assert (told.rule, told.file, told.line) == (rule, str(folder / "bank.taught.toml"), 6)


def test_what_was_taught_to_one_service_is_not_taught_to_another(folder):
    pack, before = load_pack("bank", [folder]), [Sentence("那个红本本", "fund")]
    (one,) = objections(pack, before, [Sentence("那个红本本", "card_loss")])
    assert (one.rule, one.other) == (Rule.SAME, before[0])
    assert list(objections(pack, before, [Sentence("那个绿本本子", "card_loss")])) == []


# --- the file -----------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.lists(st.text(max_size=30)))
def test_every_sentence_is_in_the_file_once_whatever_is_in_it(texts):
    taught = [Sentence(text, "fund") for one in texts if (text := sample(one))]
    assert set(tomllib.loads(patch("bank", taught))["samples"].get("fund", [])) <= {one.text for one in taught}
    assert (not taught) == (not tomllib.loads(patch("bank", taught))["samples"])


def test_of_a_number_or_a_story_what_can_be_taught_is_left():
    assert sample("卡号****丢了") == "卡号丢了"
    assert sample("我那个老伴昨天…") == "我那个老伴昨天"
    assert sample("****") == sample("……") == sample("") == ""


# --- where a sentence may belong ----------------------------------------------------------------------


def test_the_nearest_services_by_the_samples_and_by_the_classifier(folder):
    learn(folder)
    pack = load_pack("bank", [folder])
    for nearest in (by_samples(pack), by_classifier(find_classifier("bank", pack, [folder]), pack)):
        first, *_ = found = nearest("公积金咋个提取法")
        assert first.service == "fund" and 0 < first.score <= 1
        assert len(found) <= 3 and found == sorted(found, key=lambda near: -near.score)
    assert by_samples(pack)("") == []
