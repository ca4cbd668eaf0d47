#!/usr/bin/env python3
"""Reads hostile documents with every adapter of the built program: none may end it, hold it up or fill its memory.

usage: run.py PROGRAM COUNT [SEED]

COUNT documents are made of the rooms' fixtures, by changes of bytes and of structure, and of what parsers are attacked
with; the same ones for the same SEED. Each batch must end with exit code 0 or 1 within its time, use less than 256 MiB
and print nothing but mentions. The named bombs of XML are read alone and must use less than 64 MiB. What breaks this is
kept in Tests/Hostile/found, and the run fails.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BATCH = 40
SECONDS = 120
LIMIT = 256
LIMIT_OF_BOMB = 64


class Outcome:
    """What one run of the program did."""

    def __init__(self, code, mebibytes, seconds, mentions, defects, problem):
        self.code, self.mebibytes, self.seconds = code, mebibytes, seconds
        self.mentions, self.defects, self.problem = mentions, defects, problem


def normalize(program, adapter, files, limit):
    """Runs the program over files and looks at what it did."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen([program, "normalize", adapter, *map(str, files)], cwd=ROOT,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        code, used = wait(process, started)
        seconds = time.monotonic() - started
        output.seek(0)
        errors.seek(0)
        mentions, problem = read(output)
        defects = sum(1 for line in errors if line.startswith(b"{"))
    if code not in (0, 1):
        problem = f"ended with {code}" if code is not None else f"took longer than {SECONDS} s"
    elif used > limit:
        problem = f"used {used} MiB, more than {limit}"
    return Outcome(code, used, seconds, mentions, defects, problem)


def wait(process, started):
    """The exit code, None where it took too long, and the most memory in MiB."""
    pause = 0.002
    while time.monotonic() - started < SECONDS:
        number, status, usage = os.wait4(process.pid, os.WNOHANG)
        if number:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss // 1024
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
    process.kill()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = -9
    return None, usage.ru_maxrss // 1024


def read(output):
    """How many mentions were printed, and what is wrong with the first that is none."""
    count = 0
    for line in output:
        count += 1
        try:
            mention = json.loads(line)
            if not mention["schema"].startswith("mention/"):
                return count, f"line {count} is no mention"
        except (ValueError, KeyError, AttributeError, RecursionError) as error:
            return count, f"line {count} is no mention: {error}"
    return count, None


def make(*arguments):
    """Makes documents in a process of its own: what this one holds would count as memory of those it starts."""
    subprocess.run([sys.executable, str(HERE / "bombs.py"), *map(str, arguments)], check=True)


def rooms():
    """The names of the adapters that have fixtures."""
    folders = sorted((ROOT / "adapters").iterdir()) + sorted((ROOT / "adapters" / "declared").iterdir())
    return [folder.name for folder in folders if any(folder.glob("Fixtures/*/document*"))]


def keep(adapter, file, problem):
    """Keeps a document that broke a promise."""
    (HERE / "found").mkdir(exist_ok=True)
    place = HERE / "found" / f"{adapter}-{file.name}"
    place.write_bytes(file.read_bytes())
    print(f"FAILED {adapter}: {problem}: kept as {place}", flush=True)


def run_batch(program, adapter, files, total):
    """Runs a batch; where it fails, finds the documents at fault."""
    outcome = normalize(program, adapter, files, LIMIT)
    total["mentions"] += outcome.mentions
    total["defects"] += outcome.defects
    total["memory"] = max(total["memory"], outcome.mebibytes)
    total["slowest"] = max(total["slowest"], outcome.seconds / len(files))
    if outcome.problem is None:
        return True
    blamed = 0
    for file in files:
        if blamed == 3:
            break
        alone = normalize(program, adapter, [file], LIMIT)
        if alone.problem is not None:
            keep(adapter, file, alone.problem)
            blamed += 1
    if not blamed:
        print(f"FAILED {adapter}: {outcome.problem}, but no document alone: {files[0].parent}", flush=True)
    return False


def run_adapter(program, adapter, count, seed):
    """Reads so many hostile documents with one adapter; prints a row."""
    total = {"mentions": 0, "defects": 0, "memory": 0, "slowest": 0.0}
    held, done = True, 0
    while done < count:
        part = min(BATCH, count - done)
        with tempfile.TemporaryDirectory() as folder:
            make("documents", folder, adapter, seed, done, part)
            held = run_batch(program, adapter, sorted(pathlib.Path(folder).iterdir()), total) and held
        done += part
    print(f"{adapter:12} {count:9} {total['mentions']:9} {total['defects']:9} {total['memory']:5} MiB "
          f"{total['slowest'] * 1000:7.0f} ms", flush=True)
    return held, total["memory"]


def run_bombs(program):
    """Reads each named bomb alone; prints a row each."""
    held = True
    with tempfile.TemporaryDirectory() as folder:
        make("named", folder)
        for file in sorted(pathlib.Path(folder).iterdir()):
            adapter, kind, _ = file.name.split("-", 2)
            outcome = normalize(program, adapter, [file], LIMIT_OF_BOMB if kind == "xml" else LIMIT)
            print(f"{file.name:40} {file.stat().st_size:10} bytes {outcome.mebibytes:5} MiB "
                  f"{outcome.seconds * 1000:7.0f} ms", flush=True)
            if outcome.problem is not None:
                keep(adapter, file, outcome.problem)
                held = False
    return held


def main():
    program, count = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    held = run_bombs(program)
    found = rooms()
    print(f"{'adapter':12} {'documents':>9} {'mentions':>9} {'defects':>9} {'memory':>9} {'slowest':>10}")
    worst = 0
    for place, adapter in enumerate(found):
        share = count // len(found) + (1 if place < count % len(found) else 0)
        good, memory = run_adapter(program, adapter, share, seed)
        held, worst = held and good, max(worst, memory)
    print(f"{count} hostile documents, {worst} MiB at the most: {'all held' if held else 'FAILED'}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
