"""Heavy work beside the event loop, so that a PDF or a password's hash freezes nobody's screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run_aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run pure work in a real thread while other requests go on; its error is raised here.

    Not inside a write transaction: other requests would run while it is held. Where the process is
    not served by gevent, the work simply runs.
    """
    from gevent import monkey

    if not monkey.is_module_patched("threading"):
        return work(*args, **kwargs)
    import gevent

    result: T = gevent.get_hub().threadpool.apply(work, args, kwargs)
    return result


def begun(work: Callable[[], T]) -> Callable[[], T]:
    """Begin pure work in a real thread; what is returned waits for the result or its error.

    For work that is itself done aside: the waiting holds everything else up in its own thread.
    """
    from gevent import monkey

    done = monkey.get_original("_thread", "allocate_lock")()
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - raised where the result is waited for
            errors.append(error)
        finally:
            done.release()

    def result() -> T:
        with done:
            if errors:
                raise errors[0]
            return results[0]

    done.acquire()
    monkey.get_original("_thread", "start_new_thread")(run, ())
    return result
