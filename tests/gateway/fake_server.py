"""An authorization server under the test's control, as far as a gateway sees one: introspection, keys, revocations.

Each token and each endpoint may have a script, which answers instead of the server: slowly, with garbage, with another's
signature, or not at all.
"""
import collections
import dataclasses
import http.server
import json
import secrets
import ssl
import threading
import time
import urllib.parse

from keys import Key, make_jws, make_opaque_token, present, read_jws, token_hash, unb64url
from upstream import Threads

ISSUER = "https://as.example.test"
AUDIENCE = "https://api.example.test"
GATEWAY = "gateway-1"
INTROSPECTION_JWT, TOKEN_JWT = "application/token-introspection+jwt", "application/jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OVERLAP = 3  # rows of the feed that every answer repeats
RETENTION = 87_000  # seconds for which the feed tells a row


@dataclasses.dataclass
class Token:
    text: str
    claims: dict
    key: object = None  # the DPoP key it is bound to
    script: object = None
    active: bool = True

    @property
    def grant_id(self):
        return str(self.claims.get("jti", "")).split(".")[0]


@dataclasses.dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    fields: dict = dataclasses.field(default_factory=dict)


# Scripts ------------------------------------------------------------------------------------------------------------------


def reply(status, body=b"", media_type="application/json", **fields):
    """This answer instead."""
    return lambda handler, good: handler.send(Reply(status, body if isinstance(body, bytes) else body.encode(), media_type, fields))


def changed(change):
    """The good answer after `change(reply)`, which may alter it in place."""
    def script(handler, good):
        change(good)
        handler.send(good)
    return script


def after(delay):
    """The good answer, late."""
    def script(handler, good):
        time.sleep(delay)
        handler.send(good)
    return script


def drop(handler, good):
    """The connection closes without an answer."""
    handler.close_connection = True


def never(handler, good):
    """No answer until the server ends."""
    handler.server.owner.closing.wait(120)
    handler.close_connection = True


