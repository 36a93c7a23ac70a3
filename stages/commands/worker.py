"""A worker for runs that happen elsewhere: `python -m stages.commands.worker tcp://scheduler:8786`.

It needs this environment and no file: clips come with the tasks, and results go back. Run it in
any folder, on any machine that reaches the scheduler and the other workers.
"""

import argparse
import asyncio
import logging
import signal

from stages.commands.command import Command
from stages.common.command_line import positive, report_errors
from stages.common.errors import AfterimageError
from stages.pipeline.processes import count


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m stages.commands.worker", description=COMMANDS["worker"].description
    )
    add_arguments(parser)
    start(parser.parse_args())


def start(args: argparse.Namespace) -> int:
    """Work until the scheduler goes, or a signal comes; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        asyncio.run(work(args.scheduler, args.processes or count(), args.host))
    except ModuleNotFoundError as error:
        raise AfterimageError(f"{error.name} is not installed: pip install '.[cluster]'") from error
    return 0


async def work(scheduler: str, processes: int, host: str | None) -> None:
    """Keep so many processes at work until the scheduler goes, or a signal comes."""
    from distributed import Nanny  # noqa: PLC0415 (an optional extra)

    from stages.pipeline.cluster import require_address, worker_resources  # noqa: PLC0415 (likewise)

    require_address(scheduler, "scheduler", "worker")
    offer = worker_resources()
    for name in offer:
        logging.info("offering %s", name)
    nannies = [Nanny(scheduler, nthreads=1, resources=offer, host=host) for _ in range(processes)]
    try:
        await asyncio.gather(*nannies)
    except RuntimeError as error:
        reason = error.__cause__ or error
        raise AfterimageError(f"{scheduler}: no work can be had there ({reason})") from error
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    ended = [asyncio.ensure_future(nanny.finished()) for nanny in nannies]
    stop = asyncio.ensure_future(stopped.wait())
    await asyncio.wait(
        [stop, asyncio.ensure_future(asyncio.wait(ended))], return_when="FIRST_COMPLETED"
    )
    await asyncio.gather(*(nanny.close(reason="asked to") for nanny in nannies))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    parser.add_argument("scheduler", help="address of the scheduler, such as tcp://10.0.0.1:8786")
    parser.add_argument(
        "--processes", type=positive, metavar="N",
        help="tasks at a time (default: AFTERIMAGE_WORKERS, or one a processor)",
    )  # fmt: skip
    parser.add_argument("--host", help="address at which the others reach this machine")


COMMANDS = {
    "worker": Command(
        "Work for runs that happen elsewhere", "tcp://10.0.0.1:8786", add_arguments, start,
        "Work for runs that happen elsewhere. It needs this environment and no file: clips come "
        "with the tasks, and results go back.",
    )
}  # fmt: skip


if __name__ == "__main__":
    with report_errors():
        main()
