#!/usr/bin/env python3
"""Checks mentions, one JSON object a line, against schemas/mention.v1.json.

usage: validate.py [FILE...]        standard input where no file is named

Prints the first five violations with their file, line and place; exits 1 where there is any.
An independent check: it shares nothing with the Swift code but the schema. Every line of the first two thousand is
judged by jsonschema; of the lines after them, where fastjsonschema is installed, those that it does not pass.
"""
import json
import pathlib
import sys

import jsonschema

try:
    import fastjsonschema
except ImportError:
    fastjsonschema = None

LIMIT = 5
THOROUGH = 2000


def no_duplicates(pairs):
    """An object of pairs; refuses a key that stands twice, which most parsers pass over."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice")
    return members


def no_constant(word):
    raise ValueError(f"{word} is no JSON")


def validator():
    schema = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "mention.v1.json"
    text = json.loads(schema.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(text)
    return jsonschema.Draft202012Validator(text)


def passes(schema):
    """A quick test of a mention that is right when it says yes, or None where there is none."""
    if fastjsonschema is None:
        return None
    # It knows draft 7, of which our schema uses nothing that has changed since but one keyword's name.
    old = json.loads(json.dumps(schema).replace('"dependentRequired"', '"dependencies"'))
    compiled = fastjsonschema.compile({**old, "$schema": "http://json-schema.org/draft-07/schema#"})

    def test(mention):
        try:
            compiled(mention)
            return True
        except fastjsonschema.JsonSchemaException:
            return False

    return test


def order(schema):
    """The place of each top-level key in a canonical line."""
    return {key: place for place, key in enumerate(schema["properties"])}


def place(error):
    """Where an error is, as a JSON Pointer."""
    return "".join(f"/{token}" for token in error.absolute_path) or "(whole)"


def violations(line, check, places, quick):
    """What is wrong with one line, in words."""
    try:
        mention = json.loads(line, object_pairs_hook=no_duplicates, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        return [f"not JSON: {error}"]
    found = []
    if quick is None or not quick(mention):
        found = [f"{place(error)}: {error.message[:300]}" for error in check.iter_errors(mention)]
    if not found:
        keys = [places[key] for key in mention]
        if keys != sorted(keys):
            found.append("(whole): the keys are not in the schema's order")
    return found


def run(streams):
    check = validator()
    places = order(check.schema)
    quick = passes(check.schema)
    lines = wrong = shown = 0
    for name, stream in streams:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            lines += 1
            found = violations(line, check, places, quick if lines > THOROUGH else None)
            wrong += bool(found)
            for text in found:
                if shown < LIMIT:
                    print(f"{name}:{number}: {text}")
                    shown += 1
    print(f"{lines} mentions, {wrong} of them wrong", file=sys.stderr)
    return 1 if wrong else 0


def main(names):
    if not names:
        return run([("<stdin>", sys.stdin.buffer)])
    return run((name, open(name, "rb")) for name in names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
