"""Spoken numbers as they are written: 三千五百块 is 3500块. For showing only. Pure."""

from __future__ import annotations

import re

import cn2an

_DIGIT = "零〇幺一二两三四五六七八九"
_NUMBER = rf"[{_DIGIT}十百千万亿]+(?:点[{_DIGIT}]++(?![十百刻分]))?"
#: 一下, 一些, 十分 and the like are words and no numbers: one character alone counts only before one of these.
_UNITS = "块|元|万元|毛|角|月|号|日|点|年|天|岁|楼|层|张|本|个月|个人|位|口人|米|公里|分钟|小时|百分|折|度"
_PHRASE = re.compile(rf"(百分之)?({_NUMBER})(?=(?P<unit>{_UNITS})?)")
#: Digit by digit: telephone numbers, card numbers, years.
_ROW = re.compile(rf"[{_DIGIT}]{{3,}}|[{_DIGIT}]{{2}}(?=年)")
_DIGITS = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "幺": "1",
    "两": "2",
}
_WORDS = (
    "一点(?!半|钟|[零一二三四五六七八九十])|一分|一会|一下|一些|一起|一样|一定|一般|一直|一共|万一|十分(?!钟)|千万"
    "|三三两两|再三"
    "|一二|二三|两三|三四|四五|五六|六七|七八|八九|三五|三两"  # 两三天: so many, or about so many
)
_KEEP = re.compile(
    rf"(?:星期|周|礼拜)[一二三四五六]|(?<![{_DIGIT}十百千万亿点])(?:{_WORDS})(?![{_DIGIT}十百千万亿])"
)


def written(text: str) -> str:
    """The text with its numbers in digits; words that only look like numbers stay as they are."""
    done: list[str] = []
    at = 0
    for kept in [*_KEEP.finditer(text), None]:
        done.append(_numbers(text[at : kept.start() if kept else len(text)]))
        if kept:
            done.append(kept.group())
            at = kept.end()
    return "".join(done)


def _numbers(text: str) -> str:
    text = _ROW.sub(lambda row: "".join(_DIGITS[character] for character in row.group()), text)
    return _PHRASE.sub(_number, text)


def _number(found: re.Match[str]) -> str:
    percent, number = found[1] or "", found[2]
    alone = len(number) == 1 and not percent
    if alone and (found["unit"] is None or number in "万亿千百"):
        return found[0]
    try:
        value = cn2an.cn2an(number.replace("幺", "一").replace("〇", "零"), "smart")
    except (ValueError, KeyError):  # numerals that are no number, as in 三三两两; its own check stumbles over some
        return found[0]
    digits = f"{value:.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    minutes = "0" if len(number) == 2 and number[0] in "零〇" else ""  # 九点零五分
    return minutes + digits + ("%" if percent else "")
