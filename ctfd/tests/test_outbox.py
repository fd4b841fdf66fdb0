"""The background queue: bounded, never in the way, tries again."""

import logging
import os
import threading

import pytest

from CTFd.plugins.berth.outbox import RETRY_SECONDS, STUCK_SECONDS, Job, Outbox
from CTFd.plugins.berth.service import ServiceFault

WAIT = 10


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def outbox(clock):
    return Outbox(lambda run: run(), clock=clock)


@pytest.fixture
def held(outbox):
    """The worker is busy with a call that does not end before the test says so."""
    begun, release = threading.Event(), threading.Event()

    def hang():
        begun.set()
        release.wait(WAIT)

    outbox.put(Job("hang", hang))
    assert begun.wait(WAIT)
    yield release
    release.set()


def noted(notes, key):
    return Job(key, lambda: notes.append(key))


def settle(outbox):
    """Wakes the worker, which looks at its clock then, and waits until it is done."""
    for _ in range(2):
        job = Job("settle", lambda: None)
        outbox.put(job)
        assert job.tried.wait(WAIT)


class Failing:
    """Fails some times, then does not."""

    def __init__(self, times, retryable=True):
        self.times = times
        self.calls = 0
        self.retryable = retryable

    def __call__(self):
        self.calls += 1
        if self.calls <= self.times:
            raise ServiceFault("down", "It is down.", self.retryable)


def test_nothing_is_started_before_there_is_something_to_do(clock):
    before = threading.active_count()
    outbox = Outbox(lambda run: run(), clock=clock)
    assert outbox.size() == 0
    assert threading.active_count() == before


def test_jobs_are_done_in_their_order(outbox, held):
    notes = []
    for key in ("a", "b", "c"):
        outbox.put(noted(notes, key))
    held.set()
    settle(outbox)
    assert notes == ["a", "b", "c"]


def test_put_does_not_wait(outbox, held):
    for number in range(100):
        outbox.put(Job(str(number), lambda: None))
    assert outbox.size() == 100


def test_of_two_with_the_same_key_the_later_is_done(outbox, held):
    notes = []
    outbox.put(Job("same", lambda: notes.append("older")))
    outbox.put(noted(notes, "other"))
    outbox.put(Job("same", lambda: notes.append("later")))
    held.set()
    settle(outbox)
    assert notes == ["other", "later"]


def test_a_full_queue_drops_its_oldest_and_says_so(clock, caplog):
    outbox, begun, release = (
        Outbox(lambda run: run(), 2, clock),
        threading.Event(),
        threading.Event(),
    )

    def hang():
        begun.set()
        release.wait(WAIT)

    outbox.put(Job("hang", hang))
    assert begun.wait(WAIT)
    notes = []
    oldest = noted(notes, "oldest")
    outbox.put(oldest)
    newest = noted(notes, "newest")
    with caplog.at_level(logging.WARNING):
        outbox.put(noted(notes, "middle"))
        outbox.put(newest)
    assert oldest.tried.is_set()
    assert "dropped oldest" in caplog.text
    assert outbox.dropped == 1
    release.set()
    assert newest.tried.wait(WAIT)
    assert notes == ["middle", "newest"]


def test_trying_now_goes_before_the_others_and_waits_no_longer_than_told(outbox, held):
    notes = []
    outbox.put(noted(notes, "earlier"))
    outbox.try_now(noted(notes, "saved"), 0.01)
    assert notes == []
    held.set()
    settle(outbox)
    assert notes == ["saved", "earlier"]


def test_trying_now_ends_with_the_first_try(outbox):
    failing = Failing(1)
    outbox.try_now(Job("x", failing), WAIT)
    assert failing.calls == 1


def test_what_failed_is_tried_again_later_and_later(outbox, clock):
    failing = Failing(3)
    outbox.put(Job("x", failing))
    settle(outbox)
    for tries, seconds in enumerate(RETRY_SECONDS[:3], start=1):
        clock.now += seconds - 0.5
        settle(outbox)
        assert failing.calls == tries
        clock.now += 0.5
        settle(outbox)
        assert failing.calls == tries + 1
    assert outbox.size() == 0


def test_what_waits_for_its_time_lets_others_pass(outbox):
    notes = []
    outbox.put(Job("x", Failing(1)))
    outbox.put(noted(notes, "y"))
    settle(outbox)
    assert notes == ["y"]
    assert outbox.size() == 1
    assert outbox.last_fault == ""


def test_a_refusal_is_not_tried_again(outbox, caplog):
    failing = Failing(1, retryable=False)
    outbox.try_now(Job("x", failing), WAIT)
    assert outbox.size() == 0
    assert "gave up on x" in caplog.text
    assert outbox.last_fault == "It is down."


def test_there_is_a_last_try(outbox, clock, caplog):
    failing = Failing(1000)
    outbox.put(Job("x", failing))
    for seconds in RETRY_SECONDS:
        settle(outbox)
        clock.now += seconds
    settle(outbox)
    assert failing.calls == len(RETRY_SECONDS) + 1
    assert outbox.size() == 0
    assert "gave up on x" in caplog.text


def test_a_newer_job_of_the_same_key_replaces_a_waiting_retry(outbox, clock):
    older, notes = Failing(1), []
    outbox.put(Job("x", older))
    settle(outbox)
    outbox.put(noted(notes, "x"))
    settle(outbox)
    clock.now += 1000
    settle(outbox)
    assert (older.calls, notes) == (1, ["x"])


def test_what_fails_after_a_newer_one_came_is_not_tried_again(outbox):
    begun, release, notes = threading.Event(), threading.Event(), []

    def outdated():
        begun.set()
        release.wait(WAIT)
        raise ServiceFault("down", "It is down.")

    outbox.put(Job("x", outdated))
    assert begun.wait(WAIT)
    outbox.put(noted(notes, "x"))
    release.set()
    settle(outbox)
    assert notes == ["x"]
    assert outbox.size() == 0


def test_a_bug_in_one_job_does_not_end_the_worker(outbox, caplog):
    def broken():
        raise KeyError("oops")

    notes = []
    outbox.put(Job("broken", broken))
    outbox.put(noted(notes, "next"))
    settle(outbox)
    assert notes == ["next"]
    assert "broken failed" in caplog.text


def test_a_worker_that_is_held_for_ever_is_replaced(outbox, held, clock):
    notes = []
    outbox.put(noted(notes, "waits"))
    assert notes == []
    clock.now += STUCK_SECONDS + 1
    settle(outbox)
    assert notes == ["waits"]
    held.set()
    settle(outbox)
    names = [one for one in threading.enumerate() if one is outbox._worker]
    assert len(names) == 1


def test_a_replaced_worker_ends_when_its_call_does(outbox, held, clock):
    abandoned = outbox._worker
    clock.now += STUCK_SECONDS + 1
    settle(outbox)
    held.set()
    abandoned.join(WAIT)
    assert not abandoned.is_alive()
    settle(outbox)


def test_the_worker_never_keeps_the_server_from_ending(outbox, held):
    assert outbox._worker.daemon


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_worker_begins_anew(outbox, held):
    """Servers that load CTFd first fork afterwards: threads do not come along."""
    notes = []
    outbox.put(noted(notes, "of the parent"))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        sizes = outbox.size()
        job = noted(notes, "of the child")
        outbox.put(job)
        done = job.tried.wait(WAIT)
        os.write(write, f"{sizes} {done} {notes}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        assert answer.read() == "0 True ['of the child']"
    os.waitpid(child, 0)
    assert outbox.size() == 1
