"""A classifier is made of sentences, kept in a file, and not used for others."""

import pytest

from kiosk.dialogue.classifier import ClassifierError, load_classifier
from kiosk.dialogue.examples import NONE, Examples, fingerprint, load_examples
from kiosk.dialogue.pack import FOLDERS, PackError, load_pack
from kiosk.dialogue.trained import find_classifier
from kiosk.dialogue.training import train

TEXTS = {
    "cash": ("我要取钱", "取点钱", "取现金", "来取钱", "想取一千块钱", "我来取点现金", "取点钱花"),
    "pin_reset": ("密码忘了", "忘记密码", "密码记不住了", "改密码", "密码不对", "我把密码忘了", "卡的密码忘了"),
    NONE: ("今天天气好", "吃饭了吗", "天气真冷", "吃了吗", "天要下雨", "天气好热", "你吃了吗"),
}
EXAMPLES = Examples(
    tuple(text for texts in TEXTS.values() for text in texts),
    tuple(label for label, texts in TEXTS.items() for _ in texts),
)


@pytest.fixture(scope="module")
def classifier():
    return train(EXAMPLES, "of these")


def likeliest(classifier, text):
    likelihoods = classifier.likelihoods(text)
    return max(likelihoods, key=likelihoods.__getitem__)


def test_it_tells_apart_what_it_has_learnt_and_what_sounds_like_it(classifier):
    assert likeliest(classifier, "我来取点钱") == "cash"
    assert likeliest(classifier, "蜜马忘了") == "pin_reset", "a homophone"
    assert likeliest(classifier, "天气好冷") == NONE


def test_likelihoods_are_of_all_labels_and_sum_to_one(classifier):
    for text in ("我来取点钱", "ABC", ""):
        likelihoods = classifier.likelihoods(text)
        assert set(likelihoods) == set(TEXTS)
        assert sum(likelihoods.values()) == pytest.approx(1, abs=1e-4)


def test_the_same_sentences_give_the_same_classifier(classifier):
    assert train(EXAMPLES).likelihoods("我来取点钱") == classifier.likelihoods("我来取点钱")


def test_a_file_gives_back_what_was_written(classifier, tmp_path):
    classifier.save(tmp_path / "hall.npz")
    kept = load_classifier(tmp_path / "hall.npz")
    assert kept.fingerprint == classifier.fingerprint == "of these"
    assert kept.likelihoods("我来取点钱") == classifier.likelihoods("我来取点钱")


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", b"not a zip at all"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path, damage):
    path = tmp_path / "hall.npz"
    path.write_bytes(damage)
    with pytest.raises(ClassifierError, match=r"hall.npz is damaged .*kiosk content train"):
        load_classifier(path)


@pytest.fixture
def site(tmp_path):
    """A site that has a bank of its own beside the one that comes with the program."""
    text = (FOLDERS[-1] / "bank.toml").read_text(encoding="utf-8")
    (tmp_path / "bank.toml").write_text(
        text.replace('"我卡丢了咋办"', '"我卡丢了咋办", "卡寻不着咧"'), encoding="utf-8"
    )
    return (tmp_path, *FOLDERS)


def test_content_that_has_changed_is_not_answered_from_what_was_learnt_before(site):
    pack = load_pack("bank", site)
    with pytest.raises(ClassifierError, match=r"other sentences.*kiosk content train bank"):
        find_classifier("bank", pack, site)
    some = load_examples("bank", pack, site).part(range(0, 5000, 10))
    small = train(some, fingerprint("bank", pack, site))
    small.save(site[0] / "bank.npz")
    assert find_classifier("bank", pack, site).labels == small.labels


def test_a_hall_that_was_never_learnt_says_so(tmp_path):
    with pytest.raises(ClassifierError, match=r"no classifier of the hall 'bank'.*kiosk content train bank"):
        find_classifier("bank", load_pack("bank"), (tmp_path,))


def test_a_line_without_a_service_is_named_with_its_number(site):
    (site[0] / "more").mkdir()
    (site[0] / "more" / "bank.tsv").write_text("cash\t取钱\n取钱没有标签\n", encoding="utf-8")
    with pytest.raises(PackError, match=r"bank.tsv, line 2: write a service's id, a tab"):
        load_examples("bank", load_pack("bank", site), site)
