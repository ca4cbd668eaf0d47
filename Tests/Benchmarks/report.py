"""The table of `make bench`, as text for people and as JSON."""
import json
import os
import platform

HEAD = ("job", "scale", "program", "items/CPU s", "wall s", "MiB", "ours to it", "at least", "aim", "")
#: The most memory that any job may hold, in MiB, and what is aimed at.
MEMORY = (150, 60)
#: How much of its items a CPU second a job must keep when it grows.
GROWTH = 0.95


def verdict(row):
    """Whether a row reaches its targets."""
    if row["ratio"] is None:
        return ""
    if row["aim"] and row["ratio"] >= row["aim"]:
        return "aim reached"
    if row["least"] is None:
        return f"{row['ratio'] / row['aim']:.0%} of the aim" if row["aim"] else ""
    return "reached" if row["ratio"] >= row["least"] else "MISSED"


def cells(row):
    """A row as words."""
    ratio, least, aim = (f"{row[key]:.2f}" if row[key] else "" for key in ("ratio", "least", "aim"))
    return (row["job"], f"{row['scale']}x", row["program"], f"{row['items_per_cpu_second']:,.0f}", f"{row['wall']:.2f}",
            f"{row['mebibytes']:.0f}", ratio, least, aim, verdict(row))


def table(rows):
    """A table in Markdown, with columns of equal width."""
    lines = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    words = [" | ".join(
        cell.rjust(width) if 3 <= column <= 8 else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths))) for line in lines]
    rule = " | ".join("-" * width for width in widths)
    return "\n".join(f"| {line} |" for line in [words[0], rule, *words[1:]])


def growth(rows):
    """What becomes of items a CPU second and of memory when a job grows."""
    own = [row for row in rows if row["program"] == "Earshot" and row["ratio"] is None]
    for row in own:
        small = next((other for other in own if other["job"] == row["job"] and other["scale"] == 1), None)
        if small and row["scale"] > 1:
            share = row["items_per_cpu_second"] / small["items_per_cpu_second"]
            word = "reached" if share >= GROWTH else "MISSED"
            yield f"{row['job']}: {row['scale']}x has {share:.2f} of 1x's items/CPU s (at least {GROWTH}): {word}"
    highest = max(own, key=lambda row: row["mebibytes"], default=None)
    if highest:
        reached = "reached" if highest["mebibytes"] <= MEMORY[0] else "MISSED"
        yield (f"memory: {highest['mebibytes']:.0f} MiB at most, by {highest['job']} at {highest['scale']}x "
               f"(at most {MEMORY[0]}, aim {MEMORY[1]}): {reached}")


def machine():
    """What it ran on."""
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            system = next(line for line in file if line.startswith("PRETTY_NAME")).split("=")[1].strip().strip('"')
    except (OSError, StopIteration):
        system = platform.system()
    return f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, {system}"


def write(rows, notes, rounds, path):
    """Writes the report to PATH.md and PATH.json, and gives the text."""
    text = "\n".join([
        f"Medians of {rounds} runs in turn on {machine()}; only ratios compare between machines.", "", table(rows), "",
        *(f"- {line}" for line in [*growth(rows), *notes]), ""])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    found = {"machine": machine(), "rounds": rounds, "rows": rows, "notes": notes}
    path.with_suffix(".json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return text
