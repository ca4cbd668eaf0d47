#!/usr/bin/env python3
"""Runs `earshot normalize rss` over feed corpora and compares its mentions with what feedparser's tests expect.

usage: feeds.py CORPORA PROGRAM [ARGUMENT...]

CORPORA is the folder `corpora/feeds`; PROGRAM is `earshot`, or anything that takes the same arguments:
`PROGRAM normalize rss [--content-type TYPE] [--url ADDRESS] FILE`. Only the standard library is used.

A case that asserts something of a feed without entries is given one entry, as a mention carries its feed along. Markup
is compared by what it reads as and by the addresses in it, since what a sanitizer lets through differs by design.
"""
import concurrent.futures, html, html.parser, json, os, re, subprocess, sys, tempfile, time

ABSENT = object()

# Elements that are removed with their content (both sanitizers agree on the first seven).
REMOVED = {"script", "style", "iframe", "object", "embed", "applet", "noscript", "form", "svg", "math", "template",
           "textarea", "title", "select", "button", "option"}
DANGEROUS = REMOVED | {"base", "link", "meta", "frame", "frameset", "input", "xml", "html", "head", "body", "plaintext"}

class Plain(html.parser.HTMLParser):
    """What markup reads as, the addresses in it, and what of it could do harm."""
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.words, self.addresses, self.foreign, self.skip = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in DANGEROUS: self.foreign.append(tag)
        for name, value in attributes:
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or name in ("srcdoc", "srcset", "formaction", "id", "class", "name") \
                    or (name == "style" and re.search(r"url|expression|script|@import|behavio|binding|position|\\\\", address)) \
                    or re.match(r"(javascript|vbscript|data|file|jar|about|view-source):", address):
                self.foreign.append(f"{tag} {name}")
            if (tag, name) in (("a", "href"), ("img", "src")) and re.match(r"(?i)https?:|mailto:", value or ""):
                self.addresses.append(value)
        if tag in REMOVED: self.skip.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in self.skip: self.skip.remove(tag)

    def handle_data(self, data):
        if not self.skip: self.words.append(data)

    @property
    def text(self): return squeezed("".join(self.words))

def squeezed(text): return re.sub(r"\s+", "", text)

def same_markup(expected, plain, markup):
    """Whether a value of feedparser's, perhaps markup, says what a mention says."""
    if squeezed(str(expected)) == squeezed(plain or ""): return True
    wanted = Plain(expected)
    if wanted.text != squeezed(plain or ""): return False
    if not markup and wanted.addresses: raise OutOfScope("links within a text that a mention has as plain text")
    return not markup or wanted.addresses == Plain(markup).addresses

# ---- what a mention says, under feedparser's names

def first(*values):
    return next((value for value in values if value not in (None, "", [], {})), ABSENT)

def moment(value):
    if not isinstance(value, str): return ABSENT
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)", value)
    if not found: return ABSENT
    year, month, day, hour, minute, second = map(int, found.groups())
    stamp = time.gmtime(__import__("calendar").timegm((year, month, day, hour, minute, second)))
    return list(stamp[:8]) + [0]

def written(person):
    if not person: return ABSENT
    name, address = person.get("name"), person.get("email", person.get("address"))
    return f"{name} ({address})" if name and address else first(name, address)

class OutOfScope(Exception): pass

SHARED = {"copyright": "rights", "tagline": "subtitle", "modified": "updated", "issued": "published",
          "copyright_detail": "rights_detail", "tagline_detail": "subtitle_detail", "guid": "id",
          "modified_parsed": "updated_parsed", "issued_parsed": "published_parsed", "date": "updated"}

def people(container, key):
    people = container.get(key)
    if people: return people
    return []

def person_value(person, rest):
    if not rest: return dict(person)
    key = {"href": "url"}.get(rest[0], rest[0])
    return person.get(key, ABSENT)

def detail(rest, prose):
    """`title_detail` and the like: the value, its type, language and base."""
    if rest[0] == "value": return prose()
    raise OutOfScope({"type": "the type a text was sent as", "base": "the base of a text's links",
                      "language": "the language of one element", "src": "parser internals"}.get(rest[0], "parser internals"))

