"""The newest points of the runs in training, kept in memory."""

import threading

from explorer.jobs import News, Point


def tell(news: News, key: str, *steps: int) -> None:
    """Report some updates as a slice of training does."""
    report = news.reporter(key)
    for step in steps:
        report(step, 1.0 / (step + 1), 0.5, None)


def steps_of(news: News, key: str, after: int = -1) -> list[int]:
    """Return the steps that are kept of a run."""
    return [point.step for point in news.since(key, after)]


def test_a_slice_that_begins_where_the_last_ended_tells_no_step_twice() -> None:
    news = News()
    tell(news, "a", 0, 1, 2)
    tell(news, "a", 2, 3)
    assert steps_of(news, "a") == [0, 1, 2, 3] and news.newest("a") == 3
    assert steps_of(news, "a", 1) == [2, 3]
    assert news.since("a", 2) == [Point(3, 0.25, 0.5, None)]


def test_nothing_is_known_of_a_run_that_nobody_trains() -> None:
    news = News()
    assert news.newest("a") == -1 and news.since("a", -1) == []
    news.rest("a")
    assert not news.resting("a")


def test_only_the_newest_points_of_the_newest_runs_are_kept() -> None:
    news = News(runs=2, points=3)
    tell(news, "a", *range(10))
    assert steps_of(news, "a") == [7, 8, 9]
    tell(news, "b", 1)
    tell(news, "a", 10)
    tell(news, "c", 1)
    assert [news.newest(key) for key in "abc"] == [10, -1, 1]


def test_a_run_rests_until_it_is_trained_again() -> None:
    news = News()
    tell(news, "a", 0)
    news.rest("a")
    assert news.resting("a")
    tell(news, "a", 1)
    assert not news.resting("a") and steps_of(news, "a") == [0, 1]
    news.rest("a")
    news.expect("a")
    assert not news.resting("a")


def test_what_a_worker_still_tells_of_a_run_that_was_reset_is_lost() -> None:
    news = News()
    late = news.reporter("a")
    late(7, 1.0, 1.0, 1.0)
    news.forget("a")
    late(8, 1.0, 1.0, 1.0)
    assert news.newest("a") == -1
    tell(news, "a", 0)
    late(9, 1.0, 1.0, 1.0)
    assert steps_of(news, "a") == [0]


def test_points_are_read_while_they_are_written() -> None:
    news = News(points=50)
    writer = threading.Thread(target=tell, args=(news, "a", *range(20_000)))
    writer.start()
    while writer.is_alive():
        steps = steps_of(news, "a")
        assert steps == list(range(steps[0], steps[-1] + 1)) if steps else True
    assert steps_of(news, "a") == list(range(19_950, 20_000))
