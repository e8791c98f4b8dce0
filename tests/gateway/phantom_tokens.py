"""What the authorization server says: sizes, signatures of others, garbage, nothing; JWT access tokens and their keys."""
import json
import time

from cases import allowed, case, eventually, refused
from harness import Gateway
from lib import certificate_der, expect

from fake_server import AUDIENCE, GATEWAY, INTROSPECTION_JWT, ISSUER, TOKEN_JWT, FakeServer, after, changed, drop, never, raw, reply
from keys import ABSENT, Key, read_jws

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /bare { signet on; signet_phantom_token jwt; proxy_pass {upstream}; }
"""
BOTH = ("/accounts", "/bare")


def gateway(world):
    return Gateway(world, LOCATIONS)


def scripted(gateway, script, **more):
    return gateway.world.server.issue(Key(), script=script, **more)


def with_body(make):
    """The good answer with the body that `make` gives."""
    def change(good):
        good.body = make().encode()
    return changed(change)


@case
def both_forms_of_phantom_token_reach_the_api(gateway):
    server = gateway.world.server
    for path, typ in zip(BOTH, ("token-introspection+jwt", "at+jwt")):
        token = server.issue(Key())
        answer = allowed(gateway, gateway.call(token, path=path))
        scheme, _, phantom = answer.echo("Authorization")[0].partition(" ")
        header, claims = read_jws(phantom)
        expect(scheme == "Bearer" and header["typ"] == typ, str(header))
        expect(claims["aud"] == (GATEWAY if path == "/accounts" else AUDIENCE), str(claims))


@case
def phantom_tokens_of_every_size_are_forwarded_whole(gateway):
    """Others cut them at 1.7 kB or read past the buffer."""
    for path in BOTH:
        for size in (100, 1200, 2500, 3000, 6000, 11_000, 24_000, 44_000):
            token = gateway.world.server.issue(Key(), padding=size)
            texts = set()
            for _ in range(3):
                answer = allowed(gateway, gateway.call(token, path=path))
                texts.add(answer.echo("Authorization")[0])
            expect(len(texts) == 1, f"{size}: the phantom token changes from one use to the next")
            text = texts.pop()
            claims = read_jws(text.partition(" ")[2])[1]
            inner = claims.get("token_introspection", claims)
            expect(inner["authorization_details"][0]["text"] == "x" * size, f"{size}: damaged")
            expect(gateway.world.server.asked_about(token) == 1, f"{size}: asked {gateway.world.server.asked_about(token)} times")


@case
def a_phantom_token_that_is_too_large_is_refused(gateway):
    for size in (70_000, 300_000, 3_000_000):
        refused(gateway, gateway.call(scripted(gateway, None, padding=size)), 502)
    refused(gateway, gateway.call(scripted(gateway, reply(200, b"x" * 5_000_000, INTROSPECTION_JWT))), 502)


@case
def an_answer_signed_by_another_is_no_answer(gateway):
    """RFC9701-5"""
    server, stranger = gateway.world.server, Key()
    stranger.kid = server.key.kid
    inner = {"active": True} | server.issue(Key()).claims
    for change in ({"signer": stranger}, {"signer": Key()}, {"iss": "https://evil.example.test"}, {"aud": "another-gateway"},
                   {"aud": [GATEWAY, "another-gateway"]}, {"aud": AUDIENCE}, {"iss": ABSENT}, {"aud": ABSENT}, {"iat": ABSENT},
                   {"iat": int(time.time()) - 3600}, {"iat": int(time.time()) + 3600}, {"exp": int(time.time()) - 600},
                   {"header": {"typ": "JWT"}}, {"header": {"typ": "at+jwt"}}, {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}},
                   {"header": {"kid": "unknown"}, "signer": stranger}, {"header": {"jwk": stranger.public_jwk()}, "signer": stranger}):
        token = server.issue(Key())
        token.script = with_body(lambda: server.introspection_jwt(inner | {"cnf": token.claims["cnf"]}, **change))
        refused(gateway, gateway.call(token), 502)


@case
def a_bare_answer_signed_by_another_is_no_answer(gateway):
    """RFC9068-4"""
    server, stranger = gateway.world.server, Key()
    stranger.kid = server.key.kid
    for change in ({"signer": stranger}, {"header": {"typ": "JWT"}}, {"header": {"typ": "token-introspection+jwt"}}, {"header": {"alg": "none"}},
                   {"iss": "https://evil.example.test"}):
        token = server.issue(Key())
        token.script = with_body(lambda: server.bare_jwt(token, **change))
        answer = gateway.call(token, path="/bare")
        refused(gateway, answer, answer.status if answer.status in (401, 502) else 502)


@case
def an_answer_about_another_token_does_not_open_this_one(gateway):
    """The answer binds to its own key: the proof of this token does not fit it."""
    server = gateway.world.server
    victim = server.issue(Key())
    token = server.issue(Key())
    token.script = with_body(lambda: server.introspection_jwt({"active": True} | victim.claims))
    refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")


@case
def garbage_is_no_answer(gateway):
    server = gateway.world.server
    for path in BOTH:
        for body in (b"", b"{}", b"null", b"x", b"a.b.c", b"\xff\xfe\0\0", b'{"active":true}', b"." * 50_000, b"<html>", b"\0" * 9000):
            for media_type in (INTROSPECTION_JWT, TOKEN_JWT, "application/json", "text/html"):
                refused(gateway, gateway.call(scripted(gateway, reply(200, body, media_type)), path=path), 502)
    for inner in ("x", [], None, {}, {"active": "yes"}, {"active": 1}, {"active": None}):
        refused(gateway, gateway.call(scripted(gateway, with_body(lambda: server.introspection_jwt(inner)))), 502)
    for data in (b"garbage", b"HTTP/1.1 999 what\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"\x16\x03\x01" * 50,
                 b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nabc",
                 b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
        refused(gateway, gateway.call(scripted(gateway, raw(data))), 502)


@case
def a_cnf_that_is_not_understood_is_not_read_as_no_binding(gateway):
    """RFC7800-3.1"""
    for cnf in ({}, {"kid": "x"}, {"jkt": "short"}, {"jkt": 7}, {"x5t#S256": ""}, {"jkt": "a" * 43, "x5t#S256": "a" * 43}, [], "x"):
        for jwt in (False, True):
            token = gateway.world.server.issue(jwt=jwt, cnf=cnf)
            answer = gateway.call(token, key=Key())
            refused(gateway, answer, answer.status if answer.status in (401, 502) else 401)


@case
def what_the_server_says_is_told_from_what_it_cannot_say(gateway):
    """204 and inactive are about the token, everything else is about the server."""
    inactive = b'{"active":false}'
    for script, status in ((reply(204), 401), (reply(401, inactive), 502), (reply(403, inactive), 502), (reply(404, inactive), 502),
                           (reply(400, inactive), 502), (reply(301, b"", Location="https://evil.example.test/"), 502), (reply(500, b"oops"), 502),
                           (reply(501), 502), (reply(502), 502), (reply(503, b"later"), 503), (reply(504), 504), (reply(200), 502),
                           (reply(206, inactive), 502), (reply(429), 503), (drop, 502), (never, 504), (after(6), 504)):
        answer = gateway.call(scripted(gateway, script), path="/bare" if status == 401 else "/accounts")
        expect(answer.status == status or (answer.status, status) == (502, 503), f"{answer.status} instead of {status}")
        refused(gateway, answer, answer.status, "invalid_token" if status == 401 else None)
    allowed(gateway, gateway.call(scripted(gateway, after(0.5))))


@case
def an_outage_is_not_remembered(gateway):
    for script in (reply(500), reply(503), reply(401), drop, reply(200, b"garbage", INTROSPECTION_JWT)):
        token = scripted(gateway, script)
        answer = gateway.call(token)
        expect(answer.status in (502, 503), f"{answer}")
        refused(gateway, answer, answer.status)
        token.script = None
        allowed(gateway, gateway.call(token))


@case
def nobody_else_is_asked(gateway):
    """Nothing of the client's request reaches the authorization server but the token."""
    server, token = gateway.world.server, gateway.world.server.issue(Key())
    secret = ["Cookie: session=top-secret", "X-Api-Key: top-secret", "Expect: ", "Content-Type: text/plain", "Accept: text/html", "Range: bytes=0-1",
              "If-None-Match: x", "Accept-Encoding: gzip"]
    allowed(gateway, gateway.call(token, "POST", fields=secret, body=b"top-secret body"))
    endpoint, method, fields, body = [each for each in server.requests if each[0] == "introspect"][-1]
    names = {name.lower() for name, _ in fields}
    expect(method == "POST" and "top-secret" not in body + str(fields), f"{method} {fields} {body}")
    expect(not names & {"cookie", "x-api-key", "dpop", "authorization", "range", "if-none-match", "x-test", "accept-encoding"}, str(names))
    expect(dict((name.lower(), value) for name, value in fields)["content-type"] == "application/x-www-form-urlencoded", str(fields))


