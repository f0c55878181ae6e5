"""What is likely to be said in this hall: the recogniser's second, small language model is made of it."""

from __future__ import annotations

import re

from kiosk.dialogue.pack import load_pack

#: Calls for a person, as people say them. :mod:`kiosk.dialogue.person` knows many more; these steer what is heard.
_PERSON = (
    "人工 转人工 人工服务 我要人工 找人工 我要转人工 转接人工 人工客服 人工帮忙 叫人工 找人 我要找人 "
    "叫人 叫个人 叫个人来 叫个人过来 来个人 来人 来个人帮帮我 找个人 找个人来 帮我叫个人 有没有人 有人吗 "
    "有人在吗 有没有人啊 有没有人管 找人帮忙 我要跟人说话 我要和人说话 找工作人员 叫工作人员 "
    "我要找工作人员 工作人员 工作人员在哪里 找经理 找你们经理 叫经理来 大堂经理 找大堂经理 服务员 "
    "叫服务员 找服务员 客服 找客服 转客服 我要客服 找个真人 我要真人 我不要机器 喊个人来 派个人来 "
    "找你们领导 找柜员 "
    # over the terminal's own voice
    "别说了我要找人 别说了找人 别说了叫个人来 别讲了我要找人 别念了我要人工 停停我要找人 不听了我要找人"
)
#: What is said in every hall.
_EVERYWHERE = (
    "是 是的 不是 对 对的 不对 好 好的 行 可以 不用 不要 没有 有 谢谢 没听清 听不见 听不清 再说一遍 "
    "大声一点 慢一点 看不清 字大一点 返回 回去 退出 算了 不办了 办好了 没办好 厕所在哪里 在哪里取号 "
    "我要取号 怎么办 "
    # words that touch a button (kiosk.screen.aloud)
    "都不是 不是这个 还有别的吗 第一个 第二个 第三个 不投诉了 我还在 在呢 还在"
)

PERSON = tuple(_PERSON.split())
EVERYWHERE = tuple(_EVERYWHERE.split())


def hall_sentences(pack: str) -> tuple[str, ...]:
    """The sample sentences and titles of a content pack, calls for a person, and what is said everywhere.

    Characters only, each sentence once. Raises :class:`kiosk.dialogue.pack.PackError`.
    """
    content = load_pack(pack)
    said = [sample for service in content.service for sample in (*service.samples, service.title)]
    said += [topic.title for topic in content.topic]
    plain = (re.sub(r"[^\w]|_", "", sentence) for sentence in (*PERSON, *EVERYWHERE, *said))
    return tuple(dict.fromkeys(sentence for sentence in plain if sentence))
