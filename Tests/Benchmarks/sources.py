"""A server of feeds on this machine: any path is a feed with an ETag and one entry; others are added when told."""
import asyncio
import re
import threading
import time

import timing

FEED = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {name}</title>'
    "<link>https://acme.example/{name}/</link>{items}</channel></rss>"
)
ITEM = (
    "<item><guid>{name}-{edition}</guid><title>Lost luggage {name}</title>"
    "<link>https://acme.example/{name}/{edition}</link><description>Where is my suitcase?</description>"
    "<pubDate>Mon, 12 Jan 2026 08:30:00 GMT</pubDate></item>"
)


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, server):
        self.server = server
        self.waiting = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.waiting += data
        while b"\r\n\r\n" in self.waiting:
            request, _, self.waiting = self.waiting.partition(b"\r\n\r\n")
            self.transport.write(self.server.answer(request + b"\r\n"))


class FeedServer:
    """Serves feeds from a thread of its own, on every loopback address."""

    def __init__(self):
        self.port = 0
        self.asked = 0
        #: By the path of a feed: which edition it has; 0 where none was published since.
        self.editions = {}
        #: By the path of a feed: when its newest edition was first handed out, in ns of the monotonic clock.
        self.told = {}
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def serve(self):
        """Listens until the loop is stopped."""
        asyncio.set_event_loop(self.loop)
        listening = self.loop.create_server(lambda: Talk(self), "0.0.0.0", 0, backlog=1024)
        self.port = self.loop.run_until_complete(listening).sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    def answer(self, request):
        """The answer to a request: the feed, or that it has not changed."""
        self.asked += 1
        path = request.split(b" ", 2)[1].decode()
        edition = self.editions.get(path, 0)
        tag = f'"{edition}"'
        if re.search(rb"(?i)if-none-match: *" + re.escape(tag.encode()), request):
            return f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\nContent-Length: 0\r\n\r\n".encode()
        if edition:
            self.told.setdefault(path, time.monotonic_ns())
        name = path.strip("/").removesuffix(".xml")
        items = "".join(ITEM.format(name=name, edition=number) for number in range(edition, -1, -1))
        body = FEED.format(name=name, items=items).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: {tag}\r\nContent-Length: {len(body)}"
        return head.encode() + b"\r\n\r\n" + body

    def wait(self, count, limit, process):
        """Waits until so many requests came."""
        end = time.monotonic() + limit
        while self.asked < count:
            if time.monotonic() > end or process.poll() is not None:
                raise timing.Failed(f"{self.asked} of {count} requests came")
            time.sleep(0.05)