@case
def a_new_signing_key_is_fetched_when_it_is_first_seen(gateway):
    server = gateway.world.server
    for jwt in (False, True):
        before = server.issue(Key(), jwt=jwt)
        allowed(gateway, gateway.call(before))
        server.rotate()
        allowed(gateway, gateway.call(server.issue(Key(), jwt=jwt)))
        allowed(gateway, gateway.call(before))


@case
def tokens_with_unknown_keys_do_not_make_the_gateway_fetch_for_each(gateway):
    server = gateway.world.server
    allowed(gateway, gateway.call(server.issue(Key(), jwt=True)))
    before = server.calls["jwks"]
    for _ in range(40):
        stranger = Key()
        refused(gateway, gateway.call(server.issue(Key(), jwt=True, signer=stranger)), 401, "invalid_token", "DPoP")
    fetched = server.calls["jwks"] - before
    expect(fetched <= 4, f"the keys were fetched {fetched} times for 40 tokens of strangers")


@case
def forged_jwt_access_tokens_are_refused(gateway):
    """RFC9068-4, RFC8725-3.12"""
    server, key = gateway.world.server, Key()
    thief = Key()
    thief.kid = server.key.kid
    for change in ({"signer": thief}, {"header": {"typ": "JWT"}}, {"header": {"typ": ABSENT}}, {"header": {"typ": "token-introspection+jwt"}},
                   {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}}, {"header": {"jwk": thief.public_jwk()}, "signer": thief},
                   {"header": {"jku": "https://evil.example.test/"}, "signer": thief}, {"header": {"crit": ["exp"]}},
                   {"iss": "https://evil.example.test"}, {"iss": ISSUER + "/"}, {"iss": ABSENT}, {"sub": ABSENT}, {"client_id": ABSENT},
                   {"jti": ABSENT}, {"iat": ABSENT}, {"iat": int(time.time()) + 3600}):
        refused(gateway, gateway.call(server.issue(key, jwt=True, **change)), 401, "invalid_token", "DPoP")
    token = server.issue(key, jwt=True)
    head, claims, signature = token.text.split(".")
    token.text = f"{head}.{claims}.{signature[:-6]}AAAAAA"
    refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")


