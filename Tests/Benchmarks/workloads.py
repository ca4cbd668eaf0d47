"""Seeded workloads of every kind, made once and kept in .build/bench.

Made by the generators beside the peers' programs where those are present, else out of the quickstart's samples, copied
with ids of their own. How many mentions a workload holds is what its generator says.
"""
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT / "schemas/examples/quickstart"


@dataclasses.dataclass
class Workload:
    """Documents on disk, and how many mentions they hold, all and without those that come again."""
    path: pathlib.Path
    items: int
    unique: int


@dataclasses.dataclass
class Recipe:
    """How a kind of workload is made: a generator's name and options, its output, and how many items are 1x."""
    generator: str
    output: str
    items: int
    options: tuple = ()
    #: How many items one unit of the generator's size option stands for.
    unit: int = 1
    size_option: str = "--items"
    sample: str = ""
    #: What is made new in every copy of the sample.
    identity: str = ""


RECIPES = {
    "twitter": Recipe("gen_twitter.py", "pages.ndjson", 20_000, sample="twitter/search.json", identity=r"189\d{14,16}"),
    "facebook": Recipe("gen_facebook.py", "pages.ndjson", 20_000, sample="facebook/feed.json", identity=r"700100_\d+"),
    "deliveries": Recipe("gen_facebook.py", "deliveries.ndjson", 60_000, ("--webhooks",)),
    "youtube": Recipe("gen_youtube.py", "pages.ndjson", 20_000, sample="youtube/comments.json",
                      identity=r"UgxQuickstart\w+"),
    "feeds": Recipe("gen_feeds.py", "feeds", 20_000, unit=25, size_option="--feeds", sample="rss/blog.xml",
                    identity=r"example,2026:\w+"),
    "mail": Recipe("gen_mail.py", "mail", 5_000, ("--no-maildir",), sample="email/mailbox.mbox",
                   identity=r"<(?:krk12345|reply)\.\d+"),
}


def make(kind, scale, peers, program):
    """The workload of a kind at a scale; `program` counts what is in a sample where the generators are missing."""
    recipe = RECIPES[kind]
    generator = peers / "workloads" / recipe.generator
    origin = "generated" if generator.exists() else "copied"
    folder = ROOT / ".build/bench" / f"{kind}-{scale}x-{origin}"
    truth = folder / "truth.json"
    if not truth.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        print(f"making {folder.relative_to(ROOT)}", file=sys.stderr)
        count = recipe.items * scale
        found = generate(recipe, generator, folder, count) if generator.exists() else copy(kind, folder, count, program)
        truth.write_text(json.dumps(found), encoding="utf-8")
    found = json.loads(truth.read_text(encoding="utf-8"))
    return Workload(folder / found["path"], found["items"], found["unique"])


def generate(recipe, generator, folder, count):
    """Runs a generator, and puts what it knows of its output beside that."""
    output = folder / recipe.output
    size = [recipe.size_option, str(count // recipe.unit)]
    subprocess.run([sys.executable, generator, output, *size, *recipe.options], check=True, capture_output=True)
    if output.is_dir():
        (output / "truth.json").rename(folder / "feeds.truth.json")
        (output / "ids.tsv").unlink()
    known = json.loads(next(folder.glob("*.truth.json")).read_text(encoding="utf-8"))
    path = next(path for path in (output, output.with_suffix(".mbox")) if path.exists())
    return {"path": path.name, "items": known["items"], "unique": known["unique"]}


def copy(kind, folder, count, program):
    """Copies of the quickstart's sample, each with ids of its own."""
    if kind == "deliveries":
        return numbered_deliveries(folder, count)
    recipe = RECIPES[kind]
    sample = SAMPLES / recipe.sample
    each = subprocess.run([program, "normalize", adapter(kind), sample], capture_output=True, check=False)
    inside = each.stdout.count(b"\n")
    copies = count // inside
    text = sample.read_bytes()
    if sample.suffix == ".json":
        # What the source itself could not answer would be a defect of every copy.
        page = {key: value for key, value in json.loads(text).items() if key != "errors"}
        text = json.dumps(page, ensure_ascii=False).encode() + b"\n"
    identity = re.compile(recipe.identity.encode())
    numbered = (identity.sub(lambda found: found[0] + b"%07d" % number, text) for number in range(copies))
    if kind == "feeds":
        (folder / "feeds").mkdir()
        for number, feed in enumerate(numbered):
            (folder / "feeds" / f"{number:06}.xml").write_bytes(feed)
        name = "feeds"
    else:
        name = "mail.mbox" if kind == "mail" else "pages.ndjson"
        with open(folder / name, "wb") as file:
            file.writelines(numbered)
    return {"path": name, "items": copies * inside, "unique": copies * inside}


def numbered_deliveries(folder, count):
    """Deliveries of Facebook's webhook with three comments each."""
    with open(folder / "deliveries.ndjson", "w", encoding="utf-8") as file:
        for number in range(0, count, 3):
            changes = [{"field": "feed", "value": {
                "item": "comment", "verb": "add", "comment_id": f"8001_{10**12 + number + k}", "post_id": "700100_8001",
                "parent_id": "700100_8001", "from": {"id": "700200", "name": "Ann Example"},
                "message": "Where is my suitcase? " * 20, "created_time": 1767225600 + number + k,
            }} for k in range(3)]
            entry = {"id": "700100", "time": 1767225600 + number, "changes": changes}
            file.write(json.dumps({"object": "page", "entry": [entry]}) + "\n")
    made = -(-count // 3) * 3
    return {"path": "deliveries.ndjson", "items": made, "unique": made}


def adapter(kind):
    """The adapter that reads a kind of workload."""
    return {"deliveries": "facebook", "feeds": "rss", "mail": "email"}.get(kind, kind)
