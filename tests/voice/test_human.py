"""Who asks for a person and who does not."""

import pytest

from kiosk.dialogue.person import asks_person
from kiosk.voice.heard import Heard
from kiosk.voice.human import calls

CALLS = """
人工 人功 任工 银工 人公 仁工 忍工 人宫 仍工 转人工 转任工 要人攻 接人工 嗯人工 人工啊
人工服务 人工客服 我要人工服务 请帮我转人工 不要机器人要人工 找人 我要找人 叫人 叫个人来 来个人
快来人 来人啊 能不能叫个人过来 我看不懂找个人来帮我 要个人来帮我 我想找个人帮忙 有没有人 有人吗
有人在吗 有没有人管 人呢 我要跟人说话 我要和真人讲 真人 找工作人员 帮我叫一下工作人员 叫服务员
服务员 服务员呢 客服 转客服 找经理 喊你们经理来 找大堂经理 我要找你们领导 我不要机器
找人去 给我家人工 排一下你们经理 海一下你们经历 员工员工 能不能教个人过来看看
员工我的电话是一三八零零一三八零零零 员工我的卡丢了 员工你听得见吗 喂员工在哪里 你好员工我要挂失 员工
我不会用转员工 我不会用着员工 给我转员工呢 请帮我叫员工 我要员工听不懂你说什么 我想找员工问一下
别问了员工 我的卡丢了员工呢 我要取三千块钱员工 请给我家人工服务 麻烦转一下员工 还是员工吧 员工窗口在哪里
半天不见人 怎么不叫人来 还不叫人来 我看不了叫人来 机器用不了找人
"""
OTHERS = """
人工智能 人工费 人工湖 人工呼吸 机器人工作 机器人工 工人 工人工资 本人工资 老人工资 老人
老人公交卡怎么办 给老人办卡 别人 别人能代办吗 转给别人 帮别人取钱 人民 找人民银行 换人民币
有没有人民币 有没有人寿保险 要人脸识别 找人社局 家人 我家有四口人 个人公积金 我要个人贷款
换个人信息 个人公司 个人工商户 有人工作吗 有的人说 好多人在排队 要几个人来办 两个人来办
需要本人来吗 因公出差 大家公认 客服电话是多少 换零钱 找零钱 问题 能够 能共用吗 不要人工
不用叫人 别转人工 一名六零岁左右的工人当场死亡 银行 存款
我是这里的员工 我是银行员工 我是员工 你们员工态度很好 员工宿舍在哪里 员工卡怎么办 公司给员工发工资
我要给员工交社保 他是银行的员工呢 员工的养老金怎么交 我儿子是你们这的员工 我们单位的员工都在这里办卡
老员工有优惠吗 新员工开户 员工体检在哪里报销 有的员工没有社保 我老伴是退休员工 银行员工什么时候上班
需要员工本人来吗 我要员工卡 我原来是纺织厂的工人 别叫员工 员工请假怎么扣钱 你们的员工服务不错
我要当员工 我们厂有三百个员工 经理 领导
我不找人 莫喊人 不去找人了 用不着叫人 说一下你们的经历 你们经理一下就来了 教一下人怎么用
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


def test_staff_that_may_have_been_a_call_is_one_sooner():
    assert calls(heard("别问的员工", ("别问的人工", 0.05)))
    assert not calls(heard("他是我的员工", ("他是我的远东", 0.05)))
    assert not calls(heard("员工请假怎么扣钱", ("员工请加怎么扣钱", 0.1)))


def test_what_was_refused_is_not_called_by_an_echo_of_it():
    assert not calls(heard("我不要人工", ("不用人工", 0.3)))
