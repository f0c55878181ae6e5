"""Where lines end: Chinese breaks anywhere but before closing punctuation, other writing between its words.

Lines are made about equally long and rather end after punctuation, so that no line holds one lonely character.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

#: How wide a text is in some font and size, pixels.
Measure = Callable[[str], float]

_NO_START = "，。、；：！？）】》」』”’…％℃·—～,.;:!?)]}%"
_NO_END = "（【《「『“‘([{¥#"
#: Words of these halls that are not torn apart; also a number and what it counts.
_HALL_WORDS = (
    "工作人员|身份证|社保卡|银行卡|养老金|医保卡|人工|办理|窗口|大厅|业务|服务|查询|挂失|密码|存折|存款|取款|转账|退休|医保|社保|"
    "需要|可以|请按|没有|已经|正在|马上|如果|这里|那里|哪里|什么|怎么|知道|帮您|为您|给您|告诉|听到|听见|说话|屏幕|按钮|声音|"
    "保存|电话|视频|客服|经理|投诉|评价|满意|稍等|等待|排队|前面|现在|今天|明天|时间|上班|重新|再说|一遍|右边|下面|上面|旁边|"
    "谢谢|您好|材料|原件|复印|手机|号码|本人|家人|子女|安全|被骗|报警|不要|继续|返回|首页"
)
_WORD = re.compile(
    rf"[0-9]+(?:[.:][0-9]+)? ?(?:号窗口|号楼|号|分钟|小时|秒|元|楼|层|日|月|年|位|个|次|天)|{_HALL_WORDS}"
    r"|[\u0021-\u024f\u2013\u2026]+|\s|.",
    re.DOTALL,
)
#: A line may be this much shorter (in widths of 一) to end after punctuation.
_AFTER_PUNCTUATION, _AFTER_COMMA_OF_LIST = 9.0, 3.0
_BALANCED_LINES, _BALANCED_PIECES = 4, 90


@lru_cache(maxsize=512)
def pieces(text: str) -> tuple[str, ...]:
    """What stays on one line: characters with the punctuation they carry, and whole words."""
    found: list[str] = []
    glue = False
    for piece in _WORD.findall(text):
        if found and (glue or (piece[0] in _NO_START and not found[-1].isspace())):
            found[-1] += piece
        else:
            found.append(piece)
        glue = piece[-1] in _NO_END
    return tuple(found)


def wrap(text: str, width: float, measure: Measure, em: float) -> list[str]:
    """The lines of a text; ``em`` is the width of 一. A word wider than a line is cut."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        parts = _cut(pieces(paragraph.strip()), width, measure)
        lines += _balanced(parts, width, measure, em) or [""]
    return lines


def _cut(parts: tuple[str, ...], width: float, measure: Measure) -> list[str]:
    found: list[str] = []
    for part in parts:
        while len(part) > 1 and measure(part) > width:
            at = len(part) - 1
            while at > 1 and measure(part[:at]) > width:
                at -= 1
            found.append(part[:at])
            part = part[at:]
        found.append(part)
    return found


def _greedy(parts: list[str], width: float, measure: Measure) -> list[list[str]]:
    lines: list[list[str]] = []
    room = -1.0
    for part in parts:
        wide = measure(part)
        if wide > room and not (part.isspace() and lines):
            lines.append([])
            room = width
        lines[-1].append(part)
        room -= wide
    return lines


def _balanced(parts: list[str], width: float, measure: Measure, em: float) -> list[str]:
    greedy = _greedy(parts, width, measure)
    count = len(greedy)
    if count < 2 or count > _BALANCED_LINES or len(parts) > _BALANCED_PIECES:
        return ["".join(line).strip() for line in greedy]
    ends = [0.0]
    for part in parts:
        ends.append(ends[-1] + measure(part))
    ideal = ends[-1] / count
    size = len(parts)
    # best[at]: the least cost of the lines so far, when they end before piece ``at``, and where the last began.
    best: list[tuple[float, int]] = [(0.0, 0), *[(float("inf"), 0)] * size]
    trail: list[list[int]] = []
    for number in range(count):
        following: list[tuple[float, int]] = [(float("inf"), 0)] * (size + 1)
        for end in range(1, size + 1):
            for start in range(end - 1, -1, -1):
                wide = ends[end] - ends[start]
                if parts[end - 1].isspace():
                    wide -= ends[end] - ends[end - 1]
                if wide > width:
                    break
                before = best[start][0]
                if before == float("inf") or (number == 0 and start):
                    continue
                cost = before + ((wide - ideal) / em) ** 2
                if end < size and parts[end - 1][-1] in _NO_START:
                    cost -= _AFTER_COMMA_OF_LIST if parts[end - 1][-1] == "、" else _AFTER_PUNCTUATION
                if cost < following[end][0]:
                    following[end] = (cost, start)
        trail.append([start for _, start in following])
        best = [(float("inf"), 0), *following[1:]]
    lines, end = [], size
    for starts in reversed(trail):
        lines.append("".join(parts[starts[end] : end]).strip())
        end = starts[end]
    return lines[::-1]
