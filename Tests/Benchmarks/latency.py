#!/usr/bin/env python3
"""Measures how long a mention is under way, at 10, 50 and 90 % of what the gateway can take.

usage: latency.py PROGRAM PEERS

Webhooks: from the last byte of a delivery to the first byte that the sink `stdout` writes of it. Feeds: from when an
entry is published, and from when the gateway was given it, to its line in a file. From the environment: SECONDS_EACH
(10), EVERY (5, the seconds between two rounds over the feeds), ONLY ("webhooks feeds"). The table is kept in
.build/latency.md.
"""
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time

import gateways
import timing
import workloads
from sources import FeedServer

SHARES = (0.1, 0.5, 0.9)


class Watch:
    """Reads what a gateway writes, from a pipe or a growing file, and notes when each part came."""

    def __init__(self, read, pause=0.0):
        self.parts = []
        self.read, self.pause, self.is_over = read, pause, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        """Reads until a pipe ends, or a file is not watched any more."""
        while True:
            over = self.is_over
            part = self.read()
            if part:
                self.parts.append((time.monotonic_ns(), part))
            elif over or not self.pause:
                return
            else:
                time.sleep(self.pause)

    def moments(self, pattern):
        """When what the pattern finds was first there, by its first group."""
        found, rest = {}, b""
        for moment, part in self.parts:
            # A line that is not whole belongs to the part in which it begins.
            rest += part
            for match in re.finditer(pattern, rest):
                found.setdefault(match[1], moment)
            rest = rest[rest.rfind(b"\n") + 1:]
        return found


def spread(latencies):
    """p50 and p99 in milliseconds."""
    return tuple(gateways.percentile(latencies, share) / 1e6 for share in (0.5, 0.99))


def pushed(program, bodies, rate):
    """Sends deliveries at a rate (0: as fast as they are answered); latencies to answer and to sink, and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        requests = f"{folder}/requests"
        gateways.write_requests(bodies, requests)
        path = gateways.webhook(folder, {"sink": "stdout"})
        server = gateways.Server([program, "run", path], output=subprocess.PIPE)
        output = server.process.stdout
        watch = Watch(lambda: os.read(output.fileno(), 1 << 20))
        moments = gateways.send(server.port, requests, rate)
        server.stop()
        watch.thread.join()
    arrived = watch.moments(rb'"native_id":"([^"]+)"')
    latencies, known = [], set()
    for body, moment in zip(bodies, moments):
        names = re.findall(rb'"comment_id":"([^"]+)"', body)
        fresh = [name for name in names if name not in known]
        known.update(names)
        if fresh and fresh[0] in arrived:
            latencies.append(arrived[fresh[0]] - moment[1])
    if len(latencies) < len(bodies) / 2:
        raise timing.Failed(f"{len(latencies)} of {len(bodies)} deliveries were found again")
    answers = [moment[2] - moment[1] for moment in moments]
    return answers, latencies, (max(moment[2] for moment in moments) - moments[0][0]) / 1e9


def webhooks(program, peers):
    """Deliveries of Facebook's webhook, three comments each."""
    each = int(os.environ.get("SECONDS_EACH") or 10)
    path = workloads.make("deliveries", 1, peers, program).path
    with open(path, "rb") as file:
        bodies = [body.rstrip(b"\n") for body in file]
    _, _, seconds = pushed(program, bodies[:10_000], 0)
    capacity = min(len(bodies), 10_000) / seconds
    for share in SHARES:
        rate = capacity * share
        answers, latencies, _ = pushed(program, bodies[:max(int(rate * each), 200)], rate)
        yield ("webhook's last byte to the sink's first", f"{share:.0%} of {capacity:,.0f}/s", *spread(latencies))
        yield ("webhook's last byte to its answer", f"{share:.0%} of {capacity:,.0f}/s", *spread(answers))


def polled(program, count, every, seconds):
    """Polls feeds while new entries are published; latencies from publication and from the answer to the file."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, FeedServer() as server:
        names = [f"http://127.0.1.{1 + number % 200}:{server.port}/{number}.xml" for number in range(count)]
        output = pathlib.Path(folder) / "out.ndjson"
        output.touch()
        settings = {"feeds": names, "patience": "0s"}
        path = gateways.configuration(
            folder, channels={"press": {"adapter": "rss", "every": f"{every}s", "settings": settings}},
            sinks={"out": {"sink": "file", "settings": {"path": str(output)}}})
        gateway = gateways.Server([program, "run", path], receives=False)
        with open(output, "rb") as file:
            watch = Watch(file.read, pause=0.001)
            began = time.monotonic()
            server.wait(count, 600, gateway.process)
            first = time.monotonic() - began
            published = {}
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                name = f"{chance.randrange(count)}"
                if name not in published:
                    published[name] = time.monotonic_ns()
                    server.editions[f"/{name}.xml"] = 1
                time.sleep(0.02)
            time.sleep(every * 1.2 + first)
            gateway.stop()
            watch.is_over = True
            watch.thread.join()
    arrived = watch.moments(rb'"native_id":"[^"/]*/(\d+)-1"')
    found = [(arrived[name.encode()] - moment, arrived[name.encode()] - server.told[f"/{name}.xml"])
             for name, moment in published.items() if name.encode() in arrived]
    if len(found) < len(published) * 0.9:
        raise timing.Failed(f"{len(found)} of {len(published)} entries were found again")
    return [pair[0] for pair in found], [pair[1] for pair in found], first


def feeds(program, peers):
    """Feeds on two hundred hosts that are asked every few seconds."""
    every, each = int(os.environ.get("EVERY") or 5), int(os.environ.get("SECONDS_EACH") or 10)
    _, _, seconds = polled(program, 3000, every, 1)
    capacity = 3000 / seconds
    for share in SHARES:
        count = max(int(capacity * every * share), 10)
        whole, own, _ = polled(program, count, every, each)
        load = f"{share:.0%} of {capacity:,.0f} feeds/s, asked every {every} s"
        yield ("feed's publication to the file", load, *spread(whole))
        yield ("feed's answer to the file", load, *spread(own))


def main():
    program, peers = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    lines = ["| from, to | load | p50 ms | p99 ms |", "| --- | --- | ---: | ---: |"]
    print("\n".join(lines))
    for word in (os.environ.get("ONLY") or "webhooks feeds").split():
        for way, load, middle, high in globals()[word](program, peers):
            lines.append(f"| {way} | {load} | {middle:,.1f} | {high:,.1f} |")
            print(lines[-1], flush=True)
    (workloads.ROOT / ".build/latency.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
