"""Takes numbers out of what a customer said before anybody else sees it. Pure."""

from __future__ import annotations

import re

# Any script's digits, full-width ones too, and spoken ones as they are said one by one. 十, 百, 千 and 万 are
# none: 一百二十三 is an amount, and nobody's secret.
_DIGIT = r"[\d零〇一二两三四五六七八九幺]"
# Between the digits of one number: blanks, dashes, points, and what is said while looking at the card.
_BETWEEN = r"(?:[\s\-‐-―－_.．·•,，、/()（）]|嗯|呃|啊|然后|后面是|再来)*"
# The last place of an identity number may be an X, said 叉.
_NUMBER = re.compile(rf"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{3,}}(?:{_BETWEEN}[XxＸｘ×叉])?")
#: A sum of money and a year stay: the person who comes can use them, and no card, telephone or PIN is so written.
_SUM = re.compile(r"(?:[1-9]\d{3,6}(?:\.\d{1,2})?(?=万?(?:块|元(?!旦)))|(?:19|20)\d\d(?=年))")
MASK = "****"


def masked(text: str) -> str:
    """The text with every number of four or more digits replaced by stars: card, identity, telephone, PIN."""
    return _NUMBER.sub(lambda number: _kept(number, text) or MASK, text)


def _kept(number: re.Match[str], text: str) -> str:
    """The number itself, if it is a sum or a year."""
    whole = _SUM.match(text, number.start())
    return number.group() if whole is not None and whole.end() == number.end() else ""
