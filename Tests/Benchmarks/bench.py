#!/usr/bin/env python3
"""Times `earshot normalize twitter` in turn with the peers that are present, and prints items a CPU second.

usage: bench.py PROGRAM PEERS

The workload is pages of X's search as PEERS/workloads makes them, or, where they are not there, pages made from the
quickstart's with ids of their own. Every command runs five times in turn; the median is printed, and its ratio.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROUNDS = 5
ITEMS = 20_000


def own_workload(path):
    page = json.loads((ROOT / "schemas/examples/quickstart/twitter/search.json").read_text(encoding="utf-8"))
    base, made = page["data"], 0
    with open(path, "w", encoding="utf-8") as file:
        while made < ITEMS:
            posts = []
            for post in base:
                made += 1
                posts.append({**post, "id": str(10**18 + made), "edit_history_tweet_ids": [str(10**18 + made)]})
            file.write(json.dumps({**page, "data": posts}, ensure_ascii=False) + "\n")
    return made


def cpu_seconds(command):
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    program, peers = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        pages = os.path.join(scratch, "pages.ndjson")
        generator = peers / "workloads" / "gen_twitter.py"
        items = ITEMS
        if generator.exists():
            subprocess.run([sys.executable, generator, pages, "--items", str(ITEMS)], check=True, capture_output=True)
        else:
            items = own_workload(pages)
        commands = {"earshot normalize": [program, "normalize", "twitter", pages]}
        script = peers / "peers" / "tw_orjson.py"
        has_orjson = subprocess.run([sys.executable, "-c", "import orjson"], capture_output=True).returncode == 0
        if script.exists() and has_orjson:
            commands["Python and orjson"] = [sys.executable, str(script), pages, os.path.join(scratch, "out")]
        runs = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                runs[name].append(cpu_seconds(command))
    own = None
    print(f"{'':24}{'items/CPU s':>14}{'MiB':>8}{'ours to it':>12}")
    for name, results in runs.items():
        rate = items / statistics.median(cpu for cpu, _ in results)
        own = own or rate
        print(f"{name:24}{rate:14,.0f}{max(peak for _, peak in results):8.0f}{own / rate:12.2f}")


if __name__ == "__main__":
    main()
