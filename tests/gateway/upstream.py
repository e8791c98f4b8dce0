"""The API behind the gateway: echoes every request as JSON and remembers which ones it saw."""
import collections
import hashlib
import http.client
import http.server
import json
import threading
import time

http.client._MAXHEADERS = 1000  # Python stops at 100, the gateway must not
MARKER = "X-Test"  # every request of the tests carries one, so that "it never reached the API" can be checked


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            self.server.seen[self.headers.get(MARKER, "")] += 1
        if delay := self.headers.get("X-Delay"):
            time.sleep(float(delay))
        status = int(self.headers.get("X-Status", 200))
        echo = json.dumps({"method": self.command, "target": self.path, "fields": self.headers.items(),
                           "length": len(body), "sha256": hashlib.sha256(body).hexdigest()}).encode()
        if padding := self.headers.get("X-Answer-Bytes"):
            echo = echo.ljust(int(padding))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(echo)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(echo)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        pass


class Threads(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # a gateway whose worker was killed hangs up; the tests judge what its client saw


class Upstream:
    def __init__(self):
        self.server = Threads(("127.0.0.1", 0), Handler)
        self.server.lock, self.server.seen = threading.Lock(), collections.Counter()
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def times_seen(self, marker):
        with self.server.lock:
            return self.server.seen[marker]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
