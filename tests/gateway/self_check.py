"""The tests' own tools: what the gateway is judged with is right itself."""
import json
import time
import urllib.error
import urllib.parse
import urllib.request

from cases import allowed, case
from client import Connection
from harness import Gateway
from lib import expect

from fake_server import ASSERTION_TYPE, GATEWAY, INTROSPECTION_JWT, ISSUER, TOKEN_JWT
from keys import ABSENT, Key, make_jws, make_opaque_token, make_proof, read_jws, thumbprint_of, token_hash, unb64url


def gateway(world):
    return Gateway(world, "location / { proxy_pass {upstream}; }", module=None)


def post(gateway, endpoint, accept=INTROSPECTION_JWT, assertion=None, **form):
    now = int(time.time())
    claims = {"iss": GATEWAY, "sub": GATEWAY, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": make_opaque_token(now)}
    form |= {"client_assertion_type": ASSERTION_TYPE,
             "client_assertion": assertion or make_jws(gateway.world.gateway_key, {"typ": "JWT"}, claims)}
    request = urllib.request.Request(f"http://127.0.0.1:{gateway.world.server.port}/{endpoint}", urllib.parse.urlencode(form).encode(),
                                     {"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@case
def the_echo_gives_back_every_field_and_body(gateway):
    answer = allowed(gateway, gateway.send("POST", "/a?b=c", ["X-One: 1", "X-One: 2"], b"hello"))
    expect(answer.echo("X-One") == ["1", "2"] and answer.json()["length"] == 5 and answer.json()["target"] == "/a?b=c", repr(answer))


@case
def both_workers_can_be_reached(gateway):
    with gateway.connections() as connections:
        pids = [allowed(gateway, gateway.send(connection=each)).field("X-Worker") for each in connections]
    expect(sorted(map(int, pids)) == sorted(gateway.worker_pids()), str(pids))


@case
def curl_speaks_http_2_with_and_without_tls(gateway):
    token = gateway.world.server.issue()
    allowed(gateway, gateway.call_h2(token))
    allowed(gateway, gateway.call_h2(token, scheme="https"))
    allowed(gateway, gateway.call(token, tls=False))


@case
def introspection_answers_are_signed_in_the_form_that_was_asked_for(gateway):
    server, token = gateway.world.server, gateway.world.server.issue(Key())
    status, body = post(gateway, "introspect", token=token.text)
    header, claims = read_jws(body.decode())
    expect(status == 200 and header["typ"] == "token-introspection+jwt" and claims["token_introspection"]["active"], repr(body))
    signed, _, signature = body.decode().rpartition(".")
    server.key.verify(unb64url(signature), signed.encode())
    status, body = post(gateway, "introspect", TOKEN_JWT, token=token.text)
    header, claims = read_jws(body.decode())
    expect(status == 200 and header["typ"] == "at+jwt" and claims["cnf"]["jkt"] == token.key.thumbprint(), repr(body))
    server.revoke(token)
    expect(post(gateway, "introspect", TOKEN_JWT, token=token.text)[0] == 204, "a revoked token is active")


@case
def an_assertion_is_accepted_once_and_only_from_the_gateway(gateway):
    server = gateway.world.server
    now = int(time.time())
    claims = {"iss": GATEWAY, "sub": GATEWAY, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": "once"}
    good = make_jws(gateway.world.gateway_key, {}, claims)
    codes = [post(gateway, "introspect", assertion=each, token="x")[0]
             for each in (good, good, make_jws(Key(), {}, claims | {"jti": "two"}), make_jws(gateway.world.gateway_key, {}, claims | {"aud": "x"}))]
    expect(codes == [200, 401, 401, 401] and len(server.defects) == 3, str(codes))
    server.defects.clear()


@case
def the_feed_goes_on_from_its_cursor(gateway):
    server = gateway.world.server
    first = json.loads(post(gateway, "revocations")[1])
    token = server.issue()
    server.revoke(token)
    second = json.loads(post(gateway, "revocations", cursor=first["cursor"])[1])
    expect(second["revocations"][-1]["token_hash"] == token_hash(token.text) and not second["reset"], str(second))
    server.forget_feed()
    expect(json.loads(post(gateway, "revocations", cursor=second["cursor"])[1])["reset"], "no reset")


@case
def proofs_are_right_but_for_what_is_changed(gateway):
    key = Key()
    header, claims = read_jws(make_proof(key, "token", "GET", "https://api.example.test/", {"typ": "JWT"}, nonce="n", ath=ABSENT))
    expect(header["typ"] == "JWT" and header["jwk"] == key.public_jwk() and claims["nonce"] == "n" and "ath" not in claims, str(claims))
    for alg in ("ES256", "PS256", "EdDSA", "ES384"):
        expect(len(read_jws(make_proof(Key(alg), "t", url="u"))[0]["jwk"]) >= 3, alg)


@case
def thumbprints_are_those_of_rfc_7638(gateway):
    modulus = ("0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst"
               "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91"
               "CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")
    found = thumbprint_of({"kty": "RSA", "n": modulus, "e": "AQAB"})
    expect(found == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", found)


@case
def a_server_that_hangs_up_is_seen_as_such(gateway):
    with Connection(gateway.port) as connection:
        connection.send(b"GARBAGE\r\n\r\n")
        expect(connection.receive().status == 400, "no answer to garbage")
