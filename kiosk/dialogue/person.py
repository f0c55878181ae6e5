"""Whether somebody asks for a person. Pure; only final results may be asked about.

人工 is a short word of two common syllables, and a recogniser writes it as 人功, 任工, 银工 and more. So it is
looked for by sound, with the confusions of southern and north-western speakers. The same syllables are in other
words, though: 老人公交卡, 个人公积金. A spelling other than 人工 therefore counts only where nothing else can
be meant: alone, or behind a word that asks for something.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kiosk.dialogue.wording import bare, syllables

#: How 人 and 工 sound, or are written down, in one accent or another.
_REN = {"ren", "reng", "rin", "yin", "ying", "len", "leng", "nen", "neng", "zen", "zeng", "yen", "yun", "run"}
_GONG = {"gong", "gon", "gun", "geng", "kong"}
#: What may stand around a call without changing it.
_BEFORE = re.compile(
    r"^(?:嗯|呃|额|啊|哎|诶|唉|喂|你好|您好|那个|这个|就是|那|我|你|您|想|要|得|先|请|给|帮|麻烦|快|赶紧|赶快|直接"
    r"|还是|就|能不能|可不可以|可以|能|接|转接|转|换|找|叫|喊|来|用|打|到|有|是)+"
)
_AFTER = re.compile(
    r"(?:服务|客服|台|坐席|座席|窗口|柜台|帮忙|帮我|来|吧|啊|呀|呢|哦|嘛|吗|了|的|一下|谢谢|可以|行|好|快点)+$"
)
#: The sounds that are 人工 whatever their spelling, behind one of these.
_ASKING = "转要找叫喊换接请"
#: 人工 that is no person.
_NOT_AFTER = (
    "智能|费|湖|呼吸|成本|降雨|降水|授精|受精|受孕|岛|养殖|合成|翻译|种植|流产|关节|晶体|耳蜗|心脏|牛黄|草坪|草皮|林|钻石"
    "|操作费|智慧|语音合成|作(?!人员)|资|程|业|会|厂|地|具|商|龄|伤|种|钱|艺|号"
)
_NOT_BEFORE = (
    "机器|老|别|工|客|家|男|女|本|个|病|军|大|成年|残疾|退休|农民|外地|本地|中国|年轻|负责|监护|代理|持卡|法|证"
)
_EXACT = re.compile(
    rf"(?<!{')(?<!'.join(_NOT_BEFORE.split('|'))})人工(?!{_NOT_AFTER})|(?<!机器)人工(?:服务|客服|坐席|座席)"
)
#: In a longer sentence the recogniser writes 人工 as 员工, which it knows from many more sentences. So 员工 calls
#: too, where sentences about staff do not have it: behind a word that asks (着: 转 misheard, 家: 接), said to
#: somebody at the beginning, or added at the end.
_MISHEARD = re.compile(
    r"(?:(?:[转找叫喊接请换]|(?<![需只都重主])要)(?:一下|一?[个位名]|几个|你们的?)?|(?<=[了用我])着)员工"
    r"(?!卡|证|号|宿舍|食堂|餐|的|福利|工资|培训|签字|本人)"
    r"|^(?:嗯|呃|啊|哎|诶|唉|喂|为|你好|您好|那个)*员工"
    r"(?=$|我(?!们)|你(?!们)|您|帮|救|快|麻烦|请(?=帮|给|来|过来|问|您|你)|听|来$|来一下|在吗|在不在|在哪里?$|有吗|呢$|啊$|吧$)"
    r"|[了吗吧啊呀嘛懂钱用账清楚见动卡折失]员工[呢啊吧呀了]?$|还是员工吧|员工(?:窗口|柜台|客服)|员工员工|[给我]家[人员]工$"
)
#: Asked for with words; what follows 人 must not make another word of it.
_PERSON = "人|真人|活人|大活人"
_STAFF = (
    "工作人员|营业员|服务员|服务人员|客服人员|客服|大堂经理|经理|值班经理|领导|主管|柜员|保安|师傅|小姑娘|姑娘|小伙子"
    "|同志|志愿者|引导员"
)
_GO_ON = (
    r"(?=去?$|[来帮过跟陪吧啊呀嘛吗呢哦了问说讲教给看办解服一谢我行好快在管理能呗哪])"
    r"(?!来说|在这|在外|了解|说明|服刑|一卡|一般|一共|问题|理财|管家|好多|过户|给付|办卡|看病)"
)
_VERB = "找|叫|教(?=一?[个位]人[来过])|喊|呼叫|请|派|换(?!人了)|唤|见|问问|问一下|问"
_PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_VERB})(?:一下|一?[个位名]|几个|点|你们的?|这里的?|这儿的?|那个|那边的?)*(?:{_PERSON}){_GO_ON}",
        rf"(?:{_VERB}|排一下|要|来|转|转接|接)(?:一下|一?[个位名]|你们的?|这里的?|那个|这边的?)*"
        rf"(?:{_STAFF})(?!电话|热线|号码|证)",
        r"一下你们经[理历](?:$|[来过])",  # 喊一下 is heard as many things, and 经理 as 经历
        rf"(?:要|来|过来|有)一?[个位名](?:{_PERSON}){_GO_ON}",
        rf"(?:^|[快赶请])来(?:{_PERSON}|人){_GO_ON}",
        rf"有没有(?:{_PERSON}|{_STAFF})(?=$|[吗啊呀嘛呢在管帮能来理])",
        rf"有(?:{_PERSON}|{_STAFF})(?=[吗嘛呢管帮能来理]|在(?:$|[吗嘛不没这那]))",
        r"没有?人(?:管|理|吗|帮|在|来(?:$|[啊呀吗嘛呢帮管]))",
        rf"(?:跟|和|同|与)(?:{_PERSON}|{_STAFF}|你们的?人)(?:说|讲|谈|聊|对话|通话|沟通|直接)",
        rf"不见(?:一?个)?人{_GO_ON}",
        r"真人(?:服务|客服|$)|要真人|活人",
        r"(?:不要|不想[要用跟和]?|不跟|不和|不用)(?:这个|你这个|这)?机器",
        # A word of two syllables alone is too little to be sure, where it is one that people talk about.
        rf"^(?:{_STAFF})(?:(?<!^经理)(?<!^领导)(?<!^主管)$|[啊呀呢吧哎来帮]|在哪|在不在|在吗|过来|快来|呢)",
        r"人(?:呢|在哪儿?|都去哪儿?了?|都到哪儿?去了?)$",
    )
)
#: So many characters beside a call and what may stand around it are still no story.
_LITTLE = 1
_REFUSED = re.compile(
    r"(?:(?:不要|不用|不需要|用不着|别|不是|不想|没要|取消)(?:再|给我|帮我|转|转接|接|叫|找|要|喊|你们的?|了)*"
    r"|(?<![怎咋么还])[不莫](?:再|去|先)*)$"
)
#: Words that sound alike and are likely here.
_WORDS = frozenset(("银供", "因公", "阴功", "冷宫", "能供", "运功", "应供", "认供", "人控", "能够", "冷空"))


def asks_person(text: str) -> str:
    """The words of ``text`` that ask for a person; empty when none do."""
    plain = bare(text)
    for pattern in (_EXACT, _MISHEARD, *_PHRASES):
        for found in pattern.finditer(plain):
            if not _REFUSED.search(plain[: found.start()]):
                return found.group()
    return _by_sound(plain)


def refuses_person(text: str) -> bool:
    """Whether words that would ask for a person are taken back: 不要人工, 我不找人."""
    plain = bare(text)
    found = (match for pattern in (_EXACT, *_PHRASES) for match in pattern.finditer(plain))
    return any(_REFUSED.search(plain[: match.start()]) for match in found)


def only_asks(text: str, asked: str) -> bool:
    """Whether a sentence is little more than ``asked``, the words in it that ask for a person."""
    before, _, after = bare(text).partition(asked)
    return len(_BEFORE.sub("", before)) + len(_AFTER.sub("", after)) <= _LITTLE


def _by_sound(plain: str) -> str:
    core = _AFTER.sub("", _BEFORE.sub("", plain))
    if len(core) == 2 and _sounds(core):
        return plain
    for at in range(1, len(plain) - 1):
        pair = plain[at : at + 2]
        if (
            plain[at - 1] in _ASKING
            and _sounds(pair)
            and (at + 2 == len(plain) or _AFTER.fullmatch(plain[at + 2 :]))
            and not _REFUSED.search(plain[:at])
        ):
            return plain[at - 1 : at + 2]
    return ""


@lru_cache(maxsize=4096)
def _sounds(pair: str) -> bool:
    """Whether two characters sound like 人工 but are neither it, which has its own rules, nor another word."""
    if pair in _WORDS or pair == "人工" or not all("一" <= character <= "鿿" for character in pair):
        return False
    first, second = syllables(pair)
    return first in _REN and second in _GONG
