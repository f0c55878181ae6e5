"""``kiosk ask`` and ``kiosk content train`` as somebody at a desk runs them."""

import json
import subprocess
import sys


def kiosk(*words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *words], input=given, capture_output=True, text=True, timeout=120
    )


def test_each_line_gives_one_object_with_what_is_made_of_it():
    sentences = "我来取点钱\n我被骗了快帮帮我\n转人工\n我要打存折还要取钱\n今天天气真好啊\n"
    done = kiosk("ask", "--hall", "bank", "--json", given=sentences)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows] == sentences.splitlines()
    answer, fraud, human, offer, chatter = rows
    assert (answer["decision"], answer["intent"], answer["urgency"]) == ("answer", "cash", "none")
    assert (fraud["decision"], fraud["intent"], fraud["urgency"]) == ("handover", "urgent_fraud", "urgent")
    assert (human["decision"], human["intent"], human["urgency"]) == ("handover", "human", "normal")
    assert offer["decision"] == "offer" and {"cash", "passbook"} <= set(offer["choices"])
    assert chatter["decision"] != "answer" and chatter["intent"] is None
    assert all(0 <= row["confidence"] <= 1 for row in rows)


def test_it_is_readable_without_json():
    done = kiosk("ask", "--hall", "bank", "我来取点钱")
    assert done.stdout.startswith("answer") and "取钱" in done.stdout


def test_a_hall_that_does_not_exist_is_named():
    done = kiosk("ask", "--hall", "post", "寄信")
    assert done.returncode == 2
    assert "no pack 'post'" in done.stderr


def test_nothing_is_learnt_again_when_nothing_has_changed():
    done = kiosk("content", "train", "gov")
    assert (done.returncode, done.stdout) == (0, "gov: nothing has changed\n")


def test_what_is_learnt_is_written_where_it_is_wanted(tmp_path):
    """One hall: it takes its time, and each of the others was learnt before the tests began."""
    done = kiosk("content", "train", "--force", "--out", str(tmp_path), "gov")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "gov.npz").stat().st_size > 100_000
