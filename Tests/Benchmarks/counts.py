#!/usr/bin/env python3
"""Counts the instructions that each inner stage takes an item, and holds them against Tests/Benchmarks/thresholds.json.

usage: counts.py PROGRAM   (the program Counts of this package, built for speed)

callgrind counts the stage done FEW times and done MANY times: the difference is the stage's alone, and the same in every
run. Fails where a stage takes more than its threshold and the tolerance. RECORD=1 in the environment writes the
thresholds anew. ONLY is the words that a stage's name has one of.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
THRESHOLDS = HERE / "thresholds.json"
QUICKSTART = HERE.parent.parent / "schemas/examples/quickstart"
#: By how much a stage may be above its threshold.
TOLERANCE = 0.03
FEW, MANY = 3, 8
#: Hashes are the same in every run, and simdjson takes what callgrind can follow.
FIXED = {"SWIFT_DETERMINISTIC_HASHING": "1", "SIMDJSON_FORCE_IMPLEMENTATION": "haswell", "LC_ALL": "C.UTF-8"}


def page(sample, key, copies, identity):
    """A page of JSON whose items are copied with ids of their own."""
    whole = json.loads((QUICKSTART / sample).read_text(encoding="utf-8"))
    items = []
    for number in range(copies):
        text = json.dumps(whole[key], ensure_ascii=False)
        items += json.loads(re.sub(identity, lambda found: f"{found[0]}{number:03}", text))
    return json.dumps({**whole, key: items}, ensure_ascii=False).encode()


def feed():
    """A feed whose entries are copied with ids of their own."""
    text = (QUICKSTART / "rss/blog.xml").read_text(encoding="utf-8")
    head, *entries = re.split(r"(?=<entry>)", text.removesuffix("</feed>\n"))
    copies = [re.sub(r"example,2026:\w+", lambda found: f"{found[0]}{number}", entry)
              for number in range(20) for entry in entries]
    return (head + "".join(copies) + "</feed>\n").encode()


def message():
    """The longest message of the mailbox, which has parts."""
    return max(re.split(rb"(?m)^From .*\n", (QUICKSTART / "email/mailbox.mbox").read_bytes()), key=len)


def write_samples(folder):
    """Writes what the stages work on."""
    samples = {
        "twitter.json": page("twitter/search.json", "data", 20, r'(?<="id": ")189\d+'),
        "facebook.json": page("facebook/feed.json", "data", 20, r"700100_\d+"),
        "youtube.json": page("youtube/comments.json", "items", 20, r"UgxQuickstart\w+"),
        "feed.xml": feed(),
        "message.eml": message(),
    }
    for name, content in samples.items():
        (pathlib.Path(folder) / name).write_bytes(content)


def instructions(program, *arguments):
    """How many instructions a run of the program takes."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **FIXED}, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise SystemExit(f"callgrind failed on {' '.join(arguments)}:\n{done.stderr[-1500:]}")
    return int(found[1])


def count(program, folder, stage, items):
    """The instructions of a stage an item."""
    few, many = (instructions(program, folder, stage, str(repetitions)) for repetitions in (FEW, MANY))
    return round((many - few) / (MANY - FEW) / items)


def measure(program):
    """The instructions of every chosen stage."""
    only = (os.environ.get("ONLY") or "").split()
    with tempfile.TemporaryDirectory() as folder:
        write_samples(folder)
        listed = subprocess.run([program, folder], capture_output=True, text=True, check=True).stdout.split()
        stages = {name: int(items) for name, items in zip(listed[0::2], listed[1::2])}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            counted = {name: pool.submit(count, program, folder, name, items) for name, items in stages.items()
                       if not only or any(word in name for word in only)}
            return {name: future.result() for name, future in counted.items()}


def main():
    counted = measure(os.path.abspath(sys.argv[1]))
    known = json.loads(THRESHOLDS.read_text(encoding="utf-8")) if THRESHOLDS.exists() else {}
    print(f"{'instructions an item':24}{'threshold':>12}{'counted':>12}")
    slower = []
    for name, number in counted.items():
        threshold = known.get(name)
        change = f"{number / threshold - 1:+8.1%}" if threshold else "     new"
        print(f"{name:24}{threshold or '':>12}{number:>12}{change}")
        if not threshold or number > threshold * (1 + TOLERANCE):
            slower.append(name)
    if os.environ.get("RECORD"):
        THRESHOLDS.write_text(json.dumps({**known, **counted}, indent=1) + "\n", encoding="utf-8")
        print(f"recorded in {THRESHOLDS}")
    elif slower:
        raise SystemExit(f"above the threshold: {', '.join(slower)}. Make it quicker, or, where it does more than before, "
                         "say so in the commit and record it: make counts RECORD=1")


if __name__ == "__main__":
    main()
