"""Work for the service that must never hold CTFd up: bounded, in the background."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from typing import Callable, Optional

from .service import ServiceFault

log = logging.getLogger(__name__)

CAPACITY = 1000
RETRY_SECONDS = (2, 10, 30, 60, 120, 300, 600, 600, 600)
STUCK_SECONDS = 60


class Job:
    """One call to make. Of two jobs with the same key only the later is done."""

    def __init__(self, key: str, run: Callable[[], None]) -> None:
        self.key = key
        self.run = run
        self.attempts = 0
        self.due = 0.0
        self.tried = threading.Event()


class Outbox:
    """A queue with one daemon thread, started when there is something to do.

    Built for servers that fork, for threads and for greenlets: nothing is made before
    the first job, and a forked child begins with a queue of its own.
    """

    def __init__(
        self,
        around: Callable[[Callable[[], None]], None],
        capacity: int = CAPACITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._around = around
        self._capacity = capacity
        self._clock = clock
        self._pid: Optional[int] = None
        self.dropped = 0
        self.last_fault = ""

    def put(self, job: Job, first: bool = False) -> None:
        """Takes the job and returns at once. When full, the oldest is dropped."""
        self._own_process()
        with self._changed:
            self._jobs.pop(job.key, None)
            self._jobs[job.key] = job
            if first:
                self._jobs.move_to_end(job.key, last=False)
            self._drop_surplus()
            self._ensure_worker()
            self._changed.notify_all()

    def try_now(self, job: Job, seconds: float) -> None:
        """Puts the job in front and waits for its first try, not longer than that."""
        self.put(job, first=True)
        job.tried.wait(seconds)

    def size(self) -> int:
        return len(self._jobs) if self._pid == os.getpid() else 0

    def _own_process(self) -> None:
        if self._pid == os.getpid():
            return
        self._jobs: "OrderedDict[str, Job]" = OrderedDict()
        self._changed = threading.Condition()
        self._worker: Optional[threading.Thread] = None
        self._busy_since: Optional[float] = None
        self._pid = os.getpid()

    def _drop_surplus(self) -> None:
        while len(self._jobs) > self._capacity:
            key, job = self._jobs.popitem(last=False)
            job.tried.set()
            self.dropped += 1
            log.warning("berth: too much is waiting; dropped %s", key)

    def _ensure_worker(self) -> None:
        """A worker that a call has held for ever is left behind and replaced."""
        busy = self._busy_since
        stuck = busy is not None and self._clock() - busy > STUCK_SECONDS
        if self._worker is not None and self._worker.is_alive() and not stuck:
            return
        self._busy_since = None
        self._worker = threading.Thread(
            target=self._work, name="berth-outbox", daemon=True
        )
        self._worker.start()

    def _work(self) -> None:
        while True:
            job = self._next()
            if job is None:
                return
            self._attempt(job)

    def _next(self) -> Optional[Job]:
        with self._changed:
            while self._worker is threading.current_thread():
                now = self._clock()
                for job in self._jobs.values():
                    if job.due <= now:
                        self._busy_since = now
                        return self._jobs.pop(job.key)
                dues = [job.due - now for job in self._jobs.values()]
                self._changed.wait(min(dues) if dues else None)
            return None

    def _attempt(self, job: Job) -> None:
        job.attempts += 1
        fault: Optional[ServiceFault] = None
        try:
            self._around(job.run)
        except ServiceFault as caught:
            fault = caught
        except Exception:
            log.exception("berth: %s failed", job.key)
        with self._changed:
            if self._worker is threading.current_thread():
                self._busy_since = None
            self.last_fault = fault.message if fault else ""
            if fault:
                self._again_or_never(job, fault)
        job.tried.set()

    def _again_or_never(self, job: Job, fault: ServiceFault) -> None:
        if not fault.retryable or job.attempts > len(RETRY_SECONDS):
            log.warning("berth: gave up on %s: %s", job.key, fault.message)
        elif job.key not in self._jobs and len(self._jobs) < self._capacity:
            job.due = self._clock() + RETRY_SECONDS[job.attempts - 1]
            self._jobs[job.key] = job
