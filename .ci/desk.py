"""An HTTP endpoint for the quickstart: appends what is posted to a file, once a batch, and prints its port."""
import http.server
import sys


class Desk(http.server.BaseHTTPRequestHandler):
    taken = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = self.headers.get("Idempotency-Key")
        if key not in self.taken:
            self.taken.add(key)
            with open(sys.argv[1], "ab") as file:
                file.write(body)
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Desk)
print(server.server_address[1], flush=True)
server.serve_forever()
