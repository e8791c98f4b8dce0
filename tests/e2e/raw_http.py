"""Requests as bytes, so that they can be wrong in every way."""
import json
import socket
import urllib.parse

FORM = "application/x-www-form-urlencoded"


class Answer:
    """What came back: status None when the connection was closed without one."""

    def __init__(self, data):
        self.data = data
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        first = lines[0].split(" ")
        self.status = int(first[1]) if len(first) > 1 and first[0].startswith("HTTP/1.") else None
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), "")

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def error(self):
        found = self.json()
        return found.get("error") if isinstance(found, dict) else None

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


def complete(data):
    head, mark, body = data.partition(b"\r\n\r\n")
    if not mark:
        return False
    lower = head.lower()
    if b"content-length:" not in lower:
        return b" 204 " in head
    return len(body) >= int(lower.split(b"content-length:")[1].split(b"\r\n")[0])


class Http:
    def __init__(self, port):
        self.port = port
        self.authority = f"127.0.0.1:{port}"

    def connect(self, timeout=15):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def send(self, data, half_close=False, until_closed=False):
        """The answer to these bytes on a connection of their own."""
        received = b""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server may hang up while we still talk; what it said before that counts
            try:
                while until_closed or not complete(received):
                    chunk = connection.recv(65536)
                    if not chunk:
                        break
                    received += chunk
            except ConnectionError:
                pass
        return Answer(received)

    def get(self, path, *fields):
        return self.send(self.make("GET", path, fields))

    def post(self, path, body, *fields, media_type=FORM):
        return self.send(self.make("POST", path, fields, body, media_type))

    def make(self, method, path, fields=(), body=None, media_type=FORM, host=None):
        if isinstance(body, (dict, list)):
            body = urllib.parse.urlencode(body)
        if isinstance(body, str):
            body = body.encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or self.authority}", *fields]
        if body is not None:
            if media_type:
                lines.append(f"Content-Type: {media_type}")
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")
