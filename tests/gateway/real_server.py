"""With the real authorization server: its tokens pass, and what it revokes stops at the gateway."""
import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request

from cases import allowed, case, eventually, refused
from harness import Gateway
from lib import Server, certificate_der, expect

from fake_server import ASSERTION_TYPE, AUDIENCE, GATEWAY, Token
from keys import Key, b64url, make_jws, make_proof, read_jws, sha256

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /bare { signet on; signet_phantom_token jwt; proxy_pass {upstream}; }
"""


class RealServer(Server):
    """`signet serve` as the harness wants an authorization server, with a client for each kind of token."""
    gateway_certificate = None
    now = staticmethod(lambda: int(time.time()))

    def __init__(self, gateway_key):
        super().__init__()
        self.issuer, self.port = self.issuers["local"], self.ports["http"]
        self.client_key = Key()
        self.certificate = self.authority.issue_client("real-client", "/CN=real client")
        self.gateway = {"client_id": GATEWAY, "client_name": "Gateway", "grant_types": ["client_credentials"], "introspection_allowed": True,
                        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [gateway_key.published_jwk()]}, "resource": [AUDIENCE],
                        "introspection_signed_response_alg": "ES256"}

    def create_clients(self):
        self.create_client("local", self.gateway)
        common = {"client_name": "App", "grant_types": ["client_credentials"], "scope": "accounts payments", "resource": [AUDIENCE],
                  "jwks": {"keys": [self.client_key.published_jwk()]}, "token_endpoint_auth_method": "private_key_jwt"}
        for name, more in (("opaque", {"dpop_bound_access_tokens": True}),
                           ("jwt", {"dpop_bound_access_tokens": True, "access_token_format": "jwt"}),
                           ("removed", {"dpop_bound_access_tokens": True}), ("mtls", {"tls_client_certificate_bound_access_tokens": True})):
            self.create_client("local", common | {"client_id": name} | more)

    def post(self, path, client_id, fields=None, **form):
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": secrets.token_hex(16)}
        form |= {"client_assertion_type": ASSERTION_TYPE,
                 "client_assertion": make_jws(self.client_key, {"typ": "JWT", "kid": self.client_key.kid}, claims)}
        request = urllib.request.Request(self.issuer + path, urllib.parse.urlencode(form).encode(), fields or {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                body = answer.read()
                return json.loads(body) if body else {}
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()!r}") from error

    def get_token(self, client_id, scope="accounts"):
        form = {"grant_type": "client_credentials", "scope": scope, "resource": AUDIENCE}
        if client_id == "mtls":
            der = certificate_der(self.certificate["certificate"])
            return Token(self.post("/token", client_id, {"Client-Cert": f":{encode(der)}:"}, **form)["access_token"], {})
        key = Key()
        proof = make_proof(key, None, "POST", self.issuer + "/token")
        return Token(self.post("/token", client_id, {"DPoP": proof}, **form)["access_token"], {}, key)


def encode(der):
    text = b64url(der).replace("-", "+").replace("_", "/")
    return text + "=" * (-len(text) % 4)


class RealGateway(Gateway):
    def __init__(self, world):
        self.real = RealServer(world.gateway_key)
        super().__init__(world, LOCATIONS, authorization_server=self.real, signet_issuer=self.real.issuer,
                         signet_revocations="/_signet/revocations", signet_cache="tokens ceiling=10m")

    def __enter__(self):
        self.real.__enter__()
        self.real.create_clients()
        return super().__enter__()

    def __exit__(self, *failure):
        try:
            super().__exit__(*failure)
        finally:
            self.real.__exit__(*failure)


def gateway(world):
    return RealGateway(world)


@case
def its_tokens_pass_with_their_proof_only(gateway):
    for client in ("opaque", "jwt"):
        for path in ("/accounts", "/bare"):
            token = gateway.real.get_token(client)
            for _ in range(2):
                answer = allowed(gateway, gateway.call(token, path=path))
            expect(answer.echo("Client-DPoP-JKT") == [token.key.thumbprint()], str(answer.json()))
            refused(gateway, gateway.call(token, path=path, key=Key()), 401, "invalid_token", "DPoP")
            refused(gateway, gateway.send(path=path, fields=[f"Authorization: Bearer {token.text}"]), 401, "invalid_token")
    weak = gateway.real.get_token("opaque", "payments")
    refused(gateway, gateway.call(weak), 403, "insufficient_scope", "DPoP")


@case
def its_certificate_bound_tokens_pass_with_their_certificate_only(gateway):
    token = gateway.real.get_token("mtls")
    answer = allowed(gateway, gateway.call(token, tls=gateway.real.certificate))
    phantom = read_jws(answer.echo("Authorization")[0].partition(" ")[2])[1]["token_introspection"]
    der = certificate_der(gateway.real.certificate["certificate"])
    expect(phantom["cnf"] == {"x5t#S256": b64url(sha256(der))}, str(phantom))
    expect(answer.echo("Client-Cert") == [f":{encode(der)}:"], "the certificate does not reach the API")
    refused(gateway, gateway.call(token, tls=False), 401, "invalid_token", "Bearer")


@case
def what_it_revokes_stops_at_the_gateway(gateway):
    for client in ("opaque", "jwt"):
        token, other = gateway.real.get_token(client), gateway.real.get_token(client)
        for each in (token, other):
            allowed(gateway, gateway.call(each))
        eventually(lambda: gateway.call(other).status == 200 and time.sleep(1.2) is None, "the feed is read")
        gateway.real.post("/revoke", client, token=token.text)
        delay = eventually(lambda: gateway.call(token).status == 401, f"the revoked {client} token stops working")
        print(f"          the {client} token stopped working {delay:.2f} s after its revocation", flush=True)
        allowed(gateway, gateway.call(other))


@case
def a_revoked_jwt_stays_refused_at_a_gateway_that_was_started_afterwards(gateway):
    revoked, good = gateway.real.get_token("jwt"), gateway.real.get_token("jwt")
    gateway.real.post("/revoke", "jwt", token=revoked.text)
    with Gateway(gateway.world, LOCATIONS, authorization_server=gateway.real, signet_issuer=gateway.real.issuer,
                 signet_revocations="/_signet/revocations", signet_tokens="jwt", signet_introspection=None) as restarted:
        # Where nobody can be asked, nothing but the feed knows of it: it is refused, and another one is not
        allowed(restarted, restarted.call(good))
        refused(restarted, restarted.call(revoked), 503)


@case
def tokens_of_a_client_that_it_removes_stop_at_the_gateway(gateway):
    token, other = gateway.real.get_token("removed"), gateway.real.get_token("opaque")
    allowed(gateway, gateway.call(token))
    gateway.real.cli("clients", "delete", "--issuer", "local", "removed")
    eventually(lambda: gateway.call(token).status == 401, "the token of the removed client stops working")
    allowed(gateway, gateway.call(other))


@case
def when_it_is_gone_cached_tokens_work_and_new_ones_wait(gateway):
    cached, fresh = gateway.real.get_token("opaque"), gateway.real.get_token("opaque")
    allowed(gateway, gateway.call(cached))
    gateway.real.stop()
    try:
        allowed(gateway, gateway.call(cached))
        answer = gateway.call(fresh)
        refused(gateway, answer, answer.status if answer.status in (502, 503, 504) else 502)
    finally:
        gateway.real.start()
    eventually(lambda: gateway.call(fresh).status == 200, "the new token works when the server is back")
