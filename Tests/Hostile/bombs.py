#!/usr/bin/env python3
"""Makes hostile documents: of fixtures by change, and of nothing. The same ones for the same seed and number.

usage: bombs.py documents FOLDER ADAPTER SEED FIRST COUNT
       bombs.py named FOLDER
"""
import gzip
import io
import json
import pathlib
import random
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# What readers of numbers, times, addresses and texts trip over.
WORDS = [
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xef\xbb\xbf",
    b"\\ud800", b"\\u0000", b"\\udfff\\ud800", b"1e400", b"-0", b"99999999999999999999", b"9223372036854775808", b"NaN",
    b"0x7f", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>", b"&x;", b"&#0;",
    b"&#xD800;", b"&#1114112;", b"<?xml version='1.0' encoding='utf-16'?>", b"encoding='cp037'", b"]]]]>", b"<svg><style>",
    b"=?utf-8?b?", b"=?x?q?=00?=", b"\r\n.\r\n", b"\nFrom x Mon Jan  1 00:00:00 2026\n", b"Content-Transfer-Encoding: base64\n",
    b"charset=\"utf-7\"", b"boundary=\"\"", b"javascript:alert(1)", b"http://[::1", b"http://a@b:99999/", b"%00%ff%",
    b"0000-00-00T00:00:00Z", b"9999-12-31T23:59:60+99:99", b"Mon, 99 Foo 99999999 25:61:61 +9999", b"[", b"{", b"\"", b"\\", b",",
]
VALUES = [
    None, True, False, 0, -1, 1e308, -1e308, 1 << 62, 1 << 64, 10 ** 400, 0.1, "", " ", "\0", "\u2028", "\ufeff", "\U0001f468\u200d\U0001f469",
    "x" * 70000, [], {}, [[]], [None], {"": None}, "1e400", "9223372036854775808", "2026-02-30T25:61:61Z", "http://", "//", "@", "#", "../../x",
]


def document(adapter, fixtures, chance):
    """One hostile document for an adapter."""
    if chance.random() < 0.04:
        return generated(adapter, chance)
    data = chance.choice(fixtures)
    for _ in range(chance.randint(1, 6)):
        data = chance.choice([flipped, cut, spliced, doubled, worded, worded, structured, structured, deepened, swapped, packed])(
            data, fixtures, chance)
        if len(data) > 4 << 20:
            data = data[:4 << 20]
    return data


def flipped(data, _, chance):
    changed = bytearray(data)
    for _ in range(min(len(changed), chance.choice([1, 1, 2, 8, 64]))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data, _, chance):
    if chance.random() < 0.5:
        return data[:chance.randint(0, len(data))]
    start = chance.randint(0, len(data))
    return data[:start] + data[start + chance.randint(0, 200):]


def spliced(data, fixtures, chance):
    other = chance.choice(fixtures)
    return data[:chance.randint(0, len(data))] + other[chance.randint(0, len(other)):]


def doubled(data, _, chance):
    start = chance.randint(0, len(data))
    piece = data[start:start + chance.choice([1, 10, 100, 1000])]
    return data[:start] + piece * chance.choice([2, 2, 10, 300]) + data[start:]


def worded(data, _, chance):
    place = chance.randint(0, len(data))
    return data[:place] + chance.choice(WORDS) * chance.choice([1, 1, 1, 50]) + data[place:]


def deepened(data, _, chance):
    opening, closing = chance.choice([(b"[", b"]"), (b"{\"a\":", b"}"), (b"<b>", b"</b>"), (b"<div><p>", b""), (b"(", b")"), (b"g:", b";")])
    depth = chance.choice([10, 200, 1100, 5000])
    place = chance.randint(0, len(data))
    return data[:place] + opening * depth + data[place:place + 20] + closing * depth + data[place + 20:]


def swapped(data, _, chance):
    charset = chance.choice(["utf-16", "utf-16-be", "utf-32-le", "latin-1", "cp037", "utf-7", "shift_jis"])
    try:
        return data.decode("utf-8", "replace").encode(charset, "replace")
    except UnicodeError:
        return data


