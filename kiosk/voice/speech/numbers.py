"""Numbers in Chinese words, as a clerk says them."""

from __future__ import annotations

import re

import cn2an

_DIGITS = "零一二三四五六七八九"
#: What is counted in pairs with 两 and not 二: 两个, 两张, 两小时. (二楼, 二月, 二号 are places in an order.)
_COUNTED = (
    "个|位|张|份|本|次|遍|天|周|星期|礼拜|小时|分钟|秒|年|岁|块|元|毛|角|分|人|名|种|台|条|件|家|步|页|项|笔|套|倍|点"
    "|公里|千米|米|厘米|毫米|公斤|千克|克|斤|升|毫升|平方米|杯|片|粒|代|例|间|排|部|双|对|级台阶"
)
_TWO = re.compile(rf"二(?=(?:{_COUNTED}))\Z")
COUNTED = re.compile(rf"(?:多|来|余)?(?:{_COUNTED})")


def digits(text: str, *, yao: bool = False) -> str:
    """Digit by digit: years, and with ``yao`` (幺 for 1, unlike 七 to the ear) telephone and case numbers."""
    spoken = "".join(_DIGITS[int(digit)] for digit in text)
    return spoken.replace("一", "幺") if yao else spoken


def number(text: str) -> str:
    """A number such as ``12``, ``-3.50``, ``1,234``; 二 leads as 两 where that is said (两千, 两万)."""
    sign, whole, fraction = _parts(text)
    spoken = cn2an.an2cn(whole, "low")
    spoken = re.sub(r"^二(?=[千万亿])", "两", spoken)
    if fraction:
        spoken += "点" + digits(fraction)
    return sign + spoken


def counted(text: str) -> str:
    """A number before what it counts: 2 is 两."""
    return "两" if text == "2" else number(text)


def money(text: str, unit: str = "") -> str:
    """An amount in yuan: ``12.50`` is 十二元五角; with a unit (万, 亿) one decimal number, 一点五万元."""
    if unit:
        return f"{counted(text)}{unit}元"
    sign, whole, fraction = _parts(text)
    if len(fraction.rstrip("0")) > 2:  # a rate, not an amount of coins
        return number(text) + "元"
    jiao, fen = (int(digit) for digit in fraction.ljust(2, "0")[:2])
    spoken = counted(whole) + "元" if int(whole) or not (jiao or fen) else ""
    if jiao:
        spoken += counted(str(jiao)) + "角"
    elif fen and spoken:
        spoken += "零"
    if fen:
        spoken += (_DIGITS[fen] if spoken else counted(str(fen))) + "分"
    return sign + spoken


def time(hours: str, minutes: str, seconds: str = "") -> str:
    """A time of day: ``9:05`` as 九点零五分, ``14:00`` as 十四点."""
    spoken = counted(str(int(hours))) + "点"
    if int(minutes) or seconds:
        spoken += ("零" if int(minutes) < 10 and int(minutes) else "") + number(str(int(minutes))) + "分"
    if seconds:
        spoken += number(str(int(seconds))) + "秒"
    return spoken


def date(year: str, month: str, day: str) -> str:
    """A date of three numbers; the day may be empty."""
    spoken = f"{digits(year)}年{number(str(int(month)))}月"
    return spoken + (f"{number(str(int(day)))}日" if day else "")


def _parts(text: str) -> tuple[str, str, str]:
    """Sign, whole digits without leading zeros, and the digits after the point."""
    sign = "负" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("-+").replace(",", "").partition(".")
    return sign, str(int(whole or "0")), fraction