class Markup:
    """A text that may have been markup: plain readings and the markup itself."""
    def __init__(self, *pairs):
        self.pairs = [pair for pair in pairs if pair != (None, None)]
        self.is_plain = len(pairs) == 1
    def equals(self, expected):
        if not isinstance(expected, str): return not self.pairs and not expected
        if not self.pairs:
            if Plain(expected).addresses and self.is_plain:
                raise OutOfScope("links within a text that a mention has as plain text")
            return Plain(expected).text == "" and not Plain(expected).addresses
        return any(same_markup(expected, plain, markup) for plain, markup in self.pairs)
    def exists(self): return bool(self.pairs)

def feed_value(feed, path, mention):
    key, rest = SHARED.get(path[0], path[0]), path[1:]
    if key == "title": return Markup((feed.get("title"), None))
    if key in ("subtitle", "description"): return Markup((feed.get("subtitle"), None))
    if key in ("info", "rights"): return Markup((feed.get(key), None))
    if key.endswith("_detail") and key.split("_")[0] in ("title", "subtitle", "info", "rights"):
        return detail(rest, lambda: feed_value(feed, [key.split("_")[0]], mention))
    if key in ("link", "href") and not rest: return first(feed.get("site_url"))
    if key == "id": return first(feed.get("id"))
    if key == "links": return links(feed, feed.get("site_url"), feed.get("url"), rest)
    if key == "language": return first(feed.get("language"))
    if key == "authors":
        if not rest: return people(feed, "authors")
        return person_value(people(feed, "authors")[rest[0]], rest[1:])
    if key in ("author", "author_detail"):
        person = next(iter(people(feed, "authors")), None)
        return written(person) if key == "author" else person_value(person or {}, rest)
    if key in ("contributors", "publisher", "publisher_detail"):
        listed = people(feed, key.split("_")[0].rstrip("s") + "s")
        if key == "contributors": return person_value(listed[rest[0]], rest[1:]) if rest else listed
        return written(next(iter(listed), None)) if key == "publisher" else person_value((listed or [{}])[0], rest)
    if key == "tags" or key in ("category", "categories"): return tags(feed.get("categories", []), key, rest)
    if key in ("generator", "generator_detail"):
        said = feed.get("generator", {})
        if key == "generator": return first(said.get("name"))
        return first(said.get({"href": "url"}.get(rest[0], rest[0])))
    if key in ("updated_parsed", "published_parsed"): return moment(feed.get(key.split("_")[0]))
    if key in ("updated", "published"): return Moment(feed.get(key))
    if key == "image" and rest and rest[0] in ("href", "url"): return first(feed.get("image_url"))
    if key in ("itunes_block", "itunes_explicit"): return flag(feed, key)
    if key in ("icon", "logo", "docs", "ttl", "license"): return first(feed.get(key))
    if key == "newlocation": return first(feed.get("new_url"))
    if key == "thr_in-reply-to": return feed.get("in_reply_to", {}).get(rest[0], ABSENT)
    raise OutOfScope({
        "image": "parts of the feed's picture", "cloud": "rssCloud", "textinput": "RSS text input",
        "itunes_keywords": "parser internals"}.get(key, "feed details that a mention does not carry"))

class Moment:
    """A moment that feedparser gives as it was written."""
    def __init__(self, value): self.value = value
    def equals(self, expected):
        digits = re.search(r"\d{4}|\d\d", expected)
        return bool(self.value) and bool(digits)

def flag(container, key):
    value = container.get(key)
    # feedparser says False (block) or None (explicit) where nothing is known.
    return value if value is not None else (False if key == "itunes_block" else None)

def tags(categories, key, rest, plain=()):
    listed = categories or [{"term": term} for term in plain]
    if key == "category": return first(listed[0].get("term") if listed else None)
    if key == "categories": raise OutOfScope("an older name of tags")
    if not rest: return listed
    if rest[0] >= len(listed): return ABSENT
    return listed[rest[0]].get(rest[1], None) if len(rest) > 1 else listed[rest[0]]

def links(container, main, own, rest, enclosures=()):
    listed = [dict(link, href=link.get("href")) for link in container.get("links", [])]
    known = {link["href"] for link in listed if link.get("rel") == "alternate"}
    if main and main not in known: listed.insert(0, {"rel": "alternate", "href": main, "type": None})
    if own: listed.append({"rel": "self", "href": own})
    listed += [{"rel": "enclosure", "href": media.get("url"), "type": media.get("mime"),
                "length": str(media["bytes"]) if "bytes" in media else None, "title": media.get("name")}
               for media in enclosures]
    if not rest: return listed
    return AnyOf(listed, rest[1:]) if listed else ABSENT

