"""How characters are said: the right reading of those that have several, and the tones of connected speech."""

import re

import pytest
from hypothesis import given, strategies as st

from kiosk.voice.speech.syllables import syllables

SAID = {
    # one character, several readings
    "银行行长": "yin2 hang2 hang2 zhang3",
    "行不行": "xing2 bu5 xing2",
    "长者": "zhang2 zhe3",
    "参保缴费": "can1 bao2 jiao3 fei4",
    "还款": "huan2 kuan3",
    "请按时还款": "qing3 an4 shi2 huan2 kuan3",
    "还有": "hai2 you3",
    "存折": "cun2 zhe2",
    "重新": "chong2 xin1",
    "重要": "zhong4 yao4",
    "只需要": "zhi3 xu1 yao4",
    "会计": "kuai4 ji4",
    "您得本人来": "nin2 dei2 ben3 ren2 lai2",
    "走得动": "zou3 de5 dong4",
    "得到": "de2 dao4",
    "慢慢地说": "man4 man4 de5 shuo1",
    "跨行转账": "kua4 hang2 zhuan3 zhang4",
    "上当": "shang4 dang4",
    "办事处": "ban4 shi4 chu4",
    "女士": "nv3 shi4",
    "略": "lve4",
    # neutral tones
    "谢谢": "xie4 xie5",
    "东西": "dong1 xi5",
    "老人家": "lao3 ren5 jia5",
    # 一 and 不
    "一张": "yi4 zhang1",
    "一共": "yi2 gong4",
    "一百一十元": "yi4 bai3 yi1 shi2 yuan2",
    "一号窗口": "yi1 hao4 chuang1 kou3",
    "第一": "di4 yi1",
    "星期一": "xing1 qi1 yi1",
    "看一看": "kan4 yi5 kan4",
    "不是": "bu2 shi4",
    "不来": "bu4 lai2",
    "幺幺零": "yao1 yao1 ling2",
    # third tones in a row
    "你好": "ni2 hao3",
    "展览馆": "zhan2 lan2 guan3",
    "请你给我": "qing2 ni3 gei2 wo3",
    # 儿
    "一会儿": "yi2 hui4 er5",
    "女儿": "nv3 er2",
    "": "",
}


@pytest.mark.parametrize("text", SAID)
def test_it_is_said_as_in_peking(text: str) -> None:
    assert " ".join(syllables(text)) == SAID[text]


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)))
def test_whatever_character_there_is_only_syllables_come_out(text: str) -> None:
    assert all(re.fullmatch(r"[a-z]+[1-5]", syllable) for syllable in syllables(text))
