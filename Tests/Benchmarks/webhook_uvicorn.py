"""Takes Facebook's deliveries as one would by hand: checks the HMAC, parses, drops what was seen, appends the rest.

usage: webhook_uvicorn.py PORT SECRET OUT
"""
import hashlib
import hmac
import sys

import orjson
import uvicorn

port, secret, path = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3]
seen = set()
output = open(path, "ab", 1 << 16)


async def answer(send, status):
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def take(scope, receive, send):
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    given = dict(scope["headers"]).get(b"x-hub-signature-256", b"")
    right = b"sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
    if not hmac.compare_digest(given, right):
        return await answer(send, 403)
    for entry in orjson.loads(body)["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            name = value.get("comment_id") or value["post_id"]
            if name in seen:
                continue
            seen.add(name)
            output.write(orjson.dumps({
                "id": "fb:" + name, "text": value.get("message"), "author": value["from"],
                "published_at": value["created_time"], "ref_id": value.get("parent_id"),
            }) + b"\n")
    output.flush()
    await answer(send, 200)


uvicorn.run(take, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")
