"""Machines on one: each with its own network address and its own, empty, files.

A machine is a network namespace of Linux, joined to the others by a bridge, which lies in a
namespace, too: the network of the real machine is not touched. Needs root.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

NETWORK = "10.213.77"
PORT = 8786
SCHEDULER = f"tcp://{NETWORK}.1:{PORT}"


@dataclass
class Machine:
    """A machine and the programs that run on it.

    Attributes
    ----------
    name : of its namespace.
    hidden : folders in whose place it finds empty ones of its own.
    log : file that its programs write to.
    """

    name: str
    log: Path
    hidden: Sequence[Path] = ()
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, *command: str) -> list[str]:
        """Return the command line that runs a command on this machine."""
        mounts = [f"mount -t tmpfs tmpfs '{folder}'" for folder in self.hidden]
        script = " && ".join([*mounts, 'cd "$1"', "shift", 'exec "$@"'])
        folder = str(self.hidden[0]) if self.hidden else str(Path.cwd())
        inside = ["ip", "netns", "exec", self.name]
        return [*inside, "unshare", "--mount", "sh", "-c", script, "sh", folder, *command]

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        """Run a program in the background, with no environment variables but these."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self.command(*command), env=env, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        return process

    def kill(self) -> None:
        """Kill everything that runs on it (SIGKILL), as if its plug were pulled."""
        for process in self.running:
            with ExitStack() as stack:
                stack.callback(process.wait)
                listed = ["ip", "netns", "pids", self.name]
                shown = subprocess.run(listed, capture_output=True, text=True, check=False)
                for number in shown.stdout.split():
                    try:
                        os.kill(int(number), signal.SIGKILL)
                    except ProcessLookupError:
                        continue
        self.running.clear()


class Network:
    """Machines that reach each other by address, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._switch = f"afterimage-{os.getpid()}-switch"
        self._machines: list[Machine] = []
        ip("netns", "add", self._switch)
        ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
        ip("-n", self._switch, "link", "set", "bridge", "up")

    def machine(self, name: str, *, hidden: Sequence[Path] = ()) -> Machine:
        """Add a machine; the first one gets the address of the scheduler."""
        number = len(self._machines) + 1
        machine = Machine(f"afterimage-{os.getpid()}-{name}", self._folder / f"{name}.log", hidden)
        ip("netns", "add", machine.name)
        self._machines.append(machine)
        plug = f"port{number}"
        ip("-n", self._switch, "link", "add", plug, "type", "veth",
           "peer", "name", "eth0", "netns", machine.name)  # fmt: skip
        ip("-n", self._switch, "link", "set", plug, "master", "bridge", "up")
        ip("-n", machine.name, "address", "add", f"{NETWORK}.{number}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", machine.name, "link", "set", device, "up")
        return machine

    def remove(self) -> None:
        """Stop everything and leave no trace."""
        for machine in self._machines:
            machine.kill()
            ip("netns", "delete", machine.name)
        ip("netns", "delete", self._switch)


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """Yield a network for as long as it is needed; its machines write their logs to a folder."""
    net = Network(folder)
    try:
        yield net
    finally:
        net.remove()


def unavailable() -> str:
    """Explain why there can be no machines here; return nothing, if there can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux, for network namespaces"
    if missing := [name for name in ("ip", "mount", "unshare") if shutil.which(name) is None]:
        return f"needs the commands {', '.join(missing)}, for network namespaces"
    name = f"afterimage-{os.getpid()}-try"
    trial = Machine(name, Path(os.devnull), [Path(tempfile.gettempdir())])
    try:
        ip("netns", "add", name)
        ip("-n", name, "link", "add", "bridge", "type", "bridge")
        ip("-n", name, "link", "add", "port", "type", "veth", "peer", "name", "eth0")
        subprocess.run(trial.command("true"), capture_output=True, text=True, check=True)
    except (RuntimeError, subprocess.CalledProcessError) as error:
        reason = error.stderr if isinstance(error, subprocess.CalledProcessError) else error
        return f"no network namespaces here: {' '.join(str(reason).split())}"
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return ""


def ip(*arguments: str) -> None:
    """Run iproute2's ``ip``."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
