#!/usr/bin/env python3
"""Hostile and broken requests at every endpoint. usage: bad_input_test.py [SEED]"""
import base64
import hashlib
import hmac
import json
import os
import random
import sys
import time

import lib
from lib import REDIRECT_URI, b64url, expect
from raw_http import FORM, Http

CLIENT_ENDPOINTS = ["/par", "/token", "/introspect", "/revoke", "/revocations"]
GET_ENDPOINTS = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"]
PAGES = ["/authorize", "/login/unknown", "/assets/unknown.css"]
ALLOWED = {"/par": "POST", "/token": "POST", "/introspect": "POST", "/revoke": "POST", "/revocations": "POST", "/userinfo": "GET, POST",
           "/authorize": "GET, POST", "/login/unknown": "GET, POST", "/assets/unknown.css": "GET"}
ALLOWED |= {path: "GET" for path in GET_ENDPOINTS}
GROWTH_LIMIT_KIB = 12 * 1024
MUTATIONS = 1500


class Tests:
    def __init__(self, server, seed):
        self.server = server
        self.dice = random.Random(seed)
        self.http = Http(server.ports["http"])
        self.issuer = server.issuers["local"]
        self.count = 0
        self.register()

    def register(self):
        folder, authority = self.server.folder, self.server.authority
        der = lib.certificate_der(authority.issue_client("tls-client", "/CN=tls client")["certificate"])
        self.certificate = f"Client-Cert: :{base64.b64encode(der).decode()}:"
        common = {"client_name": "Bad input", "redirect_uris": [REDIRECT_URI], "response_types": ["code"],
                  "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                  "scope": "openid accounts", "introspection_allowed": True, "resource": [self.issuer]}
        self.tls_client = self.server.create_client("local", common | {
            "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=tls client",
            "tls_client_certificate_bound_access_tokens": True})["client_id"]
        self.ec_key, self.rsa_key = folder / "client-ec.key", folder / "client-rsa.key"
        authority.new_key(self.ec_key)
        authority.new_key(self.rsa_key, rsa=True)
        self.ec_jwk = lib.private_jwk(self.ec_key, "ec")
        self.public_key = lib.openssl("pkey", "-in", self.ec_key, "-pubout")
        self.jwt_client = self.server.create_client("local", common | {
            "token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": True,
            "jwks": {"keys": [lib.public_jwk(self.ec_jwk), self.rsa_jwk()]}})["client_id"]

    def rsa_jwk(self):
        modulus = lib.openssl("rsa", "-in", self.rsa_key, "-noout", "-modulus").decode().strip().split("=")[1]
        return {"kty": "RSA", "kid": "rsa", "n": b64url(bytes.fromhex(modulus)), "e": "AQAB"}

    # What every answer must be ------------------------------------------------------------------------------------------------

    def judge(self, answer, name, statuses=None, errors=None, may_close=False):
        """A documented error, and a server that serves the next one."""
        self.count += 1
        expect(may_close or answer.status is not None, f"{name}: the connection was closed without an answer")
        if answer.status is not None:
            # RFC 9112 and RFC 9110 want 501 and 505 for a coding or a version that nobody speaks here.
            expect(answer.status < 500 or answer.status in (501, 505), f"{name}: {answer}")
            expect(statuses is None or answer.status in statuses, f"{name}: {answer} instead of {statuses}")
            if 400 <= answer.status and "text/html" not in answer.field("Content-Type") and answer.body:
                found = answer.json()
                expect(isinstance(found, dict) and isinstance(found.get("error"), str), f"{name}: no JSON error: {answer}")
                expect(errors is None or found["error"] in errors, f"{name}: {answer} instead of {errors}")
                text = found.get("error_description", "")
                expect(all(" " <= c <= "~" and c not in '"\\' for c in text), f"{name}: characters of error_description: {answer}")
            expect(answer.status < 400 or "no-store" in answer.field("Cache-Control"), f"{name}: an error may be cached")
        expect(self.http.get("/jwks").status == 200, f"{name}: the server does not serve the next request")

    def refused(self, answer, name, *errors, statuses=(400, 401, 413, 415)):
        self.judge(answer, name, statuses, errors or None)

    def as_client(self, path, body, *fields):
        """A request of the TLS client, which is authenticated without a signature."""
        if isinstance(body, (dict, list)):
            body = [("client_id", self.tls_client), *(body.items() if isinstance(body, dict) else body)]
        return self.http.post(path, body, self.certificate, *fields)

    # One group of attacks each ------------------------------------------------------------------------------------------------

    def good_requests(self):
        """The attacks below differ from these in one point only."""
        answer = self.as_client("/token", {"grant_type": "client_credentials", "scope": "accounts"})
        expect(answer.status == 200, f"a good token request: {answer}")
        token = answer.json()["access_token"]
        answer = self.as_client("/introspect", {"token": token})
        expect(answer.status == 200 and answer.json()["active"], f"a good introspection: {answer}")
        answer = self.as_client("/par", self.authorization())
        expect(answer.status == 201, f"a good pushed request: {answer}")
        answer = self.http.post("/token", self.with_assertion(self.sign()), "DPoP: " + self.proof())
        expect(answer.status == 200, f"a good private_key_jwt request: {answer}")
        answer = self.as_client("/revoke", {"token": token})
        expect(answer.status == 200, f"a good revocation: {answer}")

    def methods(self):
        for path, allowed in ALLOWED.items():
            for method in ("DELETE", "PUT", "PATCH", "TRACE", "FOO", "get", "POST" if allowed == "GET" else "GET"):
                if method in allowed.split(", "):
                    continue
                answer = self.http.send(self.http.make(method, path))
                self.judge(answer, f"{method} {path}", (400, 405, 501))
                expect(answer.status != 405 or answer.field("Allow") == allowed, f"{method} {path}: Allow {answer.fields}")
        for path in ("/", "/nothing", "/token/", "/token/more", "//token", "/assets/../token", "/assets/%2e%2e/%2e%2e/etc/passwd",
                     "/.well-known/openid-configuration/more", "/login/", "/assets/", "/%00"):
            self.judge(self.http.get(path), f"GET {path}", (400, 404))
        for host in ("nobody", "localhost", "127.0.0.1", "127.0.0.1:1", "[::1]", "a@" + self.http.authority, self.http.authority + "0"):
            self.judge(self.http.send(self.http.make("GET", "/jwks", host=host)), f"host {host}", (400, 404))

    def media_types(self):
        body = {"grant_type": "client_credentials"}
        for path in CLIENT_ENDPOINTS:
            for media_type in (None, "application/json", "multipart/form-data; boundary=x", "text/plain", "*/*", "x" * 4000,
                               "application/x-www-form-urlencodedx"):
                answer = self.http.send(self.http.make("POST", path, [self.certificate], body, media_type))
                self.refused(answer, f"{path} with the media type {str(media_type)[:40]}", "invalid_request", statuses=(400, 415))
            twice = self.http.send(self.http.make("POST", path, [self.certificate, f"Content-Type: {FORM}"], body))
            self.refused(twice, f"{path} with two media types", statuses=(400, 415))
            for encoding in ("gzip", "deflate", "br"):
                packed = b"\x1f\x8b\x08\x00" + os.urandom(60)
                answer = self.http.post(path, packed, self.certificate, f"Content-Encoding: {encoding}")
                self.refused(answer, f"{path} with a body in {encoding}")
            for bad in ("%", "%f", "%zz", "a=%ff%fe", "grant_type=%c0%80", "\xff\xfe=1", "a=%00", "&&&=&=", "=" * 1000, "a\r\nb=c",
                        '{"grant_type":"client_credentials"}'):
                self.refused(self.http.post(path, bad.encode("latin-1"), self.certificate), f"{path} with the body {bad[:30]!r}")

    def parameters(self):
        doubles = {"/par": self.authorization(), "/token": {"grant_type": "client_credentials"},
                   "/introspect": {"token": "x"}, "/revoke": {"token": "x"}}
        for path, good in doubles.items():
            for name in [*good, "client_id"]:
                repeated = [*good.items(), (name, good.get(name, self.tls_client))]
                self.refused(self.as_client(path, repeated), f"{path} with {name} twice", "invalid_request")
                long = dict(good) | {name: "x" * 40_000}
                self.refused(self.as_client(path, long) if name != "client_id" else self.http.post(path, long, self.certificate),
                             f"{path} with a long {name}")
                if name not in ("client_id", "state", "nonce", "scope"):
                    missing = {key: value for key, value in good.items() if key != name}
                    self.refused(self.as_client(path, missing), f"{path} without {name}")
                for evil in ("\0", "\x7f", "é", "'; DROP TABLE clients; --", "<script>alert(1)</script>", "../../etc/passwd", "\n"):
                    answer = self.as_client(path, dict(good) | {name: evil})
                    self.judge(answer, f"{path} with {name}={evil!r}")
                    expect(b"<script>" not in answer.body, f"{path}: {name} comes back unescaped")
            many = [(f"p{i}", "x") for i in range(3000)]
            self.refused(self.as_client(path, [*good.items(), *many]), f"{path} with 3000 parameters")
        for grant in ("password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer", "", "authorization_code ", "x" * 300):
            self.refused(self.as_client("/token", {"grant_type": grant}), f"grant_type {grant[:30]!r}",
                         "unsupported_grant_type", "invalid_request", "unauthorized_client")
        for name in ("code", "refresh_token"):
            grant = "authorization_code" if name == "code" else name
            for value in ("unknown", "x" * 5000, "é", "a.b.c"):
                body = {"grant_type": grant, name: value, "redirect_uri": REDIRECT_URI, "code_verifier": "v" * 43}
                self.refused(self.as_client("/token", body), f"{name}={value[:20]!r}", "invalid_grant", "invalid_request")

    def authorization(self):
        return {"response_type": "code", "redirect_uri": REDIRECT_URI, "scope": "openid", "code_challenge_method": "S256",
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "state": "s", "nonce": "n"}

    def pushed_requests(self):
        cases = {
            "response_type": ["token", "code id_token", "none", "code code"],
            "redirect_uri": ["https://evil.example/", REDIRECT_URI + "#f", REDIRECT_URI + "/../x", "javascript:alert(1)", "/callback",
                             REDIRECT_URI.upper(), "http://127.0.0.1:1/callback"],
            "code_challenge_method": ["plain", "s256"],
            "code_challenge": ["short", "x" * 129, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=", "é" * 43],
            "scope": ["admin", "openid\tx", 'open"id'],
            "request_uri": ["urn:ietf:params:oauth:request_uri:x", "https://evil.example/r"],
            "request": ["a.b.c"],
            "response_mode": ["fragment", "form_post.jwt", "web_message"],
            "prompt": ["none login", "unknown"],
            "max_age": ["-1", "x", "1e9", "99999999999999999999"],
            "claims": ["{", "[]", '{"id_token":1}', '{"a":1,"a":2}', "{" * 2000],
            "resource": ["relative", "https://api.example/#f", "https://not-allowed.example"],
            "dpop_jkt": ["short", "=" * 43],
        }
        for name, values in cases.items():
            for value in values:
                answer = self.as_client("/par", self.authorization() | {name: value})
                self.judge(answer, f"pushed {name}={value[:40]!r}", (400,))

    def unknown_clients(self):
        for path in CLIENT_ENDPOINTS:
            for client_id in ("nobody", "x" * 255, "x" * 300, " ", "é", self.jwt_client):
                answer = self.http.post(path, {"client_id": client_id, "grant_type": "client_credentials", "token": "x"}, self.certificate)
                self.refused(answer, f"{path} as {client_id[:20]!r}", "invalid_client", "invalid_request")
            good = {"client_id": self.tls_client, "grant_type": "client_credentials", "token": "x"}
            self.refused(self.http.post(path, good), f"{path} without a certificate", "invalid_client", statuses=(401,))
            for bad in ("Client-Cert: x", "Client-Cert: ::", "Client-Cert: :" + "A" * 9000 + ":", "Client-Cert: :aGVsbG8=:"):
                self.refused(self.http.post(path, good, bad), f"{path} with {bad[:20]}", statuses=(400, 401, 431))
            twice = self.http.post(path, good, self.certificate, self.certificate)
            self.refused(twice, f"{path} with two certificates", statuses=(400, 401))
            for field in ("Authorization: Basic " + base64.b64encode(f"{self.tls_client}:secret".encode()).decode(),
                          "Authorization: Basic ???"):
                self.refused(self.http.post(path, good, self.certificate, field), f"{path} with {field[:20]}", "invalid_client")
            secret = self.as_client(path, good | {"client_secret": "x"})
            self.refused(secret, f"{path} with a secret", "invalid_client", "invalid_request")

    # Signed things ------------------------------------------------------------------------------------------------------------

    def claims(self, **changes):
        now = int(time.time())
        claims = {"iss": self.jwt_client, "sub": self.jwt_client, "aud": self.issuer, "iat": now, "exp": now + 60,
                  "jti": os.urandom(12).hex()} | changes
        return {name: value for name, value in claims.items() if value is not None}

    def sign(self, header=None, **changes):
        return lib.sign_es256(self.ec_key, {"alg": "ES256", "kid": "ec"} | (header or {}), self.claims(**changes))

    def unsigned(self, header, payload, signature=b""):
        parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
        return ".".join(map(b64url, parts)) + "." + b64url(signature)

    def with_hmac(self, key):
        text = self.unsigned({"alg": "HS256", "kid": "ec"}, self.claims())
        return text + b64url(hmac.new(key, text[:-1].encode(), hashlib.sha256).digest())

    def with_rsa(self, algorithm, *options):
        text = self.unsigned({"alg": algorithm, "kid": "rsa"}, self.claims())[:-1]
        signature = lib.openssl("dgst", "-sha256", *options, "-sign", self.rsa_key, data=text.encode())
        return text + "." + b64url(signature)

    def with_assertion(self, assertion):
        return {"grant_type": "client_credentials", "client_assertion": assertion,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}

    def assertions(self):
        good = self.sign()
        head, payload, signature = good.split(".")
        nested = b"[" * 500 + b"]" * 500
        later, earlier = int(time.time()) + 86400, int(time.time()) - 86400
        pss = self.with_rsa("PS256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32")
        accepted = self.http.post("/token", self.with_assertion(pss), "DPoP: " + self.proof())
        expect(accepted.status == 200, f"PS256 is allowed: {accepted}")
        bad = {
            "alg none": self.unsigned({"alg": "none"}, self.claims()),
            "alg None": self.unsigned({"alg": "None"}, self.claims()),
            "alg none with a signature": self.unsigned({"alg": "none"}, self.claims(), b"x" * 64),
            "HS256 with the public key": self.with_hmac(self.public_key),
            "HS256 with the public JWK": self.with_hmac(json.dumps(lib.public_jwk(self.ec_jwk)).encode()),
            "HS256 with nothing": self.with_hmac(b""),
            "RS256": self.with_rsa("RS256"),
            "PS256 header, PKCS#1 signature": self.with_rsa("PS256"),
            "RSA signature named ES256": self.with_rsa("ES256"),
            "crit": self.sign({"crit": ["exp"]}),
            "crit and b64": self.sign({"crit": ["b64"], "b64": False}),
            "an embedded key": self.sign({"jwk": lib.public_jwk(self.ec_jwk), "kid": None}) + "x",
            "a kid that is a path": self.sign({"kid": "../../../dev/null"}),
            "a kid that is SQL": self.sign({"kid": "' OR 1=1 --"}),
            "a kid that is a number": self.sign({"kid": 1}),
            "typ of an access token": self.sign({"typ": "at+jwt"}),
            "typ of a proof": self.sign({"typ": "dpop+jwt"}),
            "two parts": f"{head}.{payload}", "four parts": good + ".x", "no parts": "...", "empty": "..",
            "not base64url": "!!!." + payload + "." + signature, "padded": head + "=." + payload + "." + signature,
            "another signature": f"{head}.{payload}." + b64url(os.urandom(64)),
            "a signature of zeros": f"{head}.{payload}." + b64url(bytes(64)),
            "a short signature": f"{head}.{payload}." + signature[:20],
            "another payload": f"{head}." + b64url(json.dumps(self.claims()).encode()) + f".{signature}",
            "a header with a name twice": self.unsigned(b'{"alg":"none","alg":"ES256","kid":"ec"}', self.claims(), b"x" * 64),
            "a payload with a name twice": self.unsigned({"alg": "ES256"}, b'{"iss":"a","iss":"b"}', b"x" * 64),
            "a payload that is no object": self.unsigned({"alg": "ES256"}, b'"text"', b"x" * 64),
            "a deep payload": self.unsigned({"alg": "ES256"}, nested, b"x" * 64),
            "a payload that is not UTF-8": self.unsigned({"alg": "ES256"}, b'{"iss":"\xff"}', b"x" * 64),
            "a huge payload": self.unsigned({"alg": "ES256"}, self.claims(pad="x" * 30_000), b"x" * 64),
            "wrong aud": self.sign(aud=self.issuer + "/token"), "aud in an array": self.sign(aud=[self.issuer]),
            "no aud": self.sign(aud=None), "aud a number": self.sign(aud=1),
            "wrong iss": self.sign(iss="nobody"), "iss of another client": self.sign(iss=self.tls_client, sub=self.tls_client),
            "wrong sub": self.sign(sub="nobody"), "no exp": self.sign(exp=None), "exp in the past": self.sign(exp=earlier),
            "exp tomorrow": self.sign(exp=later), "exp a text": self.sign(exp=str(later)), "exp negative": self.sign(exp=-1),
            "exp huge": self.sign(exp=2**63), "exp beyond numbers": self.sign(exp=10**30), "nbf tomorrow": self.sign(nbf=later),
            "iat tomorrow": self.sign(iat=later), "no jti": self.sign(jti=None), "jti a number": self.sign(jti=1),
            "jti long": self.sign(jti="x" * 1000), "jti empty": self.sign(jti=""),
        }
        for name, assertion in bad.items():
            for path in CLIENT_ENDPOINTS if name in ("alg none", "RS256", "crit", "two parts") else ["/token"]:
                body = self.with_assertion(assertion) | {"token": "x"}
                answer = self.http.post(path, body, "DPoP: " + self.proof())
                self.refused(answer, f"{path}, assertion with {name}", "invalid_client", "invalid_request")
        for kind in ("", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "x"):
            body = self.with_assertion(self.sign()) | {"client_assertion_type": kind}
            self.refused(self.http.post("/token", body), f"client_assertion_type {kind!r}", "invalid_client", "invalid_request")

    def proof(self, header=None, key=None, **changes):
        claims = {"jti": os.urandom(12).hex(), "htm": "POST", "htu": self.issuer + "/token", "iat": int(time.time())} | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        jwk = {name: value for name, value in lib.public_jwk(self.ec_jwk).items() if name != "kid"}
        full = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key or jwk} | (header or {})
        return lib.sign_es256(self.ec_key, {name: value for name, value in full.items() if value is not None}, claims)

    def proofs(self):
        now = int(time.time())
        point = {"kty": "EC", "crv": "P-256", "x": b64url(b"\1" * 32), "y": b64url(b"\2" * 32)}
        bad = {
            "nothing": "", "text": "x", "alg none": self.unsigned({"alg": "none", "typ": "dpop+jwt"}, {}),
            "the private key": self.proof(key=self.ec_jwk), "no key": self.proof({"jwk": None}), "half a key": self.proof(key={"kty": "EC"}), "a point off the curve": self.proof(key=point),
            "a symmetric key": self.proof(key={"kty": "oct", "k": "AAAA"}), "another typ": self.proof({"typ": "JWT"}),
            "no typ": self.proof({"typ": None}), "crit": self.proof({"crit": ["x"], "x": 1}), "alg ES512": self.proof({"alg": "ES512"}),
            "alg HS256": self.proof({"alg": "HS256"}), "another method": self.proof(htm="GET"), "no htm": self.proof(htm=None),
            "another URL": self.proof(htu=self.issuer + "/par"), "no htu": self.proof(htu=None), "htu a number": self.proof(htu=1),
            "no iat": self.proof(iat=None), "an old iat": self.proof(iat=now - 3600), "a future iat": self.proof(iat=now + 3600),
            "iat a text": self.proof(iat="now"), "no jti": self.proof(jti=None), "a long jti": self.proof(jti="x" * 10_000),
            "a nonce nobody gave": self.proof(nonce="x"),
        }
        for name, proof in bad.items():
            answer = self.http.post("/token", self.with_assertion(self.sign()), "DPoP: " + proof)
            self.refused(answer, f"DPoP proof with {name}", "invalid_dpop_proof", "use_dpop_nonce", "invalid_request",
                         statuses=(400, 431))
        good = self.proof()
        twice = self.http.post("/token", self.with_assertion(self.sign()), "DPoP: " + good, "DPoP: " + self.proof())
        self.refused(twice, "two DPoP proofs", "invalid_dpop_proof", "invalid_request", statuses=(400,))
        missing = self.http.post("/token", self.with_assertion(self.sign()))
        self.refused(missing, "no DPoP proof", "invalid_dpop_proof", statuses=(400,))

    def userinfo(self):
        for fields in ([], ["Authorization: Bearer x"], ["Authorization: DPoP x"], ["Authorization: Bearer"], ["Authorization: "],
                       ["Authorization: Basic eDp5"], ["Authorization: Bearer " + "x" * 9000], ["Authorization: Bearer é"],
                       ["Authorization: Bearer x", "Authorization: Bearer y"], ["Authorization: DPoP x", "DPoP: " + self.proof()],
                       ["Authorization: Bearer x y"]):
            for method in ("GET", "POST"):
                answer = self.http.send(self.http.make(method, "/userinfo", fields, b"" if method == "POST" else None))
                self.judge(answer, f"{method} /userinfo with {fields}"[:120], (400, 401, 431))
                expect(answer.status != 401 or answer.field("WWW-Authenticate"), f"/userinfo {fields}: no challenge")
        self.judge(self.http.get("/userinfo?access_token=x"), "a token in the query", (400, 401))
        self.judge(self.http.post("/userinfo", {"access_token": "x"}), "a token in the form", (400, 401))

    def pages(self):
        good = {"client_id": self.tls_client, "request_uri": "urn:ietf:params:oauth:request_uri:unknown"}
        queries = ["", "client_id=nobody", "client_id=%ff", "%", "client_id=a&client_id=b", "x" * 7000,
                   f"client_id={self.tls_client}&request_uri=https://evil.example/", f"client_id={self.tls_client}&request_uri=x",
                   f"client_id={self.tls_client}&redirect_uri=https://evil.example/&response_type=code",
                   f"client_id={self.tls_client}&redirect_uri=javascript:alert(1)", "client_id=<script>alert(1)</script>",
                   "&".join(f"{name}={value}" for name, value in good.items())]
        for query in queries:
            answer = self.http.get(f"/authorize?{query}")
            self.judge(answer, f"/authorize?{query[:60]}", (400, 401, 403, 404, 413, 414))
            expect("evil.example" not in answer.field("Location"), f"/authorize?{query}: an open redirect")
            expect(b"<script>" not in answer.body, f"/authorize?{query}: unescaped")
            self.judge(self.http.post("/authorize", query), f"POST /authorize {query[:60]}", (400, 401, 403, 404, 413, 415))
        self.judge(self.http.send(self.http.make("POST", "/authorize", [], "{}", "application/json")), "POST /authorize JSON", (400, 415))
        for path in ("/login/unknown", "/login/" + "x" * 3000, "/login/%00", "/login/..%2f"):
            self.judge(self.http.get(path), f"GET {path[:40]}", (400, 401, 403, 404))
            for body in ("", "action=login", "form_token=x&action=login", "%", "a=1&a=2"):
                self.judge(self.http.post(path, body), f"POST {path[:40]} {body}", (400, 401, 403, 404, 415))
        for cookie in ("a=b", "=", ";;;", "x" * 5000, "a=" + "é" * 10, "; ".join(f"c{i}=v" for i in range(400))):
            answer = self.http.get("/authorize?client_id=nobody", f"Cookie: {cookie}")
            self.judge(answer, f"cookie {cookie[:30]!r}", (400, 401, 403, 404, 431))

    # Below HTTP's surface -----------------------------------------------------------------------------------------------------

    def sizes(self):
        for path in [*CLIENT_ENDPOINTS, "/userinfo", "/authorize", "/login/unknown", *GET_ENDPOINTS]:
            method = "GET" if path in GET_ENDPOINTS else "POST"
            for size in (70_000, 200_000, 3_000_000):
                answer = self.http.send(self.http.make(method, path, [self.certificate], b"a=" + b"x" * size))
                self.judge(answer, f"{path} with a body of {size}", (400, 401, 413), may_close=size > 130_000)
                is_page = "text/html" in answer.field("Content-Type") if answer.status == 413 else path in PAGES
                expect(is_page == (path in PAGES), f"{path} with a body of {size}: {answer}")
            declared = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 99999999999999\r\n\r\n".encode()
            self.judge(self.http.send(declared), f"{path} with a length of many terabytes", (400, 405, 413))
            self.judge(self.http.send(self.http.make("GET", path, ["X-Large: " + "x" * 20_000])), f"{path} with a large field", (400, 413, 431))
            self.judge(self.http.send(self.http.make("GET", path, [f"X-{i}: y" for i in range(300)])), f"{path} with 300 fields", (400, 431))
            self.judge(self.http.send(self.http.make("GET", path + "?" + "x" * 9000)), f"{path} with a long query", (400, 414, 431))

    def framing(self):
        first = self.http.make("GET", "/jwks")
        cases = {
            "garbage": b"\0\1\2\3" * 100, "a TLS greeting": bytes.fromhex("160301020001000001fc0303") + os.urandom(500),
            "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "no host": b"GET /jwks HTTP/1.1\r\n\r\n",
            "two hosts": b"GET /jwks HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "length and chunks": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "two lengths": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
            "a negative length": b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "unknown coding": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "bad chunks": b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
            "a folded field": b"GET /jwks HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
            "a space before the colon": b"GET /jwks HTTP/1.1\r\nHost : a\r\n\r\n", "bare LF": b"GET /jwks HTTP/1.1\nHost: a\n\n",
            "another version": b"GET /jwks HTTP/3.0\r\nHost: a\r\n\r\n", "a NUL": b"GET /jwks HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        }
        for name, data in cases.items():
            self.judge(self.http.send(data, half_close=True), name, (400, 405, 414, 431, 501, 505), may_close=True)
            pipelined = self.http.send(first + data, half_close=True, until_closed=True)
            expect(pipelined.status == 200, f"a good request before {name}: {pipelined}")
            expect(b"HTTP/1.1 5" not in pipelined.data.replace(b"HTTP/1.1 501", b"").replace(b"HTTP/1.1 505", b""), f"pipelined {name}: {pipelined.data[-300:]}")
        self.judge(self.http.send(first, half_close=True), "a request of a half-closed connection", (200,))
        for cut in (1, 10, len(first) - 1):
            self.judge(self.http.send(first[:cut], half_close=True), f"a request cut after {cut} octets", (400,), may_close=True)
        many = self.http.send(first * 50 + b"x\r\n\r\n", until_closed=True)
        expect(many.data.count(b"HTTP/1.1 200") == 50, "fifty pipelined requests")

    def mutations(self):
        """Good requests with a few octets changed, cut or doubled."""
        goods = [self.http.make("POST", "/token", [self.certificate], {"client_id": self.tls_client, "grant_type": "client_credentials"}),
                 self.http.make("POST", "/par", [self.certificate], {"client_id": self.tls_client} | self.authorization()),
                 self.http.make("POST", "/token", ["DPoP: " + self.proof()], self.with_assertion(self.sign())),
                 self.http.make("POST", "/introspect", [self.certificate], {"client_id": self.tls_client, "token": "x"}),
                 self.http.make("GET", f"/authorize?client_id={self.tls_client}&request_uri=urn:ietf:params:oauth:request_uri:x"),
                 self.http.make("GET", "/userinfo", ["Authorization: DPoP x", "DPoP: " + self.proof()])]
        for number in range(MUTATIONS):
            data = bytearray(self.dice.choice(goods))
            for _ in range(self.dice.randint(1, 4)):
                at = self.dice.randrange(len(data))
                kind = self.dice.randrange(3)
                if kind == 0:
                    data[at] = self.dice.randrange(256)
                elif kind == 1:
                    del data[at:at + self.dice.randint(1, 20)]
                else:
                    data[at:at] = data[at:at + self.dice.randint(1, 20)]
                if not data:
                    data = bytearray(b"x")
            answer = self.http.send(bytes(data), half_close=True)
            # 501 and 505 are the answers to a method and a version that HTTP/1.1 does not have.
            expect(answer.status is None or answer.status < 500 or answer.status in (501, 505), f"mutation {number}: {answer}\n{bytes(data)!r}")
            self.count += 1
        expect(self.http.get("/jwks").status == 200, "the server is gone after the mutations")

    def slow_clients(self):
        """Connections that never finish their request; see slow_clients_end."""
        parts = (b"", b"G", b"GET /jwks HTTP/1.1\r\n", b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\na")
        self.slow = [(part, self.http.connect(timeout=30)) for part in parts for _ in range(50)]
        for part, connection in self.slow:
            connection.sendall(part)

    def slow_clients_end(self):
        for part, connection in self.slow:
            received = b"x"
            while received:
                try:
                    received = connection.recv(4096)
                except ConnectionError:
                    break
                except TimeoutError:
                    raise lib.Failure(f"a slow client ({part[:20]!r}) is never closed") from None
                expect(not received.startswith(b"HTTP/1.1 5"), f"a slow client ({part[:20]!r}) got {received[:100]!r}")
            connection.close()
            self.count += 1

    def run(self):
        groups = [self.methods, self.media_types, self.parameters, self.pushed_requests, self.unknown_clients, self.assertions, self.proofs,
                  self.userinfo, self.pages, self.sizes, self.framing, self.mutations]
        self.good_requests()
        before = None
        self.slow_clients()
        for round_number in (1, 2):
            for group in groups:
                start, count = time.monotonic(), self.count
                group()
                if round_number == 1:
                    print(f"  {group.__name__.replace('_', ' '):18} {self.count - count:5} requests  {time.monotonic() - start:5.1f} s", flush=True)
            # The first round fills caches and pools; the second must not need more.
            before = before or self.server.rss_kib()
        after = self.server.rss_kib()
        expect(after - before < GROWTH_LIMIT_KIB, f"memory grew from {before} to {after} KiB")
        self.slow_clients_end()
        self.good_requests()
        print(f"{self.count} bad requests, no server error, memory {before} KiB after the first round and {after} KiB after the second")


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}")
    with lib.Server() as server:
        Tests(server, seed).run()


if __name__ == "__main__":
    lib.run_program(main)