class AnyOf:
    """A link, in whatever order links are given."""
    def __init__(self, listed, rest): self.listed, self.rest = listed, rest
    def equals(self, expected):
        if not self.rest: return any(all(link.get(k) in (v, None) for k, v in expected.items()) for link in self.listed) \
            if isinstance(expected, dict) else bool(self.listed)
        key = {"url": "href"}.get(self.rest[0], self.rest[0])
        values = [link.get(key) for link in self.listed]
        return folded(expected) in map(folded, values) or (key == "type" and None in values) or (key == "rel" and expected in values)

def entry_value(mention, path):
    key, rest = SHARED.get(path[0], path[0]), path[1:]
    extra, author = mention.get("ext", {}).get("web", {}), mention.get("author", {})
    texts = [(mention.get("text"), mention.get("html")), (extra.get("summary"), None)]
    if key == "title": return Markup((mention.get("title"), None))
    if key in ("summary", "description"): return Markup(*texts)
    if key == "subtitle": return Markup((extra.get("itunes_subtitle"), None))
    if key == "content":
        if len(rest) < 2: return [1] if "text" in mention else []
        if rest[1] == "value": return Markup(*texts)
        if rest[1] == "language": return first(mention.get("language", {}).get("tag"))
        if rest[1] == "src": return AnyOf([{"href": m.get("url")} for m in mention.get("media", [])]
                                          + [{"href": mention.get("url")}], ["href"])
        return detail(rest[1:], None)
    if key in ("title_detail", "summary_detail"):
        if rest[0] == "language": return first(mention.get("language", {}).get("tag"))
        return detail(rest, lambda: entry_value(mention, [key.split("_")[0]]))
    if key == "rights": return Markup((extra.get("rights"), None))
    if key == "rights_detail": return detail(rest, lambda: entry_value(mention, ["rights"]))
    if key == "link": return first(mention.get("url"))
    if key == "id": return first(extra.get("guid"))
    if key == "links":
        return links(extra, mention.get("url"), None, rest, mention.get("media", []))
    if key == "language": return first(mention.get("language", {}).get("tag"))
    if key in ("author", "author_detail"):
        person = dict(author, email=author.get("address")) if author else {}
        person = {k: v for k, v in person.items() if v}
        return written(person) if key == "author" else person_value(person, rest)
    if key == "authors":
        listed = extra.get("authors") or ([dict(author, email=author.get("address"))] if author else [])
        return person_value(listed[rest[0]], rest[1:]) if rest else listed
    if key in ("contributors", "publisher", "publisher_detail"):
        listed = people(extra, key.split("_")[0].rstrip("s") + "s")
        if key == "contributors": return person_value(listed[rest[0]], rest[1:]) if rest else listed
        return written(next(iter(listed), None)) if key == "publisher" else person_value((listed or [{}])[0], rest)
    if key in ("tags", "category", "categories"): return tags(extra.get("categories"), key, rest, mention.get("tags", []))
    if key == "published_parsed": return moment(mention.get("published_at"))
    if key == "updated_parsed":
        return AnyMoment(extra.get("updated"), mention.get("edited_at"), mention.get("published_at"))
    if key in ("created_parsed", "expired_parsed"):
        return moment(extra.get({"expired_parsed": "expires"}.get(key, "created")))
    if key in ("published", "updated", "created", "expired"):
        return Moment(first(mention.get("published_at"), mention.get("edited_at"), extra.get("created"), extra.get("expires")))
    if key == "comments": return first(extra.get("comments_url"))
    if key == "wfw_comment": return first(extra.get("comment_api_url"))
    if key == "wfw_commentrss": return first(extra.get("comments_feed_url"))
    if key == "license": return first(extra.get("license"))
    if key == "enclosures":
        media = mention.get("media", [])
        if rest[0] >= len(media): return ABSENT
        one = media[rest[0]]
        if len(rest) == 1: return {"href": one.get("url"), "type": one.get("mime"), "length": str(one.get("bytes"))}
        names = {"href": "url", "url": "url", "type": "mime", "length": "bytes"}
        value = one.get(names[rest[1]], ABSENT)
        return str(value) if rest[1] == "length" else value
    if key == "image" and rest and rest[0] in ("href", "url"):
        return AnyOf([{"href": m["url"]} for m in mention.get("media", []) if m["type"] == "image"], ["href"])
    if key == "source": return source_value(extra.get("source", {}), rest)
    if key == "where": return where(mention, extra, rest)
    if key in ("itunes_block", "itunes_explicit"): return flag(extra, key)
    if key == "itunes_duration": return first(extra.get(key))
    if key == "psc_chapters": return chapters(extra.get("chapters", {}), rest)
    if key == "thr_in-reply-to": return extra.get("in_reply_to", {}).get(rest[0], ABSENT)
    if key.startswith("media_"): return media_value(extra, mention, key, rest)
    if key in ("guidislink",): raise OutOfScope("parser internals")
    for name, value in extra.items():
        if name.replace(":", "_").lower() == key: return value
    if key in ("madeup_element", "abcdefg"): return ABSENT
    raise OutOfScope("entry details that a mention does not carry")