def packed(data, _, chance):
    if chance.random() < 0.7:
        return data
    kind = chance.randrange(4)
    if kind == 0:
        return gzip.compress(data)
    if kind == 1:
        return gzip.compress(gzip.compress(data))
    target = io.BytesIO()
    name = chance.choice(["a", "../a", "/a", "data/tweets.js", "a\\b", "x" * 300, "é"])
    if kind == 2:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
            archive.writestr("b", data)
        return flipped(target.getvalue(), None, chance) if chance.random() < 0.5 else target.getvalue()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        entry.type = chance.choice([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
        entry.linkname = "/etc/passwd"
        archive.addfile(entry, io.BytesIO(data))
    return target.getvalue()


def structured(data, _, chance):
    """JSON with values changed, moved, doubled and nested; other documents as they are."""
    start = data.find(b"=") + 1 if data.startswith(b"window.") else 0
    try:
        root = json.loads(data[start:])
        places = []
        gather(root, places)
    except (ValueError, RecursionError):
        # No JSON, or nested deeper than Python reads it.
        return worded(data, None, chance)
    for _ in range(chance.randint(1, 5)):
        if not places:
            break
        container, key = chance.choice(places)
        value = chance.choice(VALUES) if chance.random() < 0.6 else elsewhere(chance.choice(places))
        try:
            container[key] = value if chance.random() < 0.8 else [value] * chance.choice([1, 2, 500])
        except (IndexError, KeyError):
            continue
    try:
        return data[:start] + json.dumps(root, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")[:2 << 20]
    except (ValueError, RecursionError):
        return data


def gather(value, places):
    if len(places) > 5000:
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in list(pairs):
        places.append((value, key))
        gather(member, places)


def elsewhere(place):
    """A copy of what stands at another place, so that nothing comes to hold itself."""
    container, key = place
    try:
        return json.loads(json.dumps(container[key]))
    except (ValueError, IndexError, KeyError, RecursionError, TypeError):
        return None


def generated(adapter, chance):
    """A document that is a bomb and nothing else."""
    if adapter == "email":
        return chance.choice(mails())(chance.choice([100, 3000, 60000]))
    if adapter == "rss":
        return chance.choice(feeds())(chance.choice([100, 3000, 40000]))
    size = chance.choice([100, 3000, 100000])
    return chance.choice([
        b"[" * size, b"{\"a\":" * size, b"[" * size + b"]" * size, b"{\"data\":[" + b"{}," * size + b"{}]}",
        b"{\"data\":[{\"id\":\"1\",\"text\":\"" + b"\\ud800" * size + b"\"}]}", b"{\"data\":[{\"id\":" + b"9" * size + b"}]}",
        b"{" + b",".join(b"\"a%d\":1" % number for number in range(size)) + b"}", b"\n" * size, b"{}\n" * size, b"\0" * size,
        b"{\"data\":{\"id\":\"1\",\"text\":\"" + b"@a " * size + b"\"}}", b"{\"data\":{\"id\":\"1\",\"text\":\"" + b"http://a.b/ " * size + b"\"}}",
        b"{\"data\":{\"id\":\"1\",\"text\":\"" + "e\u0301".encode() * size + b"\"}}", b"\"" + b"x" * size, b"window.YTD.tweets.part0 = [" * size,
    ])


def feed(body):
    return b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title>" + body + b"</channel></rss>"


def feeds():
    """Feeds of a size."""
    return [
        lambda n: feed(b"<item><title>" + b"<b>" * n + b"</title></item>"),
        lambda n: feed(b"<item><description>" + b"&lt;div&gt;" * n + b"</description></item>"),
        lambda n: feed(b"<item><description><![CDATA[" + b"<p><svg><style>" * n + b"]]></description></item>"),
        lambda n: feed(b"<item><guid>x</guid><title>y</title></item>" * (n // 4)),
        lambda n: feed(b"<item " + b" ".join(b"a%d='x'" % number for number in range(n)) + b"/>"),
        lambda n: feed(b"<item><a:b xmlns:a='u'/>" + b"<c:d/>" * n + b"</item>"),
        lambda n: b"<!DOCTYPE r [<!ENTITY a '" + b"x" * n + b"'>]>" + feed(b"<item><title>" + b"&a;" * n + b"</title></item>"),
        lambda n: feed(b"<item><category>" + b"x</category><category>" * n + b"</category></item>"),
        lambda n: feed(b"<item><pubDate>" + b"9" * n + b"</pubDate><link>http://" + b"a." * n + b"</link></item>"),
        lambda n: b"{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[" + b"{\"id\":1}," * (n // 4) + b"{}]}",
    ]


def mail(header, body=b"x\n"):
    return b"From: a@example.org\nMessage-ID: <1@example.org>\n" + header + b"\n" + body


def mails():
    """Messages of a size."""
    return [
        lambda n: mail(b"To: " + b"g:" * n + b"\n"),
        lambda n: mail(b"To: " + b"a@b.example," * n + b"\n"),
        lambda n: mail(b"Subject: " + b"=?utf-8?b?w6Q=?= " * n + b"\n"),
        lambda n: mail(b"".join(b"X-%d: y\n" % number for number in range(n))),
        lambda n: mail(b"Content-Type: image/png; " + b"".join(b"name*%d=x;" % number for number in range(n)) + b"\n"),
        lambda n: mail(b"Content-Type: multipart/mixed; boundary=b\n", b"--b\n\nx\n" * n),
        lambda n: mail(b"Content-Type: multipart/mixed; boundary=b\n", b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * n),
        lambda n: mail(b"", b"Content-Type: message/rfc822\n\nFrom: a@b.example\n" * n),
        lambda n: mail(b"Content-Type: text/html\n", b"<blockquote>" * n),
        lambda n: mail(b"", b"begin 644 a\n#0V%T\n`\nend\n" * n),
        lambda n: mail(b"", b"> " * n + b"\n"),
        lambda n: mail(b"References: " + b"<a@b.example> " * n + b"\n"),
        lambda n: mail(b"Content-Transfer-Encoding: base64\n", b"QUJD====\n" * n),
        lambda n: b"From x Mon Jan  1 00:00:00 2026\n" * n,
    ]


def named():
    """The bombs that have names: adapter, kind and name; bytes."""
    laughs = b"<!ENTITY l0 'ha'>" + b"".join(b"<!ENTITY l%d '%s'>" % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    many = b" ".join(b"a%d='x'" % number for number in range(40000))
    ext = b"'file:///etc/passwd'>"
    rows = [
        ("xxe_file", b"<!DOCTYPE r [<!ENTITY x SYSTEM " + ext + b"]>" + feed(b"<item><title>&x;</title></item>")),
        ("xxe_param", b"<!DOCTYPE r [<!ENTITY % x SYSTEM " + ext + b" %x;]>" + feed(b"<item><title>y</title></item>")),
        ("xxe_external_dtd", b"<!DOCTYPE r SYSTEM " + ext + feed(b"<item><title>y</title></item>")),
        ("laughs_text", b"<!DOCTYPE r [" + laughs + b"]>" + feed(b"<item><title>&l11;</title></item>")),
        ("laughs_attr", b"<!DOCTYPE r [" + laughs + b"]>" + feed(b"<item a='&l11;'><title>y</title></item>")),
        ("quadratic", b"<!DOCTYPE r [<!ENTITY x '" + b"x" * 100000 + b"'>]>" + feed(b"<item><title>" + b"&x;" * 20000 + b"</title></item>")),
        ("depth_300", feed(b"<item>" + b"<a>" * 300 + b"x" + b"</a>" * 300 + b"</item>")),
        ("depth_100k", feed(b"<item>" + b"<a>" * 100000)),
        ("attrs_40k", feed(b"<item " + many + b"/>")),
        ("utf16_bom", ("\ufeff" + (b"<!DOCTYPE r [" + laughs + b"]>" + feed(b"&l11;")).decode()).encode("utf-16-le")),
        ("nul_bytes", feed(b"<item><title>x\0y</title></item>") + b"\0" * 100000),
        ("rss091_doctype", b"<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' " + ext + feed(b"<item><title>y</title></item>")),
        ("nbsp_undeclared", feed(b"<item><title>x&nbsp;y&sesame;</title></item>")),
    ]
    found = [(f"rss-xml-{name}", data) for name, data in rows]
    found += [(f"rss-feed-{number}", make(40000)) for number, make in enumerate(feeds())]
    found += [(f"email-mail-{number:02}", make(60000)) for number, make in enumerate(mails())]
    zeros = gzip.compress(b"\0" * (64 << 20))
    found += [(f"{adapter}-archive-zeros.gz", zeros) for adapter in ("email", "twitter", "rss")]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.js", b"\0" * (16 << 20))
    found.append(("twitter-archive-zeros.zip", target.getvalue()))
    return found


def fixtures(adapter):
    """The documents of an adapter's room."""
    files = []
    for folder in (ROOT / "adapters" / adapter, ROOT / "adapters" / "declared" / adapter):
        files += sorted(folder.glob("Fixtures/*/document*"))
    return [file.read_bytes() for file in files if file.is_file() and file.stat().st_size < 1 << 20]


def main():
    folder = pathlib.Path(sys.argv[2])
    if sys.argv[1] == "named":
        for name, data in named():
            (folder / name).write_bytes(data)
        return
    adapter, seed, first, count = sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6])
    known = fixtures(adapter)
    for number in range(first, first + count):
        chance = random.Random(f"{seed} {adapter} {number}")
        (folder / f"{seed}-{number:06}").write_bytes(document(adapter, known, chance))


if __name__ == "__main__":
    main()
