"""What whoever writes a hall's content is told: the file, the line, what is wrong, and what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.content.check import all_packs, check
from kiosk.content.findings import Rule
from kiosk.dialogue.pack import FOLDERS, load_pack

SHIPPED = FOLDERS[1:]
COMMON = """title = "各厅通用"
[site]
hours = ""
[[service]]
id = "hours"
title = "几点开门"
samples = ["几点开门", "啥时候开门"]
answer = "营业时间是{hours}。"
[[service]]
id = "urgent_fraud"
title = "被骗了"
urgent = true
samples = ["我被骗了"]
answer = "我这就叫工作人员。"
[[never]]
text = "今天天气真好"
"""
BANK = """title = "银行"
[site]
counter = ""
[[topic]]
id = "card"
title = "银行卡"
services = ["card_loss", "cash", "hours"]
[[service]]
id = "card_loss"
title = "银行卡丢了"
samples = [
    "卡丢了",
    "我的银行卡丢了",
]
answer = "先挂失。"
[[service]]
id = "cash"
title = "取钱"
samples = ["取钱", "我要取钱"]
answer = "在柜台取。"
where = "{counter}"
"""


@pytest.fixture
def folder(tmp_path):
    def write(text=BANK, name="bank.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    write(COMMON, "common.toml")
    write('counter = "3号窗口"\nhours = "9点到17点"', "bank.site.toml")
    return write


def found(folder, pack="bank.toml", knows=None):
    return check(str(folder / pack), knows, [folder])


def test_what_comes_with_the_program_may_be_used():
    assert set(all_packs(SHIPPED)) == {"bank", "telecom", "gov"}
    for name in all_packs(SHIPPED):
        assert [str(one) for one in check(name, None, SHIPPED) if not one.warning] == []


def test_a_good_pack_is_not_blamed(folder):
    assert found(folder()) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "told"),
    [
        ("[site]", "[site", Rule.FILE, 2, "correct that line"),
        ('answer = "先挂失。"', 'anwser = "先挂失。"', Rule.FIELD, 15, "did you mean answer"),
        ('answer = "先挂失。"\n', "", Rule.FIELD, 8, "answer is missing"),
        ('title = "取钱"', 'title = "取一点点钱回家买菜给孙子吃"', Rule.FIELD, 18, "shorten"),
        ("先挂失。", "先挂失。" * 16, Rule.FIELD, 15, "<= 60; shorten"),
        ('"我的银行卡丢了"', "5", Rule.FIELD, 13, "`str`"),
        ('title = "取钱"', 'title = "取钱"\nicon = "dragon"', Rule.FIELD, 19, "umbrella"),
        ('id = "cash"', 'id = "Cash it"', Rule.FIELD, 17, "a-z"),
        ('"cash", "hours"', '"cash", "hour"', Rule.PACK, 7, "'hour', which is not there; add or remove"),
        ('id = "cash"', 'id = "card_loss"', Rule.PACK, 17, "there twice; rename"),
        ("{counter}", "{window}", Rule.PACK, 21, "'window'; add it to [site]"),
        ("{counter}", "大厅左手边的三号窗口，或者五号窗口旁边", Rule.PACK, 21, "longer than 18"),
        ('"cash", "hours"', '"cash"', Rule.HIDDEN, 5, "no topic leads to it"),
        ('"我要取钱"', '"嗯，卡丢了！"', Rule.SAME, 19, "'卡丢了' of card_loss (bank.toml:12)"),
        ('"我要取钱"', '"今天天气真好"', Rule.SAME, 16, "of cash (bank.toml:19)"),
        ('"我要取钱"', '"我的银航卡丢了"', Rule.SOUND, 19, "bank.toml:13"),
        ('"我要取钱"', '"我的银行卡掉了"', Rule.NEAR, 19, "one syllable"),
        ('"我要取钱"', '"取钱。"', Rule.TWICE, 19, "remove one"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_a_remedy(folder, old, new, rule, line, told):
    assert old in BANK
    findings = found(folder(BANK.replace(old, new, 1)))
    assert [(one.rule, one.line) for one in findings if told in str(one)] == [(rule, line)]
    assert all(one.file.endswith(".toml") and one.remedy for one in findings)


def test_all_that_is_wrong_is_told_at_once(folder):
    text = BANK.replace("answer", "anwser").replace('title = "取钱"', "title = 5").replace("[site]", "[sight]")
    rules = [one.line for one in found(folder(text)) if one.rule is Rule.FIELD]
    assert rules == sorted(rules) and {2, 15, 18, 20} <= set(rules)


def test_what_is_wrong_in_the_common_file_is_told_with_that_file(folder):
    folder(COMMON.replace('"啥时候开门"', '"我要取钱"'), "common.toml")
    (one,) = found(folder())
    assert (Path(one.file).name, one.line, one.rule) == ("common.toml", 7, Rule.SAME)


@pytest.mark.parametrize("key", ["answer", "spoken", "where", "bring"])
def test_a_field_that_the_site_has_not_filled_in_is_a_warning(folder, key):
    (folder() / "bank.site.toml").unlink()
    text = BANK.replace('where = "{counter}"', "").replace('answer = "在柜台取。"', 'answer = "在柜台取。"\n')
    text = text.replace("在柜台取。", "请到{counter}") if key == "answer" else text + f'{key} = "{{counter}}"'
    first, second = found(folder(text))
    assert first.rule is second.rule is Rule.UNFILLED and first.warning and second.warning
    assert "counter" in first.text and "bank.site.toml" in first.remedy
    assert Path(second.file).name == "common.toml"


def test_a_word_that_the_model_does_not_know_is_told(folder):
    known = {"卡", "丢了", "我的", "银行", "取", "钱", "我要", "几点", "开门", "啥时候", "我", "被骗了"}
    assert found(folder(), knows=known.__contains__) == []
    text = BANK.replace('"我要取钱"', '"我要取钢镚"')
    (one,) = found(folder(text), knows=known.__contains__)
    assert (one.rule, one.line, one.warning) == (Rule.UNHEARD, 19, True)
    assert "'钢镚'" in one.text


def test_the_sites_own_file_and_the_common_one_can_be_named(folder):
    folder()
    assert found(folder(), "bank.site.toml") == []
    assert [one.rule for one in found(folder(), "common.toml")] == [Rule.UNFILLED]
    folder('counter = "3号窗口"\nwindow = "5"', "bank.site.toml")
    (one,) = found(folder(), "bank.site.toml")
    assert (Path(one.file).name, one.rule) == ("bank.site.toml", Rule.FILE)
    assert "it has counter, hours" in str(one)


def test_the_file_of_what_was_taught_can_be_named_and_is_told_its_lines(folder):
    folder('[samples]\nhours = ["开到几时"]\ncash = [\n    "取点零用",\n    "我卡丢了"\n]\n', "bank.taught.toml")
    folder()
    assert found(folder(), "bank.taught.toml") == []
    folder('[samples]\nhours = ["开到几时"]\ncash = [\n    "取点零用",\n    "卡丢了"\n]\n', "bank.taught.toml")
    (one,) = found(folder())
    assert (Path(one.file).name, one.line, one.rule) == ("bank.taught.toml", 5, Rule.SAME)
    folder('[samples]\nfund = ["提公积金"]\n', "bank.taught.toml")
    (one,) = found(folder(), "bank.taught.toml")
    assert (Path(one.file).name, one.rule) == ("bank.taught.toml", Rule.FILE)
    assert "no service 'fund'; correct its id" in str(one)


def test_a_pack_that_is_nowhere_is_told_with_where_it_belongs(folder):
    (one,) = check("harbour", None, [folder()])
    assert one.rule is Rule.FILE and "harbour.toml" in str(one)


def test_a_pack_that_passes_is_one_that_the_terminal_loads(folder):
    assert found(folder()) == []
    assert load_pack("bank", [folder()]).find("hours") is not None


# --- the command --------------------------------------------------------------------------------------


def kiosk(*args, models):
    environment = os.environ | {"KIOSK_MODELS": str(models)}
    command = [sys.executable, "-m", "kiosk", "content", "check", *map(str, args)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_the_command_says_what_is_wrong_and_that_no_words_were_looked_up(folder, tmp_path):
    file = folder(BANK.replace("{counter}", "{window}")) / "bank.toml"
    done = kiosk(file, models=tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"{file}:21: error: service 'cash' names the field 'window'" in done.stdout
    assert "the words were not looked up" in done.stdout
    assert done.stdout.endswith("1 errors, 1 warnings\n")


def test_warnings_alone_are_no_failure_and_come_as_json_too(folder, tmp_path):
    file = folder(BANK.replace('"我要取钱"', '"取钱。"')) / "bank.toml"
    done = kiosk(file, "--json", models=tmp_path)
    assert done.returncode == 0, done.stderr
    whole = json.loads(done.stdout)
    assert (whole["packs"], whole["errors"], whole["warnings"]) == ([str(file)], 0, 2)
    twice = next(one for one in whole["findings"] if one["rule"] == "twice")
    assert (twice["file"], twice["line"], twice["severity"]) == (str(file), 19, "warning")