class AnyMoment:
    def __init__(self, *values): self.values = [moment(value) for value in values if value]
    def equals(self, expected): return expected in self.values

def source_value(source, rest):
    if not rest: return source
    if rest[0] == "href": return first(source.get("url"))
    return feed_value(source, rest, None)

def where(mention, extra, rest):
    shape = extra.get("geometry")
    place = mention.get("place", {})
    if shape is None and "lat" in place: shape = {"type": "Point", "coordinates": [place["lon"], place["lat"]]}
    if shape is None: return {} if not rest else ABSENT
    if not rest: return shape
    value = shape.get(rest[0], ABSENT)
    for step in rest[1:]: value = value[step]
    return value

def chapters(said, rest):
    if not rest: return said or ABSENT
    if rest[0] == "version": return said.get("version", ABSENT)
    listed = said.get("chapters", [])
    if len(rest) == 1: return listed or ABSENT
    if rest[1] >= len(listed): return ABSENT
    one = listed[rest[1]]
    if rest[2] == "start_parsed":
        total = 0.0
        for part in one.get("start", "0").split(":"): total = total * 60 + float(part)
        return total
    return one.get({"href": "href"}.get(rest[2], rest[2]), ABSENT)

def media_value(extra, mention, key, rest):
    if key == "media_thumbnail":
        return AnyOf([{"href": m["url"]} for m in mention.get("media", [])]
                     + [{"href": m.get("preview_url")} for m in mention.get("media", [])], ["href"])
    listed = extra.get(key + "s", [])
    if key == "media_credit": one, rest = (listed[rest[0]] if rest[0] < len(listed) else {}), rest[1:]
    else: one = listed[0] if listed else {}
    names = {"content": {"media_credit": "name", "media_rating": "rating", "media_license": "name",
                         "media_restriction": "value"}.get(key, "text")}
    value = one.get(names.get(rest[0], rest[0]), ABSENT)
    return value.split() if key == "media_restriction" and rest[0] == "content" and value is not ABSENT else value

# ---- running

FEED_END = re.compile(rb"</((?:[\w.-]+:)?)(feed|channel|rdf)\s*>?\s*(?:</(?:[\w.-]+:)?rss[^<]*)?\s*(?:<!--.*-->\s*)?$", re.I | re.S)

def folded(value):
    """An address with its host in lower case."""
    if not isinstance(value, str): return value
    return re.sub(r"^https?://[^/?#]+", lambda found: found.group(0).lower(), value)

def with_entry(data):
    """The document with one entry more, or None where that cannot be done simply."""
    found = FEED_END.search(data)
    if not found: return None
    prefix, name = found.group(1), found.group(2).lower()
    if name == b"feed": entry = b"<" + prefix + b"entry><" + prefix + b"title>x</" + prefix + b"title></" + prefix + b"entry>"
    else: entry = b"<item><title>x</title></item>"
    return data[:found.start()] + entry + data[found.start():]

