#!/usr/bin/env python3
"""Servers that repeat whatever they are shown, in every place that a client may show to somebody else.

usage: echo.py ACCESS REFRESH: prints the ports of HTTP and of IMAP, a line, and serves until its standard input ends.
The token endpoint, /token, gives ACCESS and REFRESH the first time and then refuses.
"""
import http.server
import json
import os
import socketserver
import sys
import threading

ACCESS, REFRESH = sys.argv[1], sys.argv[2]


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what was said, under the status that the first part of the path names."""
    protocol_version = "HTTP/1.1"
    given = threading.Lock()
    grants = 0

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
        said = f"{self.command} {self.path} " + " ".join(f"{name}: {value}" for name, value in self.headers.items()) + " " + body
        shown = self.headers.get("Authorization") or self.path
        word = self.path.split("/")[1].split("?")[0]
        if word == "token":
            return self.token(said)
        status = int(word) if word.isdigit() else 401
        fields = {"X-Error": said, "WWW-Authenticate": f'Bearer error="invalid_token", error_description="{shown}"',
                  "Set-Cookie": shown}
        if status in (301, 302, 307):
            host, port = self.server.server_address
            fields["Location"] = f"http://{'localhost' if '/away' in self.path else host}:{port}/401/moved?was={said}".replace(" ", "+")
        error = {"message": said, "type": "OAuthException", "code": 190, "fbtrace_id": said, "status": said, "reason": said,
                 "errors": [{"message": said, "reason": said, "domain": said}]}
        self.reply(status, {"error": error, "errors": [{"message": said, "detail": said, "title": said}], "title": said,
                            "detail": said, "type": said, "reason": said, "message": said}, fields)

    def token(self, said):
        with Echo.given:
            Echo.grants += 1
            first = Echo.grants == 1
        if first:
            return self.reply(200, {"access_token": ACCESS, "refresh_token": REFRESH, "expires_in": 3600}, {})
        self.reply(400, {"error": "invalid_grant", "error_description": said}, {})

    def reply(self, status, value, fields):
        data = json.dumps(value).encode()
        self.send_response(status, fields.get("X-Error", "fine")[:200].replace("\n", " ").replace("\r", " "))
        for name, text in fields.items():
            self.send_header(name, text[:4000].replace("\n", " ").replace("\r", " "))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_OPTIONS = do_HEAD = answer

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    """An IMAP server that refuses every login with the words of the login."""

    def handle(self):
        self.wfile.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n")
        for line in self.rfile:
            tag, _, rest = line.strip().partition(b" ")
            if rest.upper().startswith((b"AUTHENTICATE", b"LOGIN")):
                self.wfile.write(tag + b" NO [AUTHENTICATIONFAILED] you said " + rest + b"\r\n")
            elif rest.upper().startswith(b"CAPABILITY"):
                self.wfile.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n" + tag + b" OK done\r\n")
            else:
                self.wfile.write(tag + b" BAD " + rest + b"\r\n")


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True


def main():
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    mail = Server(("127.0.0.1", 0), Mail)
    for server in (web, mail):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(web.server_address[1], mail.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
