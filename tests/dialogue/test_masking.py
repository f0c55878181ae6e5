import pytest

from kiosk.dialogue.masking import masked


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("我的卡号是6222021234567890123", "我的卡号是****"),
        ("6222 0212 3456 789", "****"),
        ("138-0013-8000给我打电话", "****给我打电话"),
        ("身份证11010119500101123X丢了", "身份证****丢了"),
        ("电话一三八零零一三八零零零", "电话****"),
        ("密码１２３４", "密码****"),
        ("我取300块", "我取300块"),
        ("一二三", "一二三"),
        ("三万五千块", "三万五千块"),
    ],
)
def test_numbers_of_four_digits_and_more_are_stars(said, seen):
    assert masked(said) == seen
