"""What is news of a part, and what is not."""

from kiosk.link.parts import Parts


def test_other_figures_of_the_same_fault_are_no_news_but_are_told() -> None:
    news: list[tuple[str, str]] = []
    parts = Parts(lambda name, _fault, remedy: news.append((name, remedy)))
    for free in (299, 298, 60):
        parts.fault("disk", "low", f"{free} MB free; delete old logs", 1.0)
    assert news == [("disk", "299 MB free; delete old logs")]
    assert parts.report(2.0)["disk"].remedy.startswith("60 MB")


def test_another_fault_and_another_remedy_are() -> None:
    news: list[str] = []
    parts = Parts(lambda _name, fault, remedy: news.append(f"{fault}: {remedy}"))
    parts.fault("broker", "unreachable", "connection refused", 1.0)
    parts.fault("broker", "unreachable", "the name is not known", 2.0)
    parts.fault("broker", "not-allowed", "the name is not known", 3.0)
    parts.well("broker")
    assert len(news) == 4
