"""A server of its own for a benchmark, and what it costs the machine (Linux)."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
PATIENCE = 120  # seconds that a start may take
ENDED = (FileNotFoundError, ProcessLookupError)  # what was there a moment ago
_TICKS = os.sysconf("SC_CLK_TCK")  # of the kernel's clock, a second


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        port: of 127.0.0.1.
        pid: its process.
        database: the SQLite file of its runs.
        updates: the file in which `benchmarks._witness` notes when it had which update.
        began: `perf_counter` at its start.
    """

    port: int
    pid: int
    database: Path
    updates: Path
    began: float

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[Path]:
        """Return the folders in /proc of the server and of all that it started."""
        found = [Path(f"/proc/{self.pid}")]
        for folder in found:  # which grows meanwhile
            for task in _tasks(folder):
                with suppress(*ENDED):
                    begun = (task / "children").read_text().split()
                    found += [Path(f"/proc/{process}") for process in begun]
        return found

    def memory(self) -> float:
        """Return the resident memory of all its processes in MB.

        What several of them share counts once: each has its part of it.
        """
        return sum(_size(folder / "smaps_rollup", "Pss") for folder in self.processes())

    def cpu(self) -> float:
        """Return the CPU seconds used so far, by all threads ever."""
        return sum(_cpu(folder / "stat") for folder in self.processes())

    def cpu_of_training(self) -> float:
        """Return the CPU seconds of the training threads, or processes if so made."""
        server, *workers = self.processes()
        total = sum(_cpu(folder / "stat") for folder in workers)
        for task in _tasks(server):
            with suppress(*ENDED):
                if (task / "comm").read_text().startswith("training"):
                    total += _cpu(task / "stat")
        return total


def _tasks(folder: Path) -> list[Path]:
    """Return the folders in /proc of a process's threads."""
    with suppress(*ENDED):
        return list((folder / "task").iterdir())
    return []


def _size(report: Path, name: str) -> float:
    """Return a size from a file of proc(5), in MB; 0 of a process that ended."""
    with suppress(*ENDED):
        lines = report.read_text().splitlines()
        return next(int(x.split()[1]) / 1000 for x in lines if x.startswith(f"{name}:"))
    return 0.0


def _cpu(stat: Path) -> float:
    """Return user and system seconds from a stat file of proc(5); 0 of one ended."""
    with suppress(*ENDED):
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


@contextmanager
def serving(plain: bool = False) -> Iterator[Server]:
    """Start a server on a free port with an empty database; end it and drop both.

    Args:
        plain: without `benchmarks._witness`; its start is timed then as it is.
    """
    with TemporaryDirectory() as folder:
        database, updates = Path(folder) / "runs.sqlite", Path(folder) / "updates"
        port = _free_port()
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        environment["RNN_EXPLORER_DB"] = str(database)
        module = ["streamlit"] if plain else ["benchmarks._witness", str(updates)]
        command = [sys.executable, "-m", *module, "run", "streamlit_app.py"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
        command += ["--server.headless", "true", "--logger.level", "warning"]
        began = perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            server = Server(port, process.pid, database, updates, began)
            _await_health(server, process)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_health(server: Server, process: "subprocess.Popen[bytes]") -> None:
    while perf_counter() < server.began + PATIENCE:
        if process.poll() is not None:
            raise RuntimeError("the server ended before it was healthy")
        try:
            urlopen(f"{server.address}/_stcore/health", timeout=5).close()
            return
        except (URLError, OSError):
            sleep(0.05)
    raise RuntimeError(f"the server is not healthy after {PATIENCE} s")
