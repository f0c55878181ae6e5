"""Words that are a touch: a button that is read out, or an answer to what the screen asks. Pure.

Only a whole utterance counts, and nothing that ends a call, moves money or judges: those are touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kiosk.dialogue.wording import bare
from kiosk.screen.scene import Block, Button, Buttons, Cards

STAY = "stay"

#: Behind which words may be heard that change nothing.
_TAIL = r"(?:啊|呀|呢|哦|嘛|吧|哎|了|啦|的)*"
#: To 您还在吗?
_HERE = re.compile(
    rf"(?:嗯|哎|唉|对|是)*(?:(?:我|我们|人)?还?在(?:这|这里|这儿|呢|看)?|(?:我|人)?(?:还?没走|没有走)"
    rf"|(?:还)?没(?:完|好|办完)|(?:再)?等(?:一下|等|会儿?|一会儿?)|接着办?|还要(?:办|看)?|有人){_TAIL}"
)
#: What people say for the words on a button; as they are there, they count too.
_SAID = {
    "none": r"(?:一个)?都(?:不是|不对|没有)|不是这(?:些|几个|两个)|没有?(?:我要的|一个是)|没有",
    "more": r"还有(?:吗|别的吗|没有|什么)|看?别的|下一页|换一页",
    "not-this": r"不是这(?:个|件|回)事?|(?:不是)?我?要的不是这个|不对|不是|答错",
    "cancel": r"算|不想?(?:投诉|说)|取消",
}
_MEANT = {action: re.compile(rf"(?:嗯|哎|唉)*(?:{said}){_TAIL}") for action, said in _SAID.items()}
#: Buttons that may be read out. 再说一遍 may be meant for us, and 人工 is heard wherever it is said.
_READ = frozenset({*_MEANT, "home", "larger", "done", "skip", "complain"})
_NTH = re.compile(rf"(?:就|要|是|点|选|那)*第([一二两三123])(?:个|张|项|条|样|件)?{_TAIL}")
_PLACE = {"一": 0, "1": 0, "二": 1, "两": 1, "2": 1, "三": 2, "3": 2}


def touch_of(text: str, blocks: Iterable[Block], *, warned: bool) -> str:
    """What the words touch of what is shown; empty: nothing. ``warned``: 您还在吗? is asked."""
    said = bare(text)
    if warned and _HERE.fullmatch(said):
        return STAY
    blocks = list(blocks)
    for button in _buttons(blocks):
        meant = _MEANT.get(button.action)
        if button.action in _READ and (said == bare(button.text) or (meant and meant.fullmatch(said))):
            return button.action
    if nth := _NTH.fullmatch(said):
        cards = [card.action for block in blocks if isinstance(block, Cards) for card in block.cards]
        services = [action for action in cards if action.startswith("service-")]
        place = _PLACE[nth.group(1)]
        return services[place] if place < len(services) else ""
    return ""


def _buttons(blocks: Iterable[Block]) -> list[Button]:
    return [button for block in blocks if isinstance(block, Buttons) for button in block.buttons]
