#!/usr/bin/env python3
"""Gateways of others: nginx and HAProxy with the configurations of deploy/, and the question of Envoy as HTTP.

Each passes a good call with the phantom token and the proven key, and stops the stolen, the replayed and the forged one.
"""
import base64
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import secrets
import signal
import ssl
import subprocess
import threading
import time
import urllib.parse

import lib
from lib import ROOT, b64url, expect

AUDIENCE = "https://api.example.test/bank"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GUARDED = ("authorization", "dpop", "client-cert", "client-cert-chain", "client-dpop-jkt")


class Api:
    """The API behind the gateways: it answers with what it was sent, and trusts every word of it."""

    def __init__(self):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.append([(name.lower(), value) for name, value in self.headers.items()])
                body = json.dumps({"path": self.path}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # gateways reset the connections they keep
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()


class Gateway:
    """A program of Debian's in front of the API, with the configuration that we ship."""

    def __init__(self, name, port, folder):
        self.name, self.port, self.folder = name, port, pathlib.Path(folder)
        self.origin = f"https://localhost:{port}"
        self.process = None

    def adapted(self, file, replacements):
        text = (ROOT / "deploy" / file).read_text()
        for old, new in replacements.items():
            expect(old in text, f"deploy/{file} has no {old!r} any more")
            text = text.replace(old, new)
        return text

    def start(self, command):
        self.log = (self.folder / f"{self.name}.log").open("wb")
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + lib.START_LIMIT
        while True:
            try:
                http.client.HTTPSConnection("localhost", self.port, timeout=2, context=ssl._create_unverified_context()).connect()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise lib.Failure(f"{self.name} did not start:\n" + (self.folder / f"{self.name}.log").read_text()) from None
                time.sleep(0.02)

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
            self.log.close()


class Nginx(Gateway):
    def run(self, server, api):
        site = self.adapted("nginx/auth_request.conf", {
            "listen 443 ssl http2": f"listen 127.0.0.1:{self.port} ssl http2",
            "/etc/ssl/api.example.com.pem": server.server_ec["certificate"], "/etc/ssl/api.example.com.key": server.server_ec["key"],
            "127.0.0.1:8080": f"127.0.0.1:{api.port}", "127.0.0.1:9440/gateway/check/bank":
            f"127.0.0.1:{server.ports['management']}/gateway/check/nginx"})
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        file = self.folder / "nginx.conf"
        file.write_text(f"{user}daemon off;\nworker_processes 2;\npid {self.folder}/nginx.pid;\nerror_log stderr warn;\n"
                        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n")
        self.start(["nginx", "-p", self.folder, "-c", file, "-e", "stderr"])


class HaProxy(Gateway):
    def run(self, server, api):
        pem = self.folder / "haproxy.pem"
        pem.write_text(pathlib.Path(server.server_ec["certificate"]).read_text() + pathlib.Path(server.server_ec["key"]).read_text())
        pem.chmod(0o600)
        file = self.folder / "haproxy.cfg"
        file.write_text(self.adapted("haproxy/haproxy.cfg", {
            "/etc/haproxy/signet_check.lua": str(ROOT / "deploy/haproxy/signet_check.lua"), "bind :443": f"bind 127.0.0.1:{self.port}",
            "/etc/haproxy/api.pem": str(pem), "/etc/haproxy/client-ca.pem": str(server.authority.certificate),
            "127.0.0.1:8080": f"127.0.0.1:{api.port}", "127.0.0.1:9440/gateway/check/bank":
            f"127.0.0.1:{server.ports['management']}/gateway/check/haproxy", "maxconn 10000": "maxconn 200"}))
        self.start(["haproxy", "-db", "-f", file])


class Caller:
    """A client of the authorization server, its keys and its tokens."""

    def __init__(self, server, name, **members):
        self.server, self.folder = server, server.folder
        self.key = self.new_key(name)
        self.jwk = lib.private_jwk(self.key, "key")
        self.dpop_key = self.new_key(name + "-dpop")
        self.client_id = server.create_client("main", {
            "client_name": name, "grant_types": ["client_credentials"], "scope": "accounts", "resource": [AUDIENCE],
            "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [lib.public_jwk(self.jwk)]}} | members)["client_id"]

    def new_key(self, name):
        key = self.folder / f"{name}.key"
        self.server.authority.new_key(key)
        return key

    def post(self, url, form, fields=(), certificate=None):
        now = int(time.time())
        issuer = self.server.issuers["main"]
        assertion = lib.sign_es256(self.key, {"alg": "ES256", "kid": "key"}, {
            "iss": self.client_id, "sub": self.client_id, "aud": issuer, "iat": now, "exp": now + 60, "jti": secrets.token_hex(16)})
        body = urllib.parse.urlencode(form | {"client_id": self.client_id, "client_assertion_type": JWT_BEARER,
                                              "client_assertion": assertion})
        answer = send(self.server, "POST", url, [("Content-Type", "application/x-www-form-urlencoded"), *fields], certificate, body)
        expect(answer.status == 200, f"{url}: {answer.status} {answer.body!r}")
        return json.loads(answer.body)

    def token(self, certificate=None, scope="accounts"):
        base = self.server.mtls_urls["main"] if certificate else self.server.issuers["main"]
        fields = [] if certificate else [("DPoP", self.proof("POST", base + "/token"))]
        form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
        return self.post(base + "/token", form, fields, certificate)["access_token"]

    def proof(self, method, url, token=None, key=None, nonce=None):
        key = key or self.dpop_key
        claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": secrets.token_hex(16)}
        claims |= {"ath": b64url(hashlib.sha256(token.encode()).digest())} if token else {}
        claims |= {"nonce": nonce} if nonce else {}
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": lib.public_jwk(lib.private_jwk(key))}
        return lib.sign_es256(key, header, claims)

    def jkt(self):
        jwk = lib.public_jwk(lib.private_jwk(self.dpop_key))
        text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
        return b64url(hashlib.sha256(text.encode()).digest())


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.fields = [(name.lower(), value) for name, value in response.getheaders()]

    def all(self, name):
        return [value for key, value in self.fields if key == name.lower()]

    def one(self, name):
        return next(iter(self.all(name)), "")


def send(server, method, url, fields=(), certificate=None, body=None):
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(server.authority.certificate))
        if certificate:
            context.load_cert_chain(certificate["certificate"], certificate["key"])
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=20, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    target = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
    connection.putrequest(method, target)
    for name, value in fields:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body.encode() if body is not None else None)
    try:
        return Answer(connection.getresponse())
    finally:
        connection.close()


def claims_of(jwt):
    payload = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def client_cert(certificate):
    return f":{base64.b64encode(lib.certificate_der(certificate['certificate'])).decode()}:"


class Tests:
    def __init__(self, server, api, caller, gateway):
        self.server, self.api, self.caller, self.gateway = server, api, caller, gateway
        self.token = caller.token()
        self.passed = 0

    def ok(self, truth, text, answer=None):
        expect(truth, f"{self.gateway.name}: {text}" + (f"\n{answer.status} {answer.fields} {answer.body!r}" if answer else ""))
        self.passed += 1
        print(f"  ok  {self.gateway.name}: {text}", flush=True)

    def call(self, *more, method="GET", path="/accounts?page=2", proof=None, token=None, scheme="DPoP", certificate=None):
        """The answer, and what the API received: nothing when the call did not get there."""
        token = token or self.token
        fields = [("Authorization", f"{scheme} {token}")] if token != "none" else []
        fields += [("DPoP", proof)] if proof else []
        before = len(self.api.received)
        answer = send(self.server, method, self.gateway.origin + path, [*fields, *more], certificate)
        return answer, self.api.received[before:]

    def proof(self, method="GET", path="/accounts", **more):
        return self.caller.proof(method, self.gateway.origin + path, **({"token": self.token} | more))

    def refused(self, text, result, status, error=None):
        answer, received = result
        self.ok(not received, f"{text}: the API never hears of it", answer)
        self.ok(answer.status == status, f"{text}: {status}", answer)
        if error:
            self.ok(f'error="{error}"' in ", ".join(answer.all("WWW-Authenticate")), f"{text}: {error}", answer)

    def guarded(self, received):
        return {name: [value for key, value in received[0] if key.replace("_", "-") == name] for name in GUARDED}

    def check_good_call(self):
        forged = [("Client-DPoP-JKT", "A" * 43), ("Client-Cert", ":AQI=:"), ("Client-Cert-Chain", ":AQI=:"), ("Client_Cert", ":AQI=:"),
                  ("client_dpop_jkt", "A" * 43), ("X-Kept", "yes")]
        answer, received = self.call(*forged, proof=self.proof())
        self.ok(answer.status == 200 and json.loads(answer.body)["path"] == "/accounts?page=2", "a good call gets to the API", answer)
        fields = self.guarded(received)
        scheme, phantom = fields["authorization"][0].split(" ")
        claims = claims_of(phantom)
        self.ok(scheme == "Bearer" and len(fields["authorization"]) == 1, "with one bearer token")
        self.ok(claims["aud"] == AUDIENCE and claims["iss"] == self.server.issuers["main"] and phantom != self.token,
                "which is the phantom token for this API")
        self.ok(claims["cnf"] == {"jkt": self.caller.jkt()}, "bound to the key of the caller")
        self.ok(fields["client-dpop-jkt"] == [self.caller.jkt()], "and the key that was proven, not the forged one")
        self.ok(not fields["client-cert"] and not fields["client-cert-chain"] and not fields["dpop"], "and nothing else of the client's")
        self.ok(("x-kept", "yes") in received[0], "while other fields stay")

    def check_attacks(self):
        proof = self.proof()
        expect(self.call(proof=proof)[0].status == 200, "the first use of a proof is refused")
        self.refused("a replayed proof", self.call(proof=proof), 401, "invalid_dpop_proof")
        thief = self.caller.new_key("thief")
        self.refused("a stolen token with the thief's own key", self.call(proof=self.proof(key=thief)), 401, "invalid_token")
        self.refused("a stolen token without a proof", self.call(), 401, "invalid_dpop_proof")
        self.refused("a stolen token as a bearer token", self.call(scheme="Bearer"), 401, "invalid_token")
        self.refused("with a forged key field", self.call(("Client-DPoP-JKT", self.caller.jkt()), scheme="Bearer"), 401, "invalid_token")
        self.refused("a proof for another method", self.call(proof=self.proof(method="POST")), 401, "invalid_dpop_proof")
        self.refused("a proof for another path", self.call(proof=self.proof(path="/payments")), 401, "invalid_dpop_proof")
        self.refused("a proof for another token", self.call(proof=self.proof(token="other")), 401, "invalid_dpop_proof")
        self.refused("an unknown token", self.call(token="unknown", proof=self.proof(token="unknown")), 401, "invalid_token")
        self.refused("no token", self.call(token="none"), 401)
        deceit = [("X-Original-Method", "POST"), ("X-Original-URI", "/payments"), ("X-Forwarded-Method", "POST"),
                  ("X-Forwarded-Uri", "/payments")]
        self.refused("a call that lies about itself", self.call(*deceit, proof=self.proof(method="POST", path="/payments")), 401,
                     "invalid_dpop_proof")
        weak = self.caller.token(scope="payments")
        self.refused("a token without the scope", self.call(token=weak, proof=self.proof(token=weak)), 403, "insufficient_scope")
        answer, received = self.call(method="POST", path="/payments/7", proof=self.proof(method="POST", path="/payments/7"))
        self.ok(answer.status == 200 and received, "a POST with its own proof passes", answer)

    def check_nonce(self, nonce_of_another):
        answer, received = self.call(proof=self.proof())
        nonce = answer.one("DPoP-Nonce")
        self.ok(not received and answer.status == 401 and nonce != "", "a proof without a nonce is given one", answer)
        self.refused("a nonce of another API", self.call(proof=self.proof(nonce=nonce_of_another)), 401, "use_dpop_nonce")
        answer, received = self.call(proof=self.proof(nonce=nonce))
        self.ok(answer.status == 200 and received, "and passes with it", answer)
        return nonce

    def check_certificates(self, holder, certificates):
        own, other = certificates
        token = holder.token(certificate=own)
        answer, received = self.call(token=token, scheme="Bearer", certificate=own)
        self.ok(answer.status == 200, "a call with its certificate gets to the API", answer)
        fields = self.guarded(received)
        self.ok(fields["client-cert"] == [client_cert(own)] and not fields["client-dpop-jkt"], "with the certificate that was proven")
        self.refused("a stolen token with another certificate", self.call(token=token, scheme="Bearer", certificate=other), 401,
                     "invalid_token")
        self.refused("with a forged certificate", self.call(("Client-Cert", client_cert(own)), token=token, scheme="Bearer"), 401,
                     "invalid_token")
        self.refused("with a forged one beside another", self.call(("Client-Cert", client_cert(own)), token=token, scheme="Bearer",
                                                                   certificate=other), 401, "invalid_token")

    def check_outage(self):
        answer, received = self.call(proof=self.proof())
        self.ok(not received and answer.status >= 500, "without an answer nothing passes", answer)


def check_envoy(server, caller):
    """What Envoy's HTTP ext_authz sends and does, as its documentation says: method, prefix and path, Host, chosen fields."""
    origin, token = "https://api.example.test", caller.token()
    base = f"http://127.0.0.1:{server.ports['management']}/gateway/check/envoy"

    def ask(method, path, proof):
        return send(server, method, base + path, [("Authorization", f"DPoP {token}"), ("DPoP", proof)])

    proof = caller.proof("DELETE", origin + "/accounts/7", token)
    answer = ask("DELETE", "/accounts/7?now=1", proof)
    expect(answer.status == 200 and answer.body == b"", f"envoy: {answer.status} {answer.body!r}")
    expect(claims_of(answer.one("Authorization").split(" ")[1])["aud"] == AUDIENCE, "envoy: no phantom token")
    expect(answer.one("Client-DPoP-JKT") == caller.jkt(), "envoy: no proven key")
    expect(answer.one("x-envoy-auth-headers-to-remove") == "DPoP, Client-Cert, Client-Cert-Chain", "envoy: nothing is removed")
    again = ask("DELETE", "/accounts/7?now=1", proof)
    expect(again.status == 401 and "invalid_dpop_proof" in again.one("WWW-Authenticate"), "envoy: a replayed proof passes")
    expect(ask("GET", "/accounts/7", caller.proof("DELETE", origin + "/accounts/7", token)).status == 401, "envoy: the method is not checked")
    unknown = send(server, "GET", base + "x/accounts")
    expect(unknown.status == 500 and b"not configured" in unknown.body, "an API that is not configured is answered for")
    print("  ok  envoy: method, path and Host of the call, fields to set and to remove", flush=True)


def check_feed(server):
    """What another process revokes is told to the gateways by the one that runs."""
    api = Caller(server, "api", introspection_allowed=True, grant_types=[])
    doomed = Caller(server, "doomed", dpop_bound_access_tokens=True)
    feed = server.issuers["main"] + "/revocations"
    first = api.post(feed, {})
    expect(not first["reset"] and first["revocations"] == [], f"a feed before any revocation: {first}")
    server.cli("clients", "delete", "--issuer", "main", doomed.client_id)
    told = api.post(feed, {"cursor": first["cursor"]})
    expect([one.get("client_id") for one in told["revocations"]] == [doomed.client_id], f"the removal is not told: {told}")
    expect(told["revocations"][0]["revoked_at"] <= told["now"], "a revocation of the future")
    print("  ok  feed: a client removed on the command line is told", flush=True)


def resource(name, contract, origin, more=""):
    return (f'[protected_resources.{name}]\nissuer = "main"\naudience = "{AUDIENCE}"\npublic_url = "{origin}"\n'
            f'scopes = ["accounts"]\ncontract = "{contract}"\n{more}\n')


def main():
    nginx_port, haproxy_port = lib.free_ports(2)
    extra = (resource("nginx", "auth_request", f"https://localhost:{nginx_port}") +
             resource("haproxy", "forward_auth", f"https://localhost:{haproxy_port}", 'accept = ["dpop", "mtls"]') +
             resource("envoy", "envoy", "https://api.example.test"))
    with lib.Server(extra) as server:
        api = Api()
        gateways = [Nginx("nginx", nginx_port, server.folder), HaProxy("haproxy", haproxy_port, server.folder)]
        try:
            for gateway in gateways:
                gateway.run(server, api)
            caller = Caller(server, "caller", dpop_bound_access_tokens=True, scope="accounts payments")
            holder = Caller(server, "holder", tls_client_certificate_bound_access_tokens=True)
            certificates = [server.authority.self_sign(name, f"/CN={name}") for name in ("own", "other")]
            check_envoy(server, caller)
            check_feed(server)
            tests = [Tests(server, api, caller, gateway) for gateway in gateways]
            for each in tests:
                each.check_good_call()
                each.check_attacks()
            tests[1].check_certificates(holder, certificates)
            server.stop()
            for each in tests:
                each.check_outage()
            for name in ("NGINX", "HAPROXY"):
                os.environ[f"SIGNET_PROTECTED_RESOURCES_{name}_REQUIRE_DPOP_NONCE"] = "true"
            server.start()
            nonce = "unknown"
            for each in tests:
                nonce = each.check_nonce(nonce)
        finally:
            for gateway in gateways:
                gateway.stop()
            api.stop()
    print(f"{sum(each.passed for each in tests)} checks of other gateways passed")


if __name__ == "__main__":
    lib.run_program(main)
