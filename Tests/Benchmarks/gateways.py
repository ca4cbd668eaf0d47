"""Servers under load: a gateway with a webhook, or a peer, and the sender that fills them."""
import array
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

import peers
import timing

SECRET = "the secret of the benchmark"
SENDER = peers.Peer("sender", "sender.c", (), compiler=("cc", "-O2"))
#: As a rule fewer than a channel's limit of deliveries that wait for the journal.
CONNECTIONS = int(os.environ.get("CONNECTIONS") or 48)


def sender():
    """The compiled sender, or an exception that says what it lacks."""
    command, reason = peers.prepare(SENDER, pathlib.Path())
    if command is None:
        raise timing.Failed(f"the sender cannot be built: {reason}")
    return command[0]


def write_requests(bodies, path, channel="page"):
    """Requests as the sender takes them: signed deliveries of Facebook's webhook."""
    count = 0
    with open(path, "wb") as file:
        for body in bodies:
            body = body.rstrip(b"\n")
            signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            request = (
                f"POST /hooks/{channel} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode() + body
            file.write(len(request).to_bytes(4, "little") + request)
            count += 1
    return count


def configuration(folder, **sections):
    """Writes a configuration whose state lies in `folder`, and gives its path."""
    path = pathlib.Path(folder) / "earshot.json"
    path.write_text(json.dumps({"data_dir": "data", **sections}), encoding="utf-8")
    return path


def webhook(folder, sink):
    """The configuration of a gateway that takes Facebook's deliveries and gives them to one sink."""
    settings = {"listen": "webhook", "app_secret": SECRET, "verify_token": SECRET}
    return configuration(
        folder, channels={"page": {"adapter": "facebook", "settings": settings}}, sinks={"out": sink},
        receive={"listen": "127.0.0.1:0"})


class Server:
    """A server of its own process, from when it listens until it was stopped."""

    def __init__(self, arguments, port=None, receives=True, output=subprocess.DEVNULL, environment=None):
        self.words = tempfile.TemporaryFile()
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            list(map(str, arguments)), stdout=output, stderr=self.words, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})})
        self.port = port
        if port:
            self.wait_for(port)
        elif receives:
            self.port = int(self.heard(rb"webhooks are received.*?http://[^:]+:(\d+)"))
        else:
            self.heard(rb'"message":"(listening)"')

    def heard(self, pattern, within=60):
        """Waits for a line of its log, and gives what the pattern finds there."""
        limit = time.monotonic() + within
        while time.monotonic() < limit:
            found = re.search(pattern, self.log())
            if found:
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise timing.Failed(f"the server does not listen: {self.log()[-800:].decode(errors='replace')}")

    def log(self):
        """What it has said so far."""
        self.words.seek(0)
        return self.words.read()

    def wait_for(self, port):
        """Waits until a port is listened at."""
        while self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise timing.Failed(f"the server ended: {self.log()[-800:].decode(errors='replace')}")

    def memory(self):
        """How many MiB it holds now."""
        return memory(self.process.pid, "VmRSS")

    def cpu(self):
        """The CPU seconds it has used so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Asks it to stop, and gives what it took in all."""
        if self.process.returncode is not None:
            raise timing.Failed(f"the server ended: {self.log()[-800:].decode(errors='replace')}")
        os.kill(self.process.pid, signal.SIGTERM)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return timing.used(usage, time.monotonic() - self.began)


def memory(process, word):
    """How many MiB a process holds by a word of the kernel's: VmRSS now, VmHWM at most."""
    status = pathlib.Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.search(word + r":\s+(\d+)", status)[1]) / 1024


def send(port, requests, rate=0, connections=CONNECTIONS):
    """Sends all requests, and gives for each when it was due, sent and answered in ns, and the status."""
    with tempfile.NamedTemporaryFile() as file:
        done = subprocess.run([sender(), str(port), requests, str(connections), str(rate), file.name],
                              capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise timing.Failed(f"the sender failed: {done.stderr.strip()}")
        numbers = array.array("q", pathlib.Path(file.name).read_bytes())
    moments = list(zip(numbers[0::4], numbers[1::4], numbers[2::4], numbers[3::4]))
    wrong = sum(1 for moment in moments if moment[3] // 100 != 2)
    if wrong:
        raise timing.Failed(f"{wrong} of {len(moments)} deliveries were not answered 2xx")
    return moments


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def percentile(values, share):
    """The value that a share of all values is not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
