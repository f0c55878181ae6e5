"""Chinese characters as the syllables that are really said: pinyin, neutral tones, tone sandhi.

pypinyin reads characters; what it does not know of hall talk is in :data:`_SAID`. Tones are 1 to 5;
5 is the neutral one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pypinyin

#: How words are said where the dictionary has only the characters' own tones, or another reading.
_SAID = """
大夫 dai4 fu5|东西 dong1 xi5|谢谢 xie4 xie5|爷爷 ye2 ye5|奶奶 nai3 nai5|清楚 qing1 chu5|时候 shi2 hou5
朋友 peng2 you5|先生 xian1 sheng5|事情 shi4 qing5|告诉 gao4 su5|知道 zhi1 dao5|休息 xiu1 xi5|消息 xiao1 xi5
认识 ren4 shi5|明白 ming2 bai5|麻烦 ma2 fan5|漂亮 piao4 liang5|关系 guan1 xi5|眼睛 yan3 jing5|耳朵 er3 duo5
师傅 shi1 fu5|看看 kan4 kan5|等等 deng3 deng5|试试 shi4 shi5|老人家 lao3 ren5 jia5|人家 ren2 jia5|大家 da4 jia1
称呼 cheng1 hu5|地方 di4 fang5|地址 di4 zhi3|这里 zhe4 li5|那里 na4 li5|哪里 na3 li5|这边 zhe4 bian5
那边 na4 bian5|旁边 pang2 bian1|上面 shang4 mian5|下面 xia4 mian5|前面 qian2 mian5|后面 hou4 mian5
里面 li3 mian5|外面 wai4 mian5|右边 you4 bian5|左边 zuo3 bian5|钥匙 yao4 shi5|名字 ming2 zi5|孩子 hai2 zi5
老伴 lao3 ban4|记得 ji4 de5|晚上 wan3 shang5|早上 zao3 shang5|身上 shen1 shang5|手上 shou3 shang5
屏幕上 ping2 mu4 shang5|柜台上 gui4 tai2 shang5|卡上 ka3 shang5|商量 shang1 liang5|打听 da3 ting5|打算 da3 suan5
窗户 chuang1 hu5|招呼 zhao1 hu5|舒服 shu1 fu5|客气 ke4 qi5|倒是 dao4 shi4|种类 zhong3 lei4|落下 luo4 xia4
取得 qu3 de2|收拾 shou1 shi5|糊涂 hu2 tu5|仔细 zi3 xi4|妈妈 ma1 ma5|您得 nin2 dei3|还得 hai2 dei3|就得 jiu4 dei3
都得 dou1 dei3|得带 dei3 dai4|得先 dei3 xian1|得本人 dei3 ben3 ren2|还了 huan2 le5|还清 huan2 qing1
还钱 huan2 qian2|没还 mei2 huan2|长辈 zhang3 bei4|长者 zhang3 zhe3|一行 yi4 hang2|重拨 chong2 bo1
重置 chong2 zhi4|重填 chong2 tian2|行号 hang2 hao4|本行 ben3 hang2|我行 wo3 hang2|他行 ta1 hang2|跨行 kua4 hang2
同行 tong2 hang2|各行 ge4 hang2|分行 fen1 hang2|支行 zhi1 hang2|总行 zong3 hang2|农行 nong2 hang2
建行 jian4 hang2|工行 gong1 hang2|中行 zhong1 hang2|交行 jiao1 hang2|招行 zhao1 hang2|转账 zhuan3 zhang4
存折 cun2 zhe2|还款 huan2 kuan3|还息 huan2 xi1|还卡 huan2 ka3|还信用卡 huan2 xin4 yong4 ka3
还房贷 huan2 fang2 dai4|还车贷 huan2 che1 dai4|还贷款 huan2 dai4 kuan3|还完 huan2 wan2|还上 huan2 shang4
还我 huan2 wo3|还您 huan2 nin2|调额 tiao2 e2|调档 diao4 dang4|划卡 hua2 ka3|咳嗽 ke2 sou5|头发 tou2 fa5
仔细地 zi3 xi4 de5|认真地 ren4 zhen1 de5|耐心地 nai4 xin1 de5|办得了 ban4 de5 liao3|受得了 shou4 de5 liao3
来得及 lai2 de5 ji2
"""
# pypinyin has one dictionary for the whole process; this one only speaks.
_WORDS = {
    word: [[syllable] for syllable in said.split()]
    for word, _, said in (entry.partition(" ") for entry in re.split(r"[|\n]", _SAID.strip()))
}
pypinyin.load_phrases_dict(_WORDS)
#: After these, 一 counts an order or is a digit among digits, and keeps its first tone; and before those.
_ORDER_BEFORE = "第零二三四五六七八九十〇幺初周期统唯单逐专"
_ORDER_AFTER = "月号楼层级路期线零二三四五六七八九十〇一"
#: With these beside it 得 is 得到, to get; else it is the particle (走得动).
_GET_BEFORE, _GET_AFTER = "获取心所难不只求赢", "到分知益当力罪以失体意"
#: 儿 is a syllable of its own beside these, not the retroflex end of the one before.
_CHILD_BEFORE, _CHILD_AFTER = "女婴幼少孤育托胎", "子女童孙媳科歌"


def syllables(text: str) -> list[str]:
    """One syllable with its tone for each Chinese character, ``ban4`` or ``lve4``; other signs are left out.

    A retroflex 儿 is the syllable ``er5``.
    """
    chars = "".join(re.findall(r"[一-鿿〇]", text))
    read = pypinyin.pinyin(
        chars, style=pypinyin.Style.TONE3, neutral_tone_with_five=True, v_to_u=False, errors="ignore"
    )
    said = [reading[0].replace("ü", "v") for reading in read]
    if len(said) != len(chars):  # a rare character without a reading; better one missing than all shifted
        said = [pypinyin.pinyin(c, style=pypinyin.Style.TONE3, neutral_tone_with_five=True)[0][0] for c in chars]
        chars = "".join(c for c, s in zip(chars, said, strict=True) if re.fullmatch(r"[a-z]+[1-5]", s))
        said = [s for s in said if re.fullmatch(r"[a-z]+[1-5]", s)]
    return _sandhi(chars, said)


def is_retroflex(chars: str, at: int) -> bool:
    """Whether the 儿 at this place only bends the syllable before it (一会儿), and is no child (女儿)."""
    if at == 0 or chars[at] != "儿":
        return False
    return chars[at - 1] not in _CHILD_BEFORE and chars[at + 1 : at + 2] not in tuple(_CHILD_AFTER)


def _sandhi(chars: str, said: Sequence[str]) -> list[str]:
    said = [_bent(chars, at, said) for at in range(len(said))]
    at = 0
    while at < len(said):
        end = at
        while end < len(said) and said[end].endswith("3"):
            end += 1
        # A run of third tones falls into feet of two, the last of three when their number is odd.
        for place in range(at, end - 1):
            last_of_foot = (place - at) % 2 == 1 and end - place > 2
            if not last_of_foot:
                said[place] = said[place][:-1] + "2"
        at = max(end, at + 1)
    return said


def _bent(chars: str, at: int, said: Sequence[str]) -> str:
    """The tones of 不 and 一 by what follows and in 行不行; 得, 地 and 儿 by what they are."""
    char, syllable = chars[at], said[at]
    after = said[at + 1][-1] if at + 1 < len(said) else ""
    between_same = 0 < at < len(chars) - 1 and chars[at - 1] == chars[at + 1]
    if char in "不一" and between_same and chars[at - 1] not in "不一零二三四五六七八九":
        return syllable[:-1] + "5"
    if char == "不":
        return "bu2" if after == "4" else "bu4"
    if char == "一":
        before = chars[at - 1] if at else ""
        follows = chars[at + 1 : at + 2]
        if not after or (before and before in _ORDER_BEFORE) or (follows and follows in _ORDER_AFTER):
            return "yi1"
        return "yi2" if after in "45" else "yi4"
    if syllable == "de2" and chars[at - 1 : at] not in tuple(_GET_BEFORE):
        return syllable if chars[at + 1 : at + 2] in tuple(_GET_AFTER) else "de5"
    if char == "地" and at > 1 and chars[at - 1] == chars[at - 2]:  # 慢慢地
        return "de5"
    return "er5" if is_retroflex(chars, at) else syllable