def raw(data):
    """These bytes, which need not be HTTP, and the end of the connection."""
    def script(handler, good):
        handler.wfile.write(data)
        handler.close_connection = True
    return script


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def send(self, answer):
        self.send_response(answer.status)
        if answer.body:
            self.send_header("Content-Type", answer.media_type)
        for name, value in answer.fields.items():
            self.send_header(name.replace("_", "-"), value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("latin-1")
        endpoint = self.path.strip("/")
        script, good = self.server.owner.decide(self, endpoint, body)
        (script or (lambda handler, good: handler.send(good)))(self, good)
        self.server.owner.answered += endpoint == "revocations"

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class FakeServer:
    """Over plain HTTP the gateway proves itself with private_key_jwt, over TLS with its certificate."""

    def __init__(self, gateway_key, tls=None, gateway_certificate=None):
        self.gateway_key, self.gateway_certificate = gateway_key, gateway_certificate
        self.key, self.offset, self.stepped_by, self.stepped_at = Key(), 0, 0, 0
        self.keys = [self.key]
        self.tokens, self.rows, self.seen_jtis = {}, [], set()
        self.scripts, self.calls, self.requests = {}, collections.Counter(), []
        self.defects = []  # what the gateway did wrong towards us
        self.retention, self.rows_of_answer = RETENTION, 1000  # a retention of None is not told
        self.answered = 0  # questions about revocations
        self.holds = True  # a question about revocations, when the gateway can wait
        self.cursor_epoch, self.lock, self.closing = secrets.token_hex(4), threading.RLock(), threading.Event()
        self.server = Threads(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.port = self.server.server_port
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls["certificate"], tls["key"])
            context.load_verify_locations(tls["ca"])
            context.verify_mode = ssl.CERT_OPTIONAL
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def now(self):
        """Its clock, which may be moved together with that of nginx."""
        return int(time.time()) + self.offset

    def step_clock(self, offset):
        """What was signed before the step may arrive after it."""
        self.stepped_by, self.stepped_at, self.offset = offset - self.offset, time.monotonic(), offset

    # What it knows --------------------------------------------------------------------------------------------------------

    def issue(self, key=None, cnf=None, script=None, jwt=False, signer=None, header=None, padding=0, life=600, **claims):
        """A token: bound to the DPoP `key`, or with this `cnf`, or a bearer token. Claims may be overridden or left out."""
        now = self.now()
        if key is not None:
            cnf = {"jkt": key.thumbprint()}
        members = {"iss": ISSUER, "sub": "alice", "client_id": "app", "token_type": "DPoP" if key else "Bearer",
                   "scope": "accounts", "aud": AUDIENCE, "exp": now + life, "iat": now,
                   "jti": secrets.token_hex(8) + "." + secrets.token_urlsafe(16)[:22]}
        if cnf is not None:
            members["cnf"] = cnf
        if padding:
            members["authorization_details"] = [{"type": "padding", "text": "x" * padding}]
        members = present(members | claims)
        if jwt:
            signer = signer or self.key
            members.pop("token_type")
            text = make_jws(signer, {"typ": "at+jwt", "kid": signer.kid} | (header or {}), members)
        else:
            text = make_opaque_token(members.get("exp", now))
        token = Token(text, members, key, script)
        with self.lock:
            self.tokens[text] = token
        return token

    def rotate(self, keep_old=True):
        """Signs with a new key from now on."""
        with self.lock:
            self.key = Key()
            self.keys = [self.key, *(self.keys if keep_old else [])]

    def asked_about(self, token):
        """How often the gateway asked for this token."""
        with self.lock:
            return self.calls["token " + token.text]

    def revoke(self, token=None, grant_id=None, client_id=None, age=0):
        """`age`: it was so many seconds ago."""
        with self.lock:
            for each in self.tokens.values():
                if each is token or each.claims.get("client_id") == client_id or each.grant_id == grant_id:
                    each.active = False
            row = {"token_hash": token_hash(token.text)} if token else {"grant_id": grant_id} if grant_id else {"client_id": client_id}
            self.rows.append(row | {"revoked_at": int((time.time() + self.offset - age) * 1000)})

    def forget_feed(self):
        """Every cursor given so far is unknown from now on."""
        with self.lock:
            self.cursor_epoch = secrets.token_hex(4)

    # What it answers ------------------------------------------------------------------------------------------------------

    def decide(self, handler, endpoint, body):
        form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        with self.lock:
            self.calls[endpoint] += 1
            self.requests.append((endpoint, handler.command, handler.headers.items(), body))
            if endpoint == "jwks":
                return self.scripts.get("jwks"), Reply(body=json.dumps({"keys": [key.published_jwk() for key in self.keys]}).encode())
            if self.find_defect(handler, form):
                return None, Reply(401, b'{"error":"invalid_client"}', fields={"WWW_Authenticate": 'Basic realm="as"'})
            if endpoint == "introspect":
                token = self.tokens.get(form.get("token"))
                self.calls["token " + form.get("token", "")] += 1
                script = token.script if token and token.script else self.scripts.get("introspect")
                return script, self.introspect(token, handler.headers.get("Accept", ""))
            if endpoint == "revocations":
                good = self.feed(form.get("cursor"))
                return self.scripts.get("revocations") or self.holding(form), good
            return None, Reply(404)

    def find_defect(self, handler, form):
        """Does the gateway not prove who it is? Each assertion is good for one request."""
        try:
            if form.get("client_id", GATEWAY) != GATEWAY:
                raise ValueError("client_id")
            if self.gateway_certificate:
                if handler.connection.getpeercert(binary_form=True) != self.gateway_certificate:
                    raise ValueError("certificate")
                return None
            if form["client_assertion_type"] != ASSERTION_TYPE:
                raise ValueError("client_assertion_type")
            self.check_assertion(form["client_assertion"])
        except Exception as defect:  # whatever is wrong with it, it is not accepted
            self.defects.append(f"{type(defect).__name__} {defect}")
            return self.defects[-1]
        return None

    def check_assertion(self, assertion):
        signed, _, signature = assertion.rpartition(".")
        self.gateway_key.verify(unb64url(signature), signed.encode())
        _, claims = read_jws(assertion)
        now = self.now()
        if time.monotonic() < self.stepped_at + 2 and abs(claims["iat"] - now) > abs(self.stepped_by) / 2:
            now -= self.stepped_by
        rules = {"iss": claims["iss"] == GATEWAY, "sub": claims["sub"] == GATEWAY, "aud": claims["aud"] == ISSUER,
                 "exp": now < claims["exp"] <= now + 300, "iat": claims["iat"] <= now + 5, "jti": claims["jti"] not in self.seen_jtis}
        broken = [name for name, kept in rules.items() if not kept]
        if broken:
            raise ValueError(f"assertion: {broken}")
        self.seen_jtis.add(claims["jti"])

    def introspect(self, token, accept):
        """The signed answer in the form that was asked for."""
        active = token is not None and token.active
        if accept == TOKEN_JWT:
            if not active:
                return Reply(204)
            life = max(0, min(30, token.claims["exp"] - self.now()))
            return Reply(200, self.bare_jwt(token).encode(), TOKEN_JWT, {"Cache_Control": f"private, max-age={life}"})
        if accept == INTROSPECTION_JWT:
            inner = {"active": True} | token.claims if active else {"active": False}
            return Reply(200, self.introspection_jwt(inner).encode(), INTROSPECTION_JWT, {"Cache_Control": "no-store"})
        self.defects.append(f"Accept: {accept}")
        return Reply(406)

    def bare_jwt(self, token, signer=None, header=None, **claims):
        signer = signer or self.key
        members = {name: value for name, value in token.claims.items() if name not in ("token_type", "active")}
        return make_jws(signer, {"typ": "at+jwt", "kid": signer.kid} | (header or {}), members | claims)

    def introspection_jwt(self, inner, signer=None, header=None, **outer):
        signer = signer or self.key
        claims = {"iss": ISSUER, "aud": GATEWAY, "iat": self.now(), "token_introspection": inner} | outer
        return make_jws(signer, {"typ": "token-introspection+jwt", "kid": signer.kid} | (header or {}), claims)

    def holding(self, form):
        """A script that answers when there is something new, or the time is over; nothing when the answer is not held."""
        if not self.holds or "wait" not in form:
            return None
        cursor, start = form.get("cursor"), time.monotonic()

        def script(handler, good):
            answer, held = json.loads(good.body), 0
            while answer["cursor"] == cursor and held < int(form["wait"]) / 1000:
                time.sleep(0.005)
                answer, held = json.loads(self.feed(cursor).body), time.monotonic() - start
            handler.send(Reply(body=json.dumps(answer | {"held": int(1000 * held)}).encode()))
        return script

    def feed(self, cursor):
        """Who has no cursor that is known is told all that is remembered, in as many answers as it needs."""
        epoch, _, seen = (cursor or "").partition(".")
        known = cursor is None or (epoch == self.cursor_epoch and seen.isdigit() and int(seen) <= len(self.rows))
        now = int((time.time() + self.offset) * 1000)
        oldest = now - (self.retention or 600) * 1000
        start = max(0, int(seen) - OVERLAP) if cursor and known else 0
        told = [row for row in self.rows[start:start + self.rows_of_answer + OVERLAP] if row["revoked_at"] >= oldest]
        end = min(len(self.rows), start + self.rows_of_answer + OVERLAP)
        answer = {"cursor": f"{self.cursor_epoch}.{end}", "now": now, "reset": not known, "revocations": told}
        if self.retention is not None:
            answer |= {"retention": self.retention, "more_available": end < len(self.rows)}
        return Reply(body=json.dumps(answer).encode())
