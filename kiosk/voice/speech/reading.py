"""How a written sentence is read aloud: numbers, money, dates, telephone numbers, letters, in Chinese words.

What comes out holds Chinese characters and the marks ，、。！？；： only, so that every voice reads it alike.
The rules are tried in their order; each turns what it knows into words, so that the next do not see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kiosk.voice.speech.numbers import COUNTED, counted, date, digits, money, number, time

#: Marks at which a voice pauses.
PAUSES = "，、。！？；："

_N = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"  # 12, 1,234.50
_TO = r"\s*(?:[-~—–～―]+|至|到)\s*"
_FREE = r"(?<![\d.,A-Za-z])"  # not in the middle of a number or code
_END = r"(?!\d)"
_NO_AMOUNT = r"(?![\dA-Za-z])(?!\s*[元块个位次分秒天年人岁])"
_CODE_WORD = (
    "编号|单号|工单|案件|受理号|流水号|卡号|账号|帐号|证号|证件号|身份证号?|社保号|户号|尾号|末[四六]位"
    "|验证码|密码|校验码|办件号|号码牌?"
)
_CALL_WORD = r"电话|热线|拨打|致电|手机|拨|客服|短信|报警|急救|火警|打"
_SERVICE = r"1(?:1[0-9]|2[02])|12[0-9]{3}|100(?:00|10|86)|95\d{3,4}|96\d{3,4}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}"

#: Letters as they are called in Chinese halls.
_NAMES = "诶 必 西 弟 伊 艾弗 寄 艾尺 爱 杰 开 艾勒 艾姆 恩 欧 批 扣 啊 艾丝 踢 优 维 达不留 艾克斯 歪 贼"
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _NAMES.split(), strict=True))
_WORDS = {"WIFI": "无线网络", "OK": "好", "NO": "号码", "KM": "公里", "VS": "对"}
_UNITS = {
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "m": "米",
    "kg": "公斤",
    "g": "克",
    "ml": "毫升",
    "h": "小时",
    "min": "分钟",
    "s": "秒",
    "㎡": "平方米",
    "m²": "平方米",
    "℃": "摄氏度",
    "°c": "摄氏度",
}
_SIGNS = {
    "&": "和",
    "+": "加",
    "=": "等于",
    "×": "乘",
    "#": "井号",
    "*": "星号",
    "@": "艾特",
    "%": "百分号",
    "~": "，",
}


def reading(text: str) -> str:
    """The words to speak; empty when there is nothing to say."""
    for pattern, replace in _RULES:
        text = pattern.sub(replace, text)
    return _tidy(text)


def _yao(text: str) -> str:
    """A code: its digits one by one, its letters by name."""
    return "".join(
        digits(char, yao=True) if char.isdigit() else f" {_LETTERS.get(char.upper(), '')} " for char in text
    )


def _grouped(text: str) -> str:
    """A telephone number in groups that can be written down: 3-4-4 for a mobile, else by its own marks."""
    groups = re.findall(r"\d+", text)
    if len(groups) == 1 and len(text) == 11:
        groups = [text[:3], text[3:7], text[7:]]
    return "、".join(digits(group, yao=True) for group in groups)


def _money(match: re.Match[str]) -> str:
    amount, unit = match["n"], match["unit"] or ""
    return money(amount, unit)


def _count(match: re.Match[str]) -> str:
    """A number and what follows it; whether 2 is 两 depends on that."""
    text, after = match[0], match.string[match.end() :]
    ordinal = match.string[: match.start()].endswith(("第", "十"))
    if text == "2" and not ordinal and after.startswith(("千", "万", "亿")):
        return "两"
    if not ordinal and COUNTED.match(after.lstrip()) and not after.startswith(("分之", "点钟之")):
        return counted(text)
    return number(text)


def _range(match: re.Match[str]) -> str:
    """3-5个: 三到五个. Both ends are read like what follows the second."""
    after = match.string[match.end() :]
    read = counted if COUNTED.match(after) else number
    return f"{read(match[1])}到{read(match[2])}"


def _unit(match: re.Match[str]) -> str:
    word = _UNITS[match[2].lower()]
    if word == "摄氏度" and match[1].startswith("-"):
        return f"零下{counted(match[1][1:])}{word}"
    return counted(match[1]) + word


def _percent(match: re.Match[str]) -> str:
    base = "百分之" if match[2] == "%" else "千分之"
    return base + number(match[1])


def _letters(match: re.Match[str]) -> str:
    word = match[0].upper()
    return _WORDS.get(word) or " ".join(_LETTERS[letter] for letter in word)


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def _rule(pattern: str, replace: Callable[[re.Match[str]], str]) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), replace


_RULES: tuple[_Rule, ...] = (
    # Full-width digits, letters and signs; circled numbers.
    _rule(r"[０-９Ａ-Ｚａ-ｚ％＋－～＃＊＠＝．／＆]", lambda m: chr(ord(m[0]) - 0xFEE0)),
    _rule(r"[①-⑳]", lambda m: f"，{number(str(ord(m[0]) - 0x245F))}，"),
    _rule(r"(?<=\d)：(?=\d)", lambda m: ":"),
    _rule(r"[¥￥]", lambda m: "¥"),
    # Telephone, case and card numbers, digit by digit; before anything else takes them for amounts.
    _rule(
        r"(?<!\d)(\d{3,4})\*{2,}(\d{2,4})(?!\d)", lambda m: f"{digits(m[1], yao=True)}，{digits(m[2], yao=True)}"
    ),
    _rule(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)", lambda m: _grouped(m[0])),
    _rule(r"(?<!\d)[(（]?(0\d{2,3})[)）]?[- ](\d{3,4}[- ]?\d{4})(?:-(\d{1,5}))?(?!\d)", lambda m: _grouped(m[0])),
    _rule(rf"(?<!\d)(?:{_SERVICE})(?=\s*(?:热线|电话|客服|平台|报警|急救|火警|交警))", lambda m: _grouped(m[0])),
    _rule(r"(?<!\d)[48]00-\d{3,4}-\d{3,4}(?!\d)", lambda m: _grouped(m[0])),
    _rule(
        rf"((?:{_CALL_WORD})(?:号码?)?[是为请：:\s]*)(\d[\d\- ]{{1,}}\d){_NO_AMOUNT}",
        lambda m: m[1] + _grouped(m[2]),
    ),
    _rule(
        rf"((?:{_CODE_WORD})(?:码|号)?[是为：:\s“\"]*)([A-Za-z]{{0,4}}[\d\-]*\d[\dXx]*){_NO_AMOUNT}",
        lambda m: m[1] + _yao(m[2]),
    ),
    _rule(rf"{_FREE}[A-Za-z]{{1,3}}-?\d{{2,}}(?:-\d+)*{_END}", lambda m: _yao(m[0])),  # a ticket, A012
    _rule(r"(?<!\d)\d{17}[\dXx](?!\d)", lambda m: _yao(m[0])),
    _rule(r"(?<!\d)\d{4}(?:[ -]\d{4}){2,4}(?:[ -]?\d{1,3})?(?!\d)", lambda m: _grouped(m[0])),  # a card
    # Dates and times.
    _rule(rf"{_FREE}((?:19|20)\d\d){_TO}((?:19|20)\d\d)(?=\s*年)", lambda m: f"{digits(m[1])}到{digits(m[2])}"),
    _rule(r"(?<!\d)((?:19|20)\d\d)(?=\s*(?:届|年(?!前|后|间|来)))", lambda m: digits(m[1])),
    _rule(
        r"(?<!\d)((?:19|20)\d\d)([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?!\d)",
        lambda m: date(m[1], m[3], m[4]),
    ),
    _rule(
        r"(?<!\d)([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?分?(?!\d)",
        lambda m: time(m[1], m[2], m[3] or ""),
    ),
    _rule(r"(?<=[点分秒])" + _TO + r"(?=(?:[上下]午|早上|晚上)?[零一二三四五六七八九十两])", lambda m: "到"),
    _rule(r"(?<=\d):(?=\d)", lambda m: "比"),
    # Money, shares, measures, ranges.
    _rule(rf"¥\s*(?P<n>-?(?:{_N}))\s*(?P<unit>[万亿]?)元?", _money),
    _rule(rf"(?:RMB|CNY)\s*(?P<n>{_N})\s*(?P<unit>[万亿]?)元?", _money),
    _rule(rf"{_FREE}({_N})([万亿]?)(?:元|块)?{_TO}({_N})([万亿]?)(?=元|块)", lambda m: _amounts(m)),
    _rule(rf"{_FREE}(?P<n>{_N})\s*(?P<unit>[万亿]?)元", _money),
    _rule(rf"{_FREE}({_N})\s*[%‰]?{_TO}({_N})\s*([%‰])", lambda m: _percents(m)),
    _rule(rf"(-?(?:{_N}))\s*([%‰])", _percent),
    _rule(rf"{_FREE}(-?(?:{_N}))\s*(?-i:(km|cm|mm|ml|m²|㎡|kg|min|℃|°C|m|g|h|s))(?![A-Za-z])", _unit),
    _rule(rf"(?<=[月日号楼层年元时点]){_TO}(?=\d)", lambda m: "到"),
    _rule(rf"(?<=[周期][一二三四五六日天]){_TO}(?=周|星期)", lambda m: "到"),
    _rule(r"(?<=\d)-(?=\d+\s*(?:室|房|单元|栋|幢))", lambda m: "杠"),
    _rule(rf"{_FREE}({_N}){_TO}({_N})", _range),
    _rule(r"(?<=[元次个人月年天份张])/(?=[年月天日次人份张个户])", lambda m: "每"),
    _rule(r"(?<![\d./])(\d{1,3})/(\d{1,3})(?![\d/])", lambda m: f"{number(m[2])}分之{number(m[1])}"),
    # What is left of numbers: rooms and long or zero-led ones are codes, the rest are amounts.
    _rule(r"(?<![\d.,])\d{3,4}(?=\s*(?:室|房间|路公交|路车|次列车))", lambda m: digits(m[0], yao=True)),
    _rule(r"(?<![\d.,])(?:0\d+|\d{8,})(?![\d.,]\d|\d)", lambda m: digits(m[0], yao=True)),
    _rule(r"(?<![\d.,])\d{4,}(?=号)", lambda m: digits(m[0], yao=True)),
    _rule(r"(?<![\d.])\d+(?:\.\d+){2,}", lambda m: "点".join(number(part) for part in m[0].split("."))),
    _rule(rf"(?:(?<![\w一-鿿])-)?(?:{_N})", _count),
    # Letters and signs.
    _rule(r"[A-Za-z]+", _letters),
    _rule(r"([#*])号", lambda m: _SIGNS[m[1]]),
    _rule(r"(?<=[一-鿿])\*+", lambda m: "某" * min(len(m[0]), 2)),  # a masked name, 张**
    _rule(r"[&+=×#*@%~]", lambda m: _SIGNS[m[0]]),
)


def _amounts(match: re.Match[str]) -> str:
    """20-30元, 1万-2万元."""
    low, low_unit, high, high_unit = match.groups()
    return f"{counted(low)}{low_unit}到{counted(high)}{high_unit}"


def _percents(match: re.Match[str]) -> str:
    base = "百分之" if match[3] == "%" else "千分之"
    return f"{base}{number(match[1])}到{base}{number(match[2])}"


#: What stands for each mark; all other signs are left out.
_MARKS = str.maketrans(
    {
        ",": "，",
        ".": "。",
        "!": "！",
        "?": "？",
        ";": "；",
        ":": "：",
        "\n": "。",
        "…": "，",
        "—": "，",
        "(": "，",
        ")": "，",
        "（": "，",
        "）": "，",
        "【": "，",
        "】": "，",
        "/": "、",
        "|": "，",
    }
)


def _tidy(text: str) -> str:
    """Chinese characters and single marks; the stronger of two marks side by side stays."""
    text = text.translate(_MARKS)
    text = re.sub(rf"[^一-鿿〇{PAUSES}]", "", text)
    text = re.sub(rf"[{PAUSES}]{{2,}}", lambda m: min(m[0], key="。！？；：，、".index), text)
    return text.lstrip(PAUSES)
