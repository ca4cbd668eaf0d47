"""The programs that Earshot is compared with: those whose sources and libraries are present, compiled where needed."""
import dataclasses
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OWN = pathlib.Path(__file__).resolve().parent
BUILT = ROOT / ".build/bench/peers"


@dataclasses.dataclass
class Peer:
    """A program that does a job of ours; `least` and `aim` are the ratios of ours to its items a CPU second."""
    name: str
    source: str
    arguments: tuple
    least: float | None = None
    aim: float | None = None
    #: Python modules that it imports.
    modules: tuple = ()
    #: The compiler and its options, for what is compiled.
    compiler: tuple = ()
    #: Which part of a workload it is given at most, for what is slow: an argument more and how many items it stands for.
    limit: tuple = ()


def python():
    """The Python that peers run in: that of `make bench-peers`, else the system's."""
    own = ROOT / ".venv/peers/bin/python"
    return str(own) if own.exists() else "python3"


def prepare(peer, folder):
    """The command a peer is run by, without its arguments; or None, and why it cannot be run."""
    source = next((path for path in (OWN / peer.source, folder / "peers" / peer.source) if path.exists()), None)
    if source is None:
        return None, f"there is no {peer.source}"
    if peer.modules:
        missing = [name for name in peer.modules if not imports(name)]
        if missing:
            return None, f"Python has no {', '.join(missing)} (make bench-peers)"
        return [python(), str(source)], None
    return compiled(peer, source)


def imports(module):
    """Whether the peers' Python has a module."""
    return subprocess.run([python(), "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def compiled(peer, source):
    """Compiles a peer's source once."""
    program = BUILT / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        if shutil.which(peer.compiler[0]) is None:
            return None, f"there is no {peer.compiler[0]}"
        BUILT.mkdir(parents=True, exist_ok=True)
        options = []
        for word in peer.compiler[1:]:
            options += flags(word[4:]) if word.startswith("pkg:") else [word]
        made = subprocess.run([peer.compiler[0], str(source), "-o", str(program), *options], capture_output=True,
                              text=True, check=False)
        if made.returncode != 0:
            first = next((line for line in made.stderr.splitlines() if "error" in line), "it does not compile")
            return None, first
    return [str(program)], None


def flags(package):
    """What pkg-config says of a library."""
    found = subprocess.run(["pkg-config", "--cflags", "--libs", package], capture_output=True, text=True, check=False)
    return found.stdout.split()


ORJSON = ("orjson",)
C = ("cc", "-O2")

TWITTER = Peer("Python and orjson", "tw_orjson.py", ("IN", "OUT"), 3, None, ORJSON)
SIMDJSON = Peer("C++ on simdjson, by hand", "tw_simdjson.cpp", ("IN", "OUT"), None, 0.8,
                compiler=("c++", "-O3", "-march=native", "-std=c++17", "-lsimdjson"))


def orjson(mode):
    """The program on orjson for one of Facebook's or YouTube's shapes."""
    return Peer("Python and orjson", "fb_page.py", (mode, "IN", "OUT"), 3, 5, ORJSON)


FEEDS = (
    Peer("libxml2's SAX, counting only", "feeds_sax.c", ("IN",), 0.5, 1, compiler=(*C, "pkg:libxml-2.0")),
    Peer("lxml", "feeds_py.py", ("lxml", "IN", "OUT"), modules=(*ORJSON, "lxml")),
    Peer("fastfeedparser", "feeds_py.py", ("fastfeedparser", "IN", "OUT"), 1.6, None, (*ORJSON, "fastfeedparser")),
    Peer("feedparser", "feeds_py.py", ("feedparser", "IN", "OUT"), 40, None, (*ORJSON, "feedparser"),
         limit=("40", 1_000)),
)
MAIL = (
    Peer("GMime, in C", "mail_gmime.c", ("IN", "OUT"), 0.8, 1.2, compiler=(*C, "pkg:gmime-3.0")),
    Peer("Python's email", "mail_py.py", ("stdlib", "IN", "OUT"), 4, None, ORJSON, limit=("1000", 1_000)),
    Peer("mail-parser", "mail_py.py", ("mailparser", "IN", "OUT"), modules=(*ORJSON, "mailparser"),
         limit=("1000", 1_000)),
)
WEBHOOKS = Peer("uvicorn: HMAC, parse, dedupe", "webhook_uvicorn.py", ("PORT", "SECRET", "OUT"), 2, 5,
                (*ORJSON, "uvicorn"))
