"""Work in a thread, where only the newest request counts.

A slider asks faster than a model can answer. What was asked first is given up as soon as something
newer is asked, so there is never a queue, and never more than one thread.
"""

import asyncio
import atexit
import threading
import weakref
from collections.abc import Callable, Iterable

_all = weakref.WeakSet()


@atexit.register
def _end_all() -> None:
    """Wait for the threads: one that is torn away from its work would crash the process."""
    for newest in list(_all):
        newest.stop()
        newest.join(10)


class Superseded(Exception):
    """Raised inside work that nobody waits for any more."""


class Newest:
    """Run one task after another in a thread, always the newest.

    Parameters
    ----------
    work : callable
        ``(task, check) -> iterable of results``. It calls ``check()`` now and then, which raises
        :class:`Superseded` when the task is out of date.
    deliver : callable
        ``(task, result)``, called for each result, with None for the end of a task, or with the
        exception that ended it. Never called for a task that is out of date.
    call : callable, optional
        How to have a function called where widgets may be changed. Left out: by the event loop that
        is running now, which in a notebook is the kernel's; without one, at once in the thread.
    """

    def __init__(
        self,
        work: Callable[[object, Callable], Iterable],
        deliver: Callable[[object, object], None],
        *,
        call: Callable[[Callable], None] | None = None,
    ):
        self._work, self._deliver = work, deliver
        self._call = call or _call_on_running_loop()
        self._lock = threading.Lock()
        self._number, self._waiting, self._thread = 0, None, None
        _all.add(self)

    def ask(self, task) -> None:
        """Have a task done, and give up any other."""
        with self._lock:
            self._number += 1
            self._waiting = (self._number, task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Give up what is being done; the thread ends at its next check."""
        with self._lock:
            self._number += 1
            self._waiting = None

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread to end; say whether it did."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._waiting is None:
                    self._thread = None
                    return
                (number, task), self._waiting = self._waiting, None
            self._do(number, task)

    def _do(self, number: int, task) -> None:
        def check():
            if number != self._number:
                raise Superseded

        try:
            for result in self._work(task, check):
                check()
                self._send(number, task, result)
            self._send(number, task, None)
        except Superseded:
            pass
        except Exception as error:  # shown to the learner: a thread has no cell to raise it in
            self._send(number, task, error)

    def _send(self, number: int, task, result) -> None:
        def deliver():
            if number == self._number:
                self._deliver(task, result)

        self._call(deliver)


def _call_on_running_loop() -> Callable[[Callable], None]:
    try:
        return asyncio.get_running_loop().call_soon_threadsafe
    except RuntimeError:
        return lambda function: function()
