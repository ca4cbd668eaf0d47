"""Runs commands in turn and measures each as a whole process: CPU seconds, wall seconds, peak memory."""
import dataclasses
import os
import statistics
import tempfile
import time


@dataclasses.dataclass
class Run:
    """What one run of a command took."""
    cpu: float
    wall: float
    mebibytes: float


class Failed(Exception):
    """A command that ended with a code that was not expected; says which, and its last words."""


def run(arguments, accepted=(0,), environment=None):
    """Runs a command to its end, its output thrown away."""
    with tempfile.TemporaryFile() as words:
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            os.dup2(words.fileno(), 2)
            os.execvpe(arguments[0], arguments, {**os.environ, **(environment or {})})
        _, status, usage = os.wait4(pid, 0)
        wall = time.monotonic() - began
        code = os.waitstatus_to_exitcode(status)
        if code not in accepted:
            words.seek(max(words.tell() - 500, 0))
            last = words.read().decode(errors="replace").strip()
            raise Failed(f"exit code {code}: {' '.join(map(str, arguments))}\n{last}")
    return used(usage, wall)


def used(usage, wall):
    """A run out of what the kernel says of an ended process."""
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def in_turn(works, rounds):
    """Does every work of a dictionary once a round, and gives each one's runs: what disturbs one disturbs all."""
    runs = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            runs[name].append(work())
    return runs


def median(runs):
    """The median of CPU and of wall seconds, and the highest peak of memory."""
    return Run(
        statistics.median(run.cpu for run in runs),
        statistics.median(run.wall for run in runs),
        max(run.mebibytes for run in runs),
    )