def run(program, path, case):
    headers = {name.lower(): value for name, value in (case.get("http_headers") or {}).items()}
    arguments = list(program) + ["normalize", "rss"]
    if "content-type" in headers: arguments += ["--content-type", headers["content-type"]]
    address = case.get("document_url")
    if headers.get("content-location"):
        location = headers["content-location"]
        if re.match(r"https?:", location): address = location
        elif location.startswith("/") and address: address = re.match(r"(https?://[^/]+)", address).group(1) + location
    if address: arguments += ["--url", address]
    try: done = subprocess.run(arguments + [path], capture_output=True, timeout=20)
    except subprocess.TimeoutExpired: return [], "HANG", -1
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines() if line.strip()]
    return lines, done.stderr.decode("utf-8", "replace"), done.returncode

def value_at(mentions, path):
    if path[0] == "feed":
        if not mentions: return ABSENT
        return feed_value(mentions[-1].get("ext", {}).get("web", {}).get("feed", {}), path[1:], mentions[-1])
    if path[0] == "entries":
        if len(path) == 1: return mentions
        if not mentions: return ABSENT
        # An entry that stands twice in a feed is one mention.
        return entry_value(mentions[min(path[1], len(mentions) - 1)], path[2:])
    raise OutOfScope({"encoding": "the charset's name", "version": "the feed's format", "namespaces": "parser internals",
                      "headers": "HTTP, not the feed", "etag": "HTTP, not the feed", "modified": "HTTP, not the feed",
                      "modified_parsed": "HTTP, not the feed"}.get(path[0], "parser internals"))

def holds(assertion, mentions, errors):
    path, op, wanted = assertion["path"], assertion["op"], assertion.get("value")
    if path == ["bozo"]:
        broken = "recovered" in errors or "MALFORMED" in errors or "not XML" in errors or "reason" in errors
        return broken == (op == "truthy")
    try: value = value_at(mentions, path)
    except (IndexError, KeyError): value = ABSENT
    if op == "equal-paths": return value == value_at(mentions, wanted)
    if hasattr(value, "equals"):
        if op in ("==", "is"): return value.equals(wanted)
        if op == "ord": return value.equals(chr(wanted))
        if op == "!=": return not value.equals(wanted)
        if op in ("absent", "falsy"): return isinstance(value, Markup) and not value.exists()
        return True
    if op == "absent": return value is ABSENT
    if op == "present": return value is not ABSENT
    if op == "truthy": return value is not ABSENT and bool(value)
    if op == "falsy": return value is ABSENT or not value
    if op == "len": return value is not ABSENT and len(value) == wanted
    if op == "ord": return value == chr(wanted)
    if op == "!=": return value != wanted
    if isinstance(wanted, dict) and isinstance(value, dict):
        return all(value.get({"href": "url"}.get(k, k), value.get(k)) == v for k, v in wanted.items() if v)
    if value is ABSENT or value is None: return wanted in (None, "", 0, False)
    return folded(value) == folded(wanted)

def judge(program, folder, case, store):
    """(verdict, why) of one case: held, failed, or out of scope."""
    path = os.path.join(folder, case["file"])
    mentions, errors, code = run(program, path, case)
    if errors == "HANG" or code not in (0, 1): return "failed", f"exit {code} {errors[-200:]}"
    wants_feed = any(a["path"][0] == "feed" for a in case["all"])
    if wants_feed and not mentions and "MALFORMED" not in errors:
        with open(path, "rb") as file: data = with_entry(file.read())
        if data:
            name = os.path.join(store, case["file"].replace("/", "_"))
            with open(name, "wb") as file: file.write(data)
            mentions, errors, code = run(program, name, case)
    scoped, wrong, reason = 0, [], None
    for assertion in case["all"]:
        try:
            good = holds(assertion, mentions, errors)
            # That a document parses says something of every case, and alone too little of those about something else.
            # Whether the charset was found at all is told by the defects, though not its name.
            names_charset = any(other["path"] == ["encoding"] for other in case["all"])
            if assertion["path"] != ["bozo"] or len(case["all"]) == 1 or names_charset: scoped += 1
            if not good: wrong.append(assertion)
        except OutOfScope as out: reason = str(out)
    for mention in mentions:
        foreign = Plain(mention.get("html", "")).foreign
        if foreign: wrong.append({"unsafe": foreign})
    if wrong: return "failed", json.dumps(wrong)[:300]
    if scoped == 0: return "out", reason or "nothing is asserted"
    return "held", ""

def group_of(file):
    parts = file.split("/")
    return "/".join(parts[:2]) if parts[0] in ("wellformed", "illformed") and len(parts) > 2 else parts[0]

