#!/usr/bin/env python3
"""Times Earshot in turn with the peers that are present, and prints one table with the ratios and the targets.

usage: bench.py PROGRAM PEERS

PEERS is a folder with generators in workloads/ and programs in peers/; without it Earshot alone is timed, on copies of
the quickstart's samples. From the environment: ROUNDS (5), SCALE ("1 4"), ONLY (words that a job's name has one of),
CONNECTIONS (48) of the sender of webhooks.
The table is kept in .build/bench.md and .build/bench.json.
"""
import os
import pathlib
import sys

import jobs
import report
import timing
import workloads


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    rounds = int(os.environ.get("ROUNDS") or 5)
    scales = [int(word) for word in (os.environ.get("SCALE") or "1 4").split()]
    only = (os.environ.get("ONLY") or "").split()
    bench = jobs.Bench(program, folder, rounds)
    rows, failures, text = [], [], ""
    works = [(f"{job.name}, {scale}x", lambda job=job, scale=scale: bench.rows(job, scale))
             for job in jobs.JOBS if not only or any(word in job.name for word in only) for scale in scales]
    if os.cpu_count() > 1 and (not only or "cores" in only):
        works.append(("two cores to one", lambda: [bench.cores(max(scales))]))
    for name, work in works:
        print(name, file=sys.stderr)
        try:
            rows += work()
        except timing.Failed as failure:
            failures.append(str(failure))
        # After each, so that a run that is cut short leaves what it has found.
        text = report.write(rows, bench.notes, rounds, workloads.ROOT / ".build/bench")
    print(text)
    for failure in failures:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if failures or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
