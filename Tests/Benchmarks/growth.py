#!/usr/bin/env python3
"""Measures what becomes of Earshot when there is much of something: archives, seen keys, feeds, channels, sinks.

usage: growth.py PROGRAM PEERS

From the environment: ONLY (of "streams keys feeds channels sinks"), GIGABYTES (10), KEYS (10000000), FEEDS (10000),
CHANNELS (1000), SINKS (50). The table is kept in .build/growth.md. Nothing is kept on disk of what is streamed, but
keys need room for a journal: about 100 bytes a key.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import gateways
import timing
import workloads
from sources import FeedServer

WORDS = ("streams", "keys", "feeds", "channels", "sinks")


def setting(name, fallback):
    """A number from the environment."""
    return int(os.environ.get(name) or fallback)


def feed(path, total):
    """Writes copies of a file until there are so many bytes, each copy with other ids of the same length."""
    chunk, sent, number = pathlib.Path(path).read_bytes(), 0, 0
    while sent < total:
        sent += sys.stdout.buffer.write(chunk.replace(b"1700", b"%04d" % (1000 + number % 9000)))
        number += 1


def stream(program, reader, path, total):
    """Gives `normalize -` copies of a file until it has had so many bytes; what it took, and how many mentions came."""
    with tempfile.TemporaryFile() as words:
        began = time.monotonic()
        feeder = subprocess.Popen([sys.executable, __file__, "feed", path, str(total)], stdout=subprocess.PIPE)
        process = subprocess.Popen([program, "normalize", reader, "-"], stdin=feeder.stdout, stdout=subprocess.PIPE,
                                   stderr=words)
        feeder.stdout.close()
        count = sum(part.count(b"\n") for part in iter(lambda: process.stdout.read(1 << 20), b""))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if feeder.wait() != 0 or process.returncode != 0:
            words.seek(0)
            raise timing.Failed(f"normalize {reader} -: exit code {process.returncode}\n{words.read()[-500:]}")
    return timing.used(usage, time.monotonic() - began), count


def streams(program, peers):
    """Archives of any size: one is read as it comes, in memory that does not grow."""
    total = setting("GIGABYTES", 10) * 10**9
    for kind in ("twitter", "mail"):
        path = workloads.make(kind, 2, peers, program).path
        small = None
        for size in (total // 16, total // 4, total):
            took, items = stream(program, workloads.adapter(kind), path, size)
            rate = items / took.cpu
            small = small or rate
            yield (f"{kind} stream, {size / 1e9:.1f} GB", f"{items:,} mentions", f"{rate:,.0f} items/CPU s "
                   f"({rate / small:.2f} of the smallest)", f"{took.mebibytes:.0f} MiB at most",
                   took.mebibytes <= 150 and (size < total or rate >= 0.95 * small))


def write_numbered_pages(path, count):
    """Small pages of numbered posts."""
    with open(path, "w", encoding="utf-8") as file:
        for start in range(0, count, 100):
            posts = ",".join(
                f'{{"id":"{10**18 + number}","author_id":"7","text":"Lost {number}",'
                f'"created_at":"2026-01-12T08:00:00.000Z"}}' for number in range(start, min(start + 100, count)))
            file.write(f'{{"data":[{posts}],"meta":{{"result_count":100}}}}\n')


def started(program, path):
    """Starts a gateway, and gives the seconds until it listens and the MiB that it holds then."""
    began = time.monotonic()
    server = gateways.Server([program, "run", path], receives=False)
    seconds = time.monotonic() - began
    time.sleep(1)
    held = server.memory()
    server.stop()
    return seconds, held


def keys(program, peers):
    """Items seen before: the memory that each takes, and how long a start takes that reads them all."""
    count = setting("KEYS", 10_000_000)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        pages = f"{folder}/pages.ndjson"
        write_numbered_pages(pages, count)
        path = gateways.configuration(
            folder, channels={"brand": {"adapter": "twitter", "settings": {"listen": "files", "path": pages}}},
            dedupe={"capacity": max(count + 1000, 1000)},
            journal={"keep": "1h", "keep_size": "16MiB"},
            sinks={"out": {"sink": "file", "settings": {"path": f"{folder}/out.ndjson"}, "when": "op == 'none'"}})
        empty = pathlib.Path(folder) / "empty"
        empty.mkdir()
        bare = gateways.webhook(empty, {"sink": "file", "settings": {"path": f"{empty}/out.ndjson"}})
        _, floor = started(program, bare)
        took = timing.run([program, "backfill", str(path)])
        seconds, held = started(program, path)
        each = (held - floor) * 2**20 / count
        again = timing.run([program, "backfill", str(path)])
    yield (f"{count:,} seen keys", f"{each:.1f} bytes a key, with what a start leaves behind",
           f"starts in {seconds:.1f} s", f"{held:.0f} MiB ({floor:.0f} without); filling {took.cpu:.0f} CPU s and "
           f"{took.mebibytes:.0f} MiB, {again.mebibytes:.0f} MiB when asked again", each <= 40)


def poll(program, feeds_of, count, every, server):
    """Runs a gateway over feeds until each was asked twice; what the first round and the second took."""
    with tempfile.TemporaryDirectory() as folder:
        channels = {
            name: {"adapter": "rss", "every": every, "settings": {"feeds": feeds, "patience": "0s"}}
            for name, feeds in feeds_of.items()}
        path = gateways.configuration(
            folder, channels=channels,
            sinks={"out": {"sink": "file", "settings": {"path": f"{folder}/out.ndjson"}}})
        gateway = gateways.Server([program, "run", path], receives=False)
        rounds = []
        try:
            for number in (1, 2):
                began, used, asked = time.monotonic(), gateway.cpu(), server.asked
                server.wait(count * number, 900, gateway.process)
                rounds.append((time.monotonic() - began, gateway.cpu() - used, server.asked - asked, gateway.memory()))
        finally:
            took = gateway.stop()
        mentions = sum(1 for _ in open(f"{folder}/out.ndjson", "rb"))
    return rounds, took, mentions


def described(rounds, took):
    """What rounds took, in words."""
    first, second = rounds
    return (f"first round {first[1]:.1f} CPU s in {first[0]:.0f} s, later ones {second[1]:.1f} CPU s",
            f"{took.mebibytes:.0f} MiB at most, {second[3]:.0f} MiB after")


def feeds(program, peers):
    """Many feeds in one channel, on two hundred hosts."""
    count = setting("FEEDS", 10_000)
    with FeedServer() as server:
        names = [f"http://127.0.1.{1 + number % 200}:{server.port}/{number}.xml" for number in range(count)]
        rounds, took, mentions = poll(program, {"press": names}, count, "30s", server)
    cost, memory = described(rounds, took)
    yield (f"{count:,} feeds in one channel", f"{mentions:,} mentions, {rounds[0][2] / count:.2f} requests a feed", cost,
           memory, mentions == count and took.mebibytes <= 150)


def channels(program, peers):
    """Many channels of one feed each."""
    count = setting("CHANNELS", 1000)
    with FeedServer() as server:
        each = {f"press-{number}": [f"http://127.0.1.{1 + number % 200}:{server.port}/{number}.xml"]
                for number in range(count)}
        rounds, took, mentions = poll(program, each, count, "10s", server)
    cost, memory = described(rounds, took)
    yield (f"{count:,} channels", f"{mentions:,} mentions", cost, memory,
           mentions == count and took.mebibytes <= 150)


def sinks(program, peers):
    """Many sinks, each with everything."""
    workload = workloads.make("twitter", 1, peers, program)
    found = {}
    for count in (1, setting("SINKS", 50)):
        with tempfile.TemporaryDirectory() as folder:
            path = gateways.configuration(
                folder, channels={"brand": {"adapter": "twitter",
                                            "settings": {"listen": "files", "path": str(workload.path)}}},
                sinks={f"out-{number}": {"sink": "file", "settings": {"path": f"{folder}/{number}.ndjson"}}
                       for number in range(count)})
            found[count] = timing.run([program, "backfill", str(path)])
            sizes = {os.path.getsize(f"{folder}/{number}.ndjson") for number in range(count)}
            if len(sizes) != 1:
                raise timing.Failed(f"{count} sinks were given different things")
    (_, one), (count, many) = found.items()
    each = (many.cpu - one.cpu) / (count - 1)
    share = (many.mebibytes - one.mebibytes) / (count - 1)
    yield (f"{count} sinks", f"{workload.unique:,} mentions to each", f"{many.cpu:.1f} CPU s, {one.cpu:.1f} with one: "
           f"{workload.unique / each:,.0f} mentions/CPU s a further sink", f"{many.mebibytes:.0f} MiB at most, "
           f"{share:.1f} a further sink", share <= 4)


def main():
    if sys.argv[1] == "feed":
        return feed(sys.argv[2], int(sys.argv[3]))
    program, peers = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    lines = ["| what there is much of | result | cost | memory | |", "| --- | --- | --- | --- | --- |"]
    print("\n".join(lines))
    for word in (os.environ.get("ONLY") or " ".join(WORDS)).split():
        for *cells, holds in globals()[word](program, peers):
            lines.append(f"| {' | '.join(cells)} | {'holds' if holds else 'DOES NOT HOLD'} |")
            print(lines[-1], flush=True)
    (workloads.ROOT / ".build/growth.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