@case
def an_introspection_answer_is_no_access_token(gateway):
    """RFC9701-5: who gets one in an API must not be able to use it at the gateway"""
    server, token = gateway.world.server, gateway.world.server.issue(Key())
    inner = {"active": True} | token.claims
    for text in (server.introspection_jwt(inner), server.introspection_jwt(inner, **token.claims)):
        token.text = text
        refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")


@case
def without_keys_nothing_is_accepted(gateway):
    with Gateway(gateway.world, LOCATIONS) as fresh:
        server = fresh.server
        for script in (reply(500), reply(200, b"{}"), reply(200, b'{"keys":[]}'), reply(200, b"x"), reply(404), drop, never, reply(204)):
            server.scripts["jwks"] = script
            for jwt in (False, True):
                answer = fresh.call(server.issue(Key(), jwt=jwt))
                expect(answer.status in (401, 502, 503, 504), f"{answer}")
                refused(fresh, answer, answer.status)
        del server.scripts["jwks"]
        for jwt in (False, True):
            eventually(lambda: fresh.call(server.issue(Key(), jwt=jwt)).status == 200, "the keys are fetched again when they are there")


@case
def a_huge_or_odd_key_set_does_no_harm(gateway):
    with Gateway(gateway.world, LOCATIONS) as fresh:
        server = fresh.server
        good = [server.key.published_jwk()]
        odd = [{"kty": "future", "kid": "y"}, {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}]
        server.scripts["jwks"] = reply(200, json.dumps({"keys": odd + [Key().published_jwk() for _ in range(20)] + good}))
        allowed(fresh, fresh.call(server.issue(Key(), jwt=True)))
        server.rotate(keep_old=False)
        server.scripts["jwks"] = reply(200, json.dumps({"keys": good * 3000}))
        answer = fresh.call(server.issue(Key(), jwt=True))
        refused(fresh, answer, answer.status if answer.status in (401, 502, 503) else 502)
        del server.scripts["jwks"]


@case
def the_gateway_can_prove_itself_with_a_certificate(gateway):
    world = gateway.world
    mine = world.authority.issue_client("gateway", "/CN=gateway")
    der = certificate_der(mine["certificate"])
    server = FakeServer(world.gateway_key, tls=world.server_certificate | {"ca": str(world.authority.certificate)}, gateway_certificate=der)
    tls = f"proxy_ssl_certificate {mine['certificate']}; proxy_ssl_certificate_key {mine['key']}; proxy_ssl_trusted_certificate {{authority}};" \
          "proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_server_name on;"
    try:
        with Gateway(world, LOCATIONS, http=tls, authorization_server=server, signet_client_auth="tls") as other:
            allowed(other, other.call(server.issue(Key())))
            allowed(other, other.call(server.issue(Key(), jwt=True)))
            expect(not server.defects, str(server.defects))
            expect("client_id=" + GATEWAY in [each for each in server.requests if each[0] == "introspect"][-1][3], "no client_id in the form")
        with Gateway(world, LOCATIONS, authorization_server=server, signet_client_auth="tls") as bare:
            refused(bare, bare.call(server.issue(Key())), 502)
    finally:
        server.stop()
