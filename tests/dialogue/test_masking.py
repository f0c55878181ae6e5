import string

import pytest
from hypothesis import given, strategies as st

from kiosk.dialogue.masking import masked

SECRETS = {
    "card": "6222021234567890123|6222 0212 3456 7890 123|6222-0212-3456-7890|６２２２０２１２３４５６７８９０",
    "identity": "11010119500101123X|110101 19500101 123x|１１０１０１１９５００１０１１２３Ｘ|110101195001011234",
    "spoken identity": "一一零一零一一九五零零一零一一二三叉|幺幺零幺零幺 一九五〇 零幺零幺 幺二三叉",
    "telephone": "13800138000|138-0013-8000|138 0013 8000|138.0013.8000|010）12345678|138，0013，8000",
    "spoken telephone": "一三八零零一三八零零零|幺三八 零零幺三 八零零零|一 三 八 零 零 一 三 八|138零零一三8",
    "hesitating": "一三八嗯零零一三啊八零零零|138然后0013后面是8000",
    "PIN": "1234|１２３４|一二三四五六|两两三三|123456",
    "dashes": "138－0013－8000|138—0013—8000|138–0013–8000",
}


@pytest.mark.parametrize(("kind", "secret"), [(k, one) for k, all_ in SECRETS.items() for one in all_.split("|")])
def test_no_digit_of_a_number_is_left(kind, secret):
    assert masked(f"我的号码是{secret}您看看") == "我的号码是****您看看"
    assert masked(secret) == "****"


@pytest.mark.parametrize(
    "said",
    [
        "我取300块", "一二三", "三万五千块", "一百二十三", "一百二十三块四毛", "两千三百五十块",
        "一百二十三万四千五百六",
        "我取3500块", "存20000元", "取1234.56元", "1958年办的", "2026年10月1日", "三号窗口二楼", "星期二早上九点",
        "我今年七十八", "打110", "5月1号", "一个人两张卡三个存折",
    ],
)  # fmt: skip
def test_amounts_years_and_small_numbers_stay_readable(said):
    assert masked(said) == said


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("密码3500", "密码****"),
        ("卡号6222021234567890元旦办的", "卡号****元旦办的"),
        ("13800138000块", "****块"),
        ("0000块", "****块"),
        ("密码3500元旦改的", "密码****元旦改的"),
        ("身份证11010119500101123X丢了", "身份证****丢了"),
        ("两个号13800138000和13900139000", "两个号****和****"),
        ("138 0013 8000，我取300块", "****，我取300块"),
    ],
)
def test_a_number_that_only_looks_like_a_sum_is_stars(said, seen):
    assert masked(said) == seen


@given(
    st.text(alphabet="我的卡号是请给打电话丢了找", max_size=8),
    st.text(alphabet=string.digits + "零〇一二两三四五六七八九幺０１２３４５６７８９", min_size=4, max_size=20),
    st.sampled_from(["", " ", "  ", "-", "－", "，", "嗯"]),
)
def test_however_a_number_is_said_nothing_of_it_is_left(before, digits, between):
    assert masked(before + between.join(digits) + "您看看") == before + "****您看看"
