"""Who asks for a person and who does not."""

import pytest

from kiosk.voice.heard import Heard
from kiosk.voice.human import asks_person, calls

CALLS = """
人工 人功 任工 银工 人公 仁工 忍工 人宫 仍工 转人工 转任工 要人攻 接人工 嗯人工 人工啊
人工服务 人工客服 我要人工服务 请帮我转人工 不要机器人要人工 找人 我要找人 叫人 叫个人来 来个人
快来人 来人啊 能不能叫个人过来 我看不懂找个人来帮我 要个人来帮我 我想找个人帮忙 有没有人 有人吗
有人在吗 有没有人管 人呢 我要跟人说话 我要和真人讲 真人 找工作人员 帮我叫一下工作人员 叫服务员
服务员 服务员呢 客服 转客服 找经理 喊你们经理来 找大堂经理 我要找你们领导 我不要机器
"""
OTHERS = """
人工智能 人工费 人工湖 人工呼吸 机器人工作 机器人工 工人 工人工资 本人工资 老人工资 老人
老人公交卡怎么办 给老人办卡 别人 别人能代办吗 转给别人 帮别人取钱 人民 找人民银行 换人民币
有没有人民币 有没有人寿保险 要人脸识别 找人社局 家人 我家有四口人 个人公积金 我要个人贷款
换个人信息 个人公司 个人工商户 有人工作吗 有的人说 好多人在排队 要几个人来办 两个人来办
需要本人来吗 因公出差 大家公认 客服电话是多少 换零钱 找零钱 问题 能够 能共用吗 不要人工
不用叫人 别转人工 一名六零岁左右的工人当场死亡 银行 存款
"""


@pytest.mark.parametrize("text", CALLS.split())
def test_calls_a_person(text):
    assert asks_person(text)


@pytest.mark.parametrize("text", OTHERS.split())
def test_speaks_of_something_else(text):
    assert asks_person(text) == ""


def heard(text, *others):
    """A result with ``(text, share)`` as its alternatives."""
    rest = 1 - sum(share for _, share in others)
    return Heard(text, 1.0, tuple(t for t, _ in others), (), (rest, *(share for _, share in others)))


def test_a_likely_alternative_calls():
    assert calls(heard("任务", ("人工", 0.4)))


def test_several_alternatives_that_call_count_together():
    assert calls(heard("任务", ("人工", 0.15), ("人功", 0.15)))


def test_an_unlikely_alternative_does_not_call():
    assert not calls(heard("任务", ("人工", 0.05)))


def test_what_was_refused_is_not_called_by_an_echo_of_it():
    assert not calls(heard("我不要人工", ("不用人工", 0.3)))