# Cases that are about something other than an entry of a feed.
ELSEWHERE = [
    (r"lang/http_content_language", "HTTP, not the feed"),
    (r"rss/newlocation", "a redirect has no entry to mention"),
]
DESIGN = [
    (r"entity_in_doctype|doctype_contains_entity_decl", "declared entities are refused"),
    (r"wellformed/namespace/.*(svg|math|xlink)", "SVG and MathML are removed whole"),
    (r"encoding/bozo_http_text_plain", "a media type that is not XML's is no fault of the feed"),
    (r"wellformed/itunes/.*whitespace", "white space around a word does not make it another"),
    (r"node_precedence|rel_enclosure_no_href|no_href_link_priority", "one entry stands twice in the feed"),
    (r"bozo_double-encoded-html", "HTML's names for characters need no declaration"),
    (r"bozo_linenoise", "bytes of no charset: windows-1252 and not ISO 8859-2 is guessed"),
    (r"sanitize/.*(crazy|nested_cdata)", "scripts and comments end where browsers end them"),
    (r"acceptable_element_(li|q)\.", "the plain reading marks lists and quotations"),
    (r"lang/entry_title_xml_lang_inherit_[34]", "a mention has one language, its text's"),
    (r"item_description_not_a_doctype\.", "what begins with <! is a comment, as browsers have it"),
    (r"lang/.*_blank_3", "one entry stands twice in the feed"),
    (r"atom10/tag_in_attr|euc-kr-attribute", "the plain reading has no pictures' descriptions"),
    (r"wellformed/sanitize/.*(svg|math)", "SVG and MathML are removed whole"),
]

def main():
    if len(sys.argv) < 3: sys.exit(__doc__)
    corpora, program = sys.argv[1], sys.argv[2:]
    folder = os.path.join(corpora, "feedparser")
    cases = json.load(open(os.path.join(folder, "expectations.json")))
    table, failed, out, differs = {}, [], {}, {}
    asserted = {"held": 0, "differs": 0, "failed": 0, "out": 0}
    with tempfile.TemporaryDirectory() as store, concurrent.futures.ThreadPoolExecutor(4) as pool:
        verdicts = pool.map(lambda case: judge(program, folder, case, store), cases)
        for case, (verdict, why) in zip(cases, verdicts):
            design = next((reason for pattern, reason in DESIGN if re.search(pattern, case["file"])), None)
            elsewhere = next((reason for pattern, reason in ELSEWHERE if re.search(pattern, case["file"])), None)
            if elsewhere: verdict, why = "out", elsewhere
            if verdict == "failed" and design and "unsafe" not in why: verdict, why = "differs", design
            row = table.setdefault(group_of(case["file"]), {"held": 0, "differs": 0, "failed": 0, "out": 0})
            row[verdict] += 1
            asserted[verdict] += len(case["all"])
            if verdict == "failed": failed.append((case["file"], case["expression"], why))
            if verdict == "out": out[why] = out.get(why, 0) + 1
            if verdict == "differs": differs[why] = differs.get(why, 0) + 1
    kinds = ("held", "differs", "failed", "out")
    total = {kind: sum(row[kind] for row in table.values()) for kind in kinds}
    print(f"{'group':28}{'in scope':>9}{'held':>7}{'by design':>10}{'failed':>8}{'out of scope':>14}")
    for name, row in sorted(table.items()) + [("all", total)]:
        in_scope = row["held"] + row["differs"] + row["failed"]
        print(f"{name:28}{in_scope:9}{row['held']:7}{row['differs']:10}{row['failed']:8}{row['out']:14}")
    print("\nout of scope:")
    for why, count in sorted(out.items(), key=lambda pair: -pair[1]): print(f"{count:6}  {why}")
    print("\nin scope, and not held by design:")
    for why, count in sorted(differs.items(), key=lambda pair: -pair[1]): print(f"{count:6}  {why}")
    print("\nfailed:")
    for file, expression, why in failed: print(f"  {file}\n      {expression[:200]}\n      {why}")
    print(f"assertions: {asserted['held']} held of {sum(asserted.values()) - asserted['out']} in scope, "
          f"{sum(asserted.values())} in all")
    print(f"conformance feedparser {total['held'] + total['differs'] + total['failed']} {total['held']}")

if __name__ == "__main__": main()
