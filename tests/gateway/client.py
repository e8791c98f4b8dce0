"""The caller of the API: requests as bytes over connections that it controls, and what came back."""
import collections
import pathlib
import re
import secrets
import socket
import ssl
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import raw_http  # noqa: E402
from lib import expect  # noqa: E402

from upstream import MARKER  # noqa: E402

TIMEOUT = 30
Challenge = collections.namedtuple("Challenge", "scheme parameters")
PARAMETER = re.compile(r'([\w-]+)="((?:[^"\\]|\\.)*)"')


class Answer(raw_http.Answer):
    marker = ""

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def challenges(self):
        """One challenge stands in each field."""
        return [Challenge(value.partition(" ")[0], dict(PARAMETER.findall(value))) for value in self.all("WWW-Authenticate")]

    def challenge(self, scheme):
        return next((each.parameters for each in self.challenges() if each.scheme == scheme), None)

    def echo(self, name):
        """The values of a field as the API got it."""
        return [value for key, value in self.json()["fields"] if key.lower() == name.lower()]

    def echo_names(self):
        return {key.lower() for key, _ in self.json()["fields"]}


def make_request(method, target, fields=(), body=None, host="api.example.test"):
    """The bytes of a request and its marker."""
    marker = secrets.token_hex(8)
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", f"{MARKER}: {marker}", *fields]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b""), marker


def client_context(certificate=None, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate["certificate"], certificate["key"])
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def is_complete(received, head):
    start, mark, body = received.partition(b"\r\n\r\n")
    if mark and (head or start.startswith(b"HTTP/1.1 100 ")):
        return True
    if mark and b"transfer-encoding: chunked" in start.lower():
        return body.endswith(b"0\r\n\r\n")
    return raw_http.complete(received)


class Connection:
    """One kept-alive connection."""

    def __init__(self, port, tls=None, source=None, session=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT, source_address=(source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, session=session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # it may hang up while we still talk; what it said before that counts

    def receive(self, head=False):
        received = b""
        try:
            while not is_complete(received, head):
                chunk = self.socket.recv(65536)
                if not chunk:
                    break
                received += chunk
        except (ConnectionError, ssl.SSLError):
            pass
        return Answer(received)

    def ask(self, method, target, fields=(), body=None):
        data, marker = make_request(method, target, fields, body)
        self.send(data)
        answer = self.receive(head=method == "HEAD")
        answer.marker = marker
        return answer


def curl(port, target, fields=(), method="GET", certificate=None, scheme="http", body=None):
    """The answer over HTTP/2."""
    marker = secrets.token_hex(8)
    words = ["curl", "-sk", "-i", "--noproxy", "*", "--max-time", str(TIMEOUT), "-X", method,
             "--http2" if scheme == "https" else "--http2-prior-knowledge", "-H", f"{MARKER}: {marker}"]
    for field in fields:
        words += ["-H", field]
    if certificate:
        words += ["--cert", certificate["certificate"], "--key", certificate["key"]]
    if body is not None:
        words += ["--data-binary", "@-"]
    host = "api.example.test"
    words += ["--connect-to", f"{host}:{port}:127.0.0.1:{port}", f"{scheme}://{host}:{port}{target}"]
    done = subprocess.run(words, capture_output=True, input=body, timeout=TIMEOUT + 10)
    expect(done.stdout.startswith(b"HTTP/2 ") or done.returncode, f"not HTTP/2: {done.stdout[:200]}")
    answer = Answer(done.stdout.replace(b"HTTP/2 ", b"HTTP/1.1 ", 1))
    answer.marker = marker
    return answer


