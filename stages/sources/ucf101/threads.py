"""Work on a few files at a time."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from stages.sources.ucf101.refusal import RefusedError

Item = TypeVar("Item")

# So many bad files are no accident: the rest need not be tried.
_MOST_REFUSED = 10
_SHOWN = 3


def for_each(
    function: Callable[[Item], None],
    items: Iterable[Item],
    *,
    threads: int,
    stop: Callable[[], None] = lambda: None,
) -> None:
    """Apply a function to all items; a refused one does not keep the others from being done.

    Parameters
    ----------
    threads : the number of items at a time.
    stop : called before the end if something else goes wrong, to end what is under way.

    Raises ``RefusedError`` with what was refused, the first few of it.
    """
    refused: list[str] = []
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            for future in as_completed(futures):
                try:
                    future.result()
                except RefusedError as error:
                    refused.append(str(error))
                    if len(refused) == _MOST_REFUSED:
                        break
        except BaseException:
            stop()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    if refused:
        more = f"; and {len(refused) - _SHOWN} more" if len(refused) > _SHOWN else ""
        raise RefusedError("; ".join(sorted(refused)[:_SHOWN]) + more)
