"""The jobs that are measured: what Earshot is asked to do with a workload, and who else does it."""
import dataclasses
import os
import pathlib
import shutil
import tempfile

import gateways
import peers
import timing
import workloads


@dataclasses.dataclass
class Job:
    """One row of the table: a name, a kind of workload, the commands for it, and the peers with their targets."""
    name: str
    kind: str
    peers: tuple = ()
    #: Whether its output has no item twice.
    drops_repeats: bool = False
    #: Whether what is measured is a server under load.
    is_server: bool = False

    def command(self, program, workload, out):
        """What Earshot is run with."""
        reader = workloads.adapter(self.kind)
        if self.drops_repeats:
            return [program, "backfill", "--adapter", reader, "--to", out, str(workload.path)]
        return [program, "normalize", reader, str(workload.path)]


JOBS = (
    Job("twitter normalize", "twitter", (peers.TWITTER, peers.SIMDJSON)),
    Job("twitter backfill", "twitter", (
        dataclasses.replace(peers.TWITTER, least=2), dataclasses.replace(peers.SIMDJSON, aim=0.6)), drops_repeats=True),
    Job("facebook normalize", "facebook", (peers.orjson("fb"),)),
    Job("facebook deliveries", "deliveries", (peers.orjson("fbw"),)),
    Job("youtube normalize", "youtube", (peers.orjson("yt"),)),
    Job("feeds normalize", "feeds", peers.FEEDS),
    Job("mail normalize", "mail", peers.MAIL),
    Job("signed webhooks", "deliveries", (peers.WEBHOOKS,), is_server=True),
)


class Bench:
    """Runs jobs of one program, and says what each took."""

    def __init__(self, program, folder, rounds):
        self.program = os.path.abspath(program)
        self.folder = pathlib.Path(folder)
        self.rounds = rounds
        self.notes = []

    def rows(self, job, scale):
        """The rows of a job: Earshot, then its peers, run in turn; peers at 1x alone."""
        workload = workloads.make(job.kind, scale, self.folder, self.program)
        with tempfile.TemporaryDirectory() as scratch:
            items = {"Earshot": workload.items}
            if job.is_server:
                works = self.servers(job, scale, workload, scratch, items)
            else:
                works = self.programs(job, scale, workload, scratch, items)
            runs = timing.in_turn(works, self.rounds)
        own = timing.median(runs.pop("Earshot"))
        rate = items["Earshot"] / own.cpu
        yield row(job.name, scale, "Earshot", rate, own)
        for peer in job.peers:
            if peer.name in runs:
                took = timing.median(runs[peer.name])
                theirs = items[peer.name] / took.cpu
                yield row(job.name, scale, peer.name, theirs, took, ratio=rate / theirs, least=peer.least, aim=peer.aim)

    def present(self, job, scale):
        """The peers of a job that can be run, each with its command."""
        for peer in job.peers if scale == 1 else ():
            command, reason = peers.prepare(peer, self.folder)
            if command:
                yield peer, command
            else:
                self.note(f"{job.name}: without {peer.name}: {reason}")

    def note(self, text):
        """Keeps something that a reader of the table should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def programs(self, job, scale, workload, scratch, items):
        """Whole programs, from their start to their end."""
        self.check(job, workload, scratch)
        out = os.path.join(scratch, "out")
        works = {"Earshot": lambda: self.once(job, workload, scratch)}
        for peer, command in self.present(job, scale):
            given = {"IN": str(workload.path), "OUT": out}
            arguments = command + [given.get(word, word) for word in peer.arguments] + list(peer.limit[:1])
            items[peer.name] = min(peer.limit[1], workload.items) if peer.limit else workload.items
            works[peer.name] = lambda arguments=arguments: timing.run(arguments)
        return works

    def once(self, job, workload, scratch):
        """One run of Earshot, which finds nothing of an earlier one."""
        out = os.path.join(scratch, "mentions")
        shutil.rmtree(out + ".journal", ignore_errors=True)
        pathlib.Path(out).unlink(missing_ok=True)
        return timing.run(job.command(self.program, workload, out))

    def check(self, job, workload, scratch):
        """Refuses to measure what gives a wrong number of mentions."""
        out = os.path.join(scratch, "mentions")
        command = " ".join(map(str, job.command(self.program, workload, out)))
        timing.run(["sh", "-c", command if job.drops_repeats else f"exec {command} >{out}"])
        with open(out, "rb") as file:
            found = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
        # A repeat within one document is one mention, whether or not anything is remembered.
        most = workload.unique if job.drops_repeats else workload.items
        if not workload.unique <= found <= most:
            raise timing.Failed(f"{job.name}: {found} mentions instead of {workload.unique} to {most}")

    def servers(self, job, scale, workload, scratch, items):
        """Servers, from their start to their end, given every delivery; an item is a delivery."""
        requests = os.path.join(scratch, "requests")
        with open(workload.path, "rb") as bodies:
            items["Earshot"] = gateways.write_requests(bodies, requests)
        works = {"Earshot": lambda: self.gateway(requests)}
        for peer, command in self.present(job, scale):
            items[peer.name] = items["Earshot"]
            works[peer.name] = lambda peer=peer, command=command: self.rival(peer, command, requests)
        return works

    def gateway(self, requests):
        """A gateway with a journal and a file, given all requests."""
        with tempfile.TemporaryDirectory() as folder:
            settings = {"path": f"{folder}/out.ndjson"}
            path = gateways.webhook(folder, {"sink": "file", "settings": settings})
            server = gateways.Server([self.program, "run", path])
            try:
                moments = gateways.send(server.port, requests)
            finally:
                used = server.stop()
        used.wall = (max(moment[2] for moment in moments) - min(moment[0] for moment in moments)) / 1e9
        answers = [(moment[2] - moment[1]) / 1e6 for moment in moments]
        self.note(f"signed webhooks: answered in {gateways.percentile(answers, .5):.1f} ms (p50), "
                  f"{gateways.percentile(answers, .99):.1f} ms (p99), {gateways.CONNECTIONS} at a time")
        return used

    @staticmethod
    def rival(peer, command, requests):
        """Another server, given all requests."""
        with tempfile.TemporaryDirectory() as folder:
            port = gateways.free_port()
            given = {"PORT": str(port), "SECRET": gateways.SECRET, "OUT": f"{folder}/out"}
            server = gateways.Server(command + [given.get(word, word) for word in peer.arguments], port=port)
            try:
                moments = gateways.send(port, requests)
            finally:
                used = server.stop()
        used.wall = (max(moment[2] for moment in moments) - min(moment[0] for moment in moments)) / 1e9
        return used

    def cores(self, scale):
        """How much sooner two cores are done than one."""
        job = JOBS[0]
        workload = workloads.make(job.kind, scale, self.folder, self.program)
        command = job.command(self.program, workload, "")
        runs = timing.in_turn({
            "one": lambda: timing.run(["taskset", "-c", "0", *command]),
            "two": lambda: timing.run(["taskset", "-c", "0,1", *command]),
        }, self.rounds)
        one, two = (min(run.wall for run in runs[name]) for name in ("one", "two"))
        took = timing.median(runs["two"])
        return row("two cores to one, wall", scale, "Earshot", workload.items / took.cpu, took, ratio=one / two,
                   least=1.7, aim=1.9)


def row(job, scale, program, rate, took, ratio=None, least=None, aim=None):
    """A row of the table."""
    return {
        "job": job, "scale": scale, "program": program, "items_per_cpu_second": rate, "cpu": took.cpu,
        "wall": took.wall, "mebibytes": took.mebibytes, "ratio": ratio, "least": least, "aim": aim,
    }
