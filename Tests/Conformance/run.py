#!/usr/bin/env python3
"""Runs the corpora through the built program and prints what held.

usage: run.py PROGRAM CORPORA [SET ...]

Every set is a row: cases, held, failed. A case of a robustness set is a file, and it holds when the program ends by
itself with exit code 0 or 1 within the time and every line it prints is valid against the schema. The run fails when a
held count is below the one in floors.json.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS_PER_DOCUMENT = 2.0
BATCH = 50

sys.path.insert(0, str(ROOT / "Tests" / "Schema"))


class Schema:
    """The published schema, as an independent validator reads it."""

    def __init__(self):
        import validate
        self.violations, self.check = validate.violations, validate.validator()
        self.places = validate.order(self.check.schema)
        self.quick, self.judged, self.thorough = validate.passes(self.check.schema), 0, validate.THOROUGH

    def first_problem(self, lines):
        for number, line in enumerate(lines, 1):
            self.judged += 1
            quick = self.quick if self.judged > self.thorough else None
            found = self.violations(line, self.check, self.places, quick)
            if found:
                return f"line {number}: {found[0]}"
        return None


class Robustness:
    """Files through one adapter: no crash, no hang, valid lines."""

    def __init__(self, program, adapter, validator):
        self.program, self.adapter, self.validator = program, adapter, validator

    def run(self, files):
        held, failures, mentions = 0, [], 0
        for start in range(0, len(files), BATCH):
            part = files[start:start + BATCH]
            lines, problem = self.normalize(part)
            if problem is None:
                problem = self.validator.first_problem(lines)
            if problem is None:
                held += len(part)
                mentions += len(lines)
                continue
            for file in part:  # find out which of them it was
                lines, problem = self.normalize([file])
                problem = problem or self.validator.first_problem(lines)
                if problem is None:
                    held += 1
                    mentions += len(lines)
                else:
                    failures.append(f"{file.name}: {problem}")
        return len(files), held, failures, f"{mentions} mentions"

    def normalize(self, files):
        command = [self.program, "normalize", self.adapter, "--defects", os.devnull, *map(str, files)]
        limit = SECONDS_PER_DOCUMENT * len(files)
        try:
            done = subprocess.run(command, capture_output=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return [], f"not done after {limit:.0f} s"
        if done.returncode not in (0, 1):
            return [], f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[-200:]}"
        return done.stdout.splitlines(), None


def bodies(folder, scratch):
    """The files below a folder; of recorded exchanges the body of the reply."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.name in ("ORIGINS.md", "LICENSE", "expectations.json", "unparsed.json"):
            continue
        if not file.name.endswith(".exchange.json"):
            found.append(file)
            continue
        try:
            exchange = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            found.append(file)
            continue
        body = exchange.get("response", exchange).get("body", "")
        target = scratch / f"{len(found):05d}-{file.name}"
        target.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
        found.append(target)
    return found


def swift_sets():
    """Sets that are Swift tests: each prints a line `conformance NAME CASES HELD`."""
    done = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", "Conformance"], cwd=ROOT, capture_output=True, text=True)
    rows = {}
    for name, cases, held in re.findall(r"^conformance (\S+) (\d+) (\d+)$", done.stdout, re.MULTILINE):
        rows[name] = (int(cases), int(held), [], "")
    if done.returncode != 0 and not rows:
        rows["swift-tests"] = (1, 0, [done.stdout[-500:] + done.stderr[-500:]], "")
    return rows


def feedparser(program, corpora):
    """feedparser's assertions, by the script beside this one; its last line is `conformance NAME CASES HELD`."""
    script = HERE / "feeds.py"
    folder = corpora / "feeds"
    if not script.exists() or not folder.exists():
        return {}
    done = subprocess.run([sys.executable, str(script), str(folder), program], capture_output=True, text=True)
    rows = {}
    for name, cases, held in re.findall(r"^conformance (\S+) (\d+) (\d+)$", done.stdout, re.MULTILINE):
        rows[name] = (int(cases), int(held), [], "")
    if not rows:
        rows["feedparser"] = (1, 0, [done.stdout[-500:] + done.stderr[-500:]], "")
    return rows


def all_sets(program, corpora, wanted, scratch):
    validator = Schema()
    folders = [
        *((name, name, corpora / "platforms" / name) for name in (
            "twitter", "facebook", "instagram", "youtube", "mastodon", "bluesky", "reddit", "hackernews")),
        ("feeds", "rss", corpora / "feeds"),
        ("mail", "email", corpora / "mail"),
    ]
    for name, adapter, folder in folders:
        if folder.exists() and (not wanted or name in wanted):
            yield name, Robustness(program, adapter, validator).run(bodies(folder, scratch))
    for name, make in (("feedparser", lambda: feedparser(program, corpora)), ("swift", swift_sets)):
        if not wanted or name in wanted:
            yield from make().items()


def main():
    program, corpora, wanted = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), set(sys.argv[3:])
    if not corpora.exists():
        print(f"no corpora at {corpora}: nothing to run")
        return 0
    os.environ["EARSHOT_CORPORA"] = str(corpora.resolve())
    floors = json.loads((HERE / "floors.json").read_text())
    fallen = []
    print(f"{'set':<28}{'cases':>8}{'held':>8}{'failed':>8}{'floor':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        for name, (cases, held, failures, note) in all_sets(program, corpora, wanted, pathlib.Path(scratch)):
            floor = floors.get(name, 0)
            print(f"{name:<28}{cases:>8}{held:>8}{cases - held:>8}{floor:>8}  {note}", flush=True)
            for failure in failures[:5]:
                print(f"    {failure[:200]}")
            if held < floor:
                fallen.append(name)
    if fallen:
        print(f"below the floor: {', '.join(fallen)}")
    return 1 if fallen else 0


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(code)
