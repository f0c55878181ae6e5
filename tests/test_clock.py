from kiosk import clock
from kiosk.clock import StepWatch


def test_the_clock_goes_forward_and_the_boot_has_a_name() -> None:
    before = clock.now()
    assert clock.now() >= before
    assert clock.boot_id() == clock.boot_id() != ""
    assert clock.wall_ms() > 1_600_000_000_000


def test_a_clock_that_keeps_step_is_no_news() -> None:
    watch = StepWatch(now=10.0, wall=1000.0)
    assert [watch.check(10.0 + s, 1000.0 + s) for s in (0, 5, 100_000)] == [0.0, 0.0, 0.0]


def test_an_hour_back_is_noticed_for_ten_minutes() -> None:
    watch = StepWatch(now=10.0, wall=10_000.0)
    assert watch.check(20.0, 6410.0) == -3600.0
    assert watch.check(25.0, 6415.0) == -3600.0
    assert watch.check(619.0, 7009.0) == -3600.0
    assert watch.check(620.0, 7010.0) == 0.0


def test_a_step_soon_after_the_boot_is_noticed() -> None:
    watch = StepWatch(now=1.0, wall=0.0)  # no battery: 1970 until the network is there
    assert watch.check(2.0, 1_800_000_000.0) > 1e9


def test_slewing_is_ignored_however_far_it_goes() -> None:
    watch = StepWatch(now=0.0, wall=1000.0)
    assert all(watch.check(5.0 * n, 1000.0 + 5.4 * n) == 0.0 for n in range(1, 1000))


def test_the_last_step_is_the_one_that_is_told() -> None:
    watch = StepWatch(now=0.0, wall=1000.0)
    watch.check(1.0, 1061.0)
    assert watch.check(2.0, 1002.0) == -60.0
    assert watch.check(3.0, 1003.0) == -60.0
