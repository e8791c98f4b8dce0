"""DPoP proofs: every way to be wrong, and replays on the same and on another worker. RFC9449-4.3"""
import json
import time

from cases import allowed, case, refused
from client import Connection, make_request
from harness import Gateway
from lib import expect

from fake_server import AUDIENCE
from keys import ABSENT, Key, b64url, make_ath, make_jws, make_proof

URL = AUDIENCE + "/accounts"


def gateway(world):
    return Gateway(world)


def bad(gateway, token=None, **more):
    """One defect in the proof, one answer."""
    token = token or gateway.world.server.issue(Key())
    return refused(gateway, gateway.call(token, **more), 401, "invalid_dpop_proof", "DPoP")


def with_header(token, header, **claims):
    return make_proof(token.key, token.text, url=URL, header=header, **claims)


@case
def a_token_without_a_proof_is_refused(gateway):
    token = gateway.world.server.issue(Key())
    refused(gateway, gateway.send(fields=[f"Authorization: DPoP {token.text}"]), 401, "invalid_dpop_proof", "DPoP")


@case
def a_bound_token_as_bearer_is_refused(gateway):
    """RFC9449-7.2: with the proof or without it"""
    for jwt in (False, True):
        token = gateway.world.server.issue(Key(), jwt=jwt)
        proof = make_proof(token.key, token.text, url=URL)
        for fields in ([], [f"DPoP: {proof}"]):
            refused(gateway, gateway.send(fields=[f"Authorization: Bearer {token.text}", *fields]), 401, "invalid_token")


@case
def a_proof_for_another_method_is_refused(gateway):
    for htm in ("POST", "get", "Get", "HEAD", "", ABSENT, 1, ["GET"]):
        bad(gateway, htm=htm)
    token = gateway.world.server.issue(Key())
    for method in ("POST", "PUT", "DELETE", "HEAD", "PATCH"):
        allowed(gateway, gateway.call(token, method))
        answer = gateway.call(token, method, htm="GET")
        expect(answer.status == 401 and gateway.world.upstream.times_seen(answer.marker) == 0, f"{method}: {answer}")


@case
def a_proof_for_another_url_is_refused(gateway):
    for htu in ("http://api.example.test/accounts", "https://api.example.test/account", "https://api.example.test/accounts/",
                "https://api.example.test/Accounts", "https://api.example.test", "https://api.example.test/accounts/../accounts/x",
                "https://api.example.test:8443/accounts", "https://api.example.test.evil.example/accounts",
                "https://evil.example/accounts", "https://user@api.example.test/accounts", "https://api.example.test/%61ccount",
                "https://api.example.test//accounts", "https://api.example.test/accounts%2f", "/accounts", "accounts", "", ABSENT, 7,
                "https://api.example.test/accounts\0", f"http://127.0.0.1:{gateway.port}/accounts", "https://api.example.test/a" + "x" * 5000):
        bad(gateway, htu=htu)


@case
def a_proof_for_the_same_url_in_other_words_is_accepted(gateway):
    """RFC9449-4.3 step 9 and RFC3986-6.2.2: case of the host, default port, escapes, query and fragment"""
    for htu in ("https://API.EXAMPLE.test/accounts", "HTTPS://api.example.test/accounts", "https://api.example.test:443/accounts",
                "https://api.example.test/%61ccounts", URL + "?x=1", URL + "#f"):
        allowed(gateway, gateway.call(gateway.world.server.issue(Key()), htu=htu))
    for path in ("/a%2fb", "/a%2Fb", "/caf%C3%A9", "/a/./b", "/a//b", "/x;y=1", "/x?q=https://evil.example/", "/a%20b", "/~u"):
        token = gateway.world.server.issue(Key())
        answer = allowed(gateway, gateway.call(token, path=path))
        expect(answer.json()["target"] == path, f"{path} reached the API as {answer.json()['target']}")


@case
def what_nginx_makes_of_a_path_does_not_make_another_path_of_it(gateway):
    """The proof is for what was sent. A proof for the cleaned path must not open another request."""
    token = gateway.world.server.issue(Key())
    for sent, named in (("/accounts%2F1", "/accounts/1"), ("/accounts?x", "/accounts%3Fx"), ("/accounts/1", "/accounts%2F1")):
        refused(gateway, gateway.call(token, path=sent, htu=AUDIENCE + named), 401, "invalid_dpop_proof", "DPoP")


@case
def the_host_field_does_not_decide_what_a_proof_must_name(gateway):
    token = gateway.world.server.issue(Key())
    forwarded = ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http"]
    for fields, htu in (([], "https://evil.example/accounts"), (forwarded, "http://evil.example/accounts")):
        data, marker = make_request("GET", "/accounts", [*gateway.credential(token, htu=htu), *fields], host="evil.example")
        with Connection(gateway.port) as connection:
            connection.send(data)
            answer = connection.receive()
        answer.marker = marker
        refused(gateway, answer, 401, "invalid_dpop_proof", "DPoP")


@case
def a_proof_from_the_past_or_the_future_is_refused(gateway):
    now = int(time.time())
    for iat in (now - 120, now - 10**6, 0, now + 120, now + 10**6, 2**40, 1e300, -1, "now", str(now), ABSENT, None):
        bad(gateway, iat=iat)
    bad(gateway, exp=now - 100)
    bad(gateway, nbf=now + 100)
    for iat in (now, now + 10, now + 0.5):
        allowed(gateway, gateway.call(gateway.world.server.issue(Key()), iat=iat))


@case
def a_proof_from_before_the_start_is_refused(gateway):
    """Nobody knows any more whether it was used: 50 seconds ago this nginx was not there"""
    bad(gateway, iat=int(time.time()) - 50)


@case
def a_proof_for_another_token_is_refused(gateway):
    token, other = gateway.world.server.issue(Key()), gateway.world.server.issue(Key())
    for ath in (make_ath(other.text), make_ath(token.text) + "=", make_ath(token.text)[:-1], "", ABSENT, None, 1, make_ath("")):
        bad(gateway, token, ath=ath)
    # The phantom token that the API sees must not be what the hash is over.
    bad(gateway, token, ath=make_ath(gateway.world.server.bare_jwt(token)))


@case
def a_proof_with_another_key_is_refused(gateway):
    """RFC9449-6.1: the key is sound and its proof too, but the token is bound to another one"""
    for jwt in (False, True):
        token = gateway.world.server.issue(Key(), jwt=jwt)
        for key in (Key(), Key("EdDSA"), Key("PS256")):
            refused(gateway, gateway.call(token, key=key), 401, "invalid_token", "DPoP")


@case
def a_signature_of_another_key_than_the_one_shown_is_refused(gateway):
    token, thief = gateway.world.server.issue(Key()), Key()
    bad(gateway, token, proof=make_proof(thief, token.text, url=URL, header={"jwk": token.key.public_jwk()}))
    good = make_proof(token.key, token.text, url=URL)
    head, claims, signature = good.split(".")
    for wrong in (f"{head}.{claims}.{signature[:-4]}AAAA", f"{head}.{claims}.", f"{head}.{claims}", f"{head}.{claims}.{signature}.",
                  f"{head}.{claims}.{b64url(bytes(64))}", f"{head}.{claims}.{signature}{signature}", f"{head}..{signature}",
                  f".{claims}.{signature}"):
        bad(gateway, token, proof=wrong)
    allowed(gateway, gateway.call(token, proof=good))


@case
def two_proofs_are_refused(gateway):
    """RFC9449-4.3 step 1"""
    token = gateway.world.server.issue(Key())
    good, other = (make_proof(token.key, token.text, url=URL) for _ in range(2))
    bad(gateway, token, proof=good, fields=[f"DPoP: {other}"])
    bad(gateway, token, proof=good, fields=[f"dpop: {good}"])
    bad(gateway, token, proof=good, fields=["DPoP:"])
    bad(gateway, token, proof=f"{good}, {other}")
    bad(gateway, token, proof=f"{good} {other}")


@case
def an_algorithm_that_proves_nothing_is_refused(gateway):
    token = gateway.world.server.issue(Key())
    for alg in ("none", "None", "HS256", "HS512", "RS256", "ES384", "ES512", "es256", "", "EdDSA", 1, None, ABSENT):
        bad(gateway, token, proof=with_header(token, {"alg": alg}))
    for key in (Key("RS256"), Key("PS256", bits=1024), Key("ES384")):
        mine = gateway.world.server.issue(key)
        bad(gateway, mine)
    symmetric = {"alg": "HS256", "jwk": {"kty": "oct", "k": b64url(token.key.public_pem())}}
    bad(gateway, token, proof=with_header(token, symmetric))
    for alg in ("PS256", "EdDSA"):
        allowed(gateway, gateway.call(gateway.world.server.issue(Key(alg))))


@case
def a_key_with_private_members_is_refused(gateway):
    """RFC9449-4.3 step 7"""
    token = gateway.world.server.issue(Key())
    private, public = token.key.private_jwk(), token.key.public_jwk()
    for jwk in (private, public | {"d": ""}, public | {"d": "AA"}, public | {"k": "AA"}, public | {"p": "AA"}, public | {"oth": []}):
        bad(gateway, token, proof=with_header(token, {"jwk": jwk}))


@case
def a_huge_or_weird_key_is_refused(gateway):
    token = gateway.world.server.issue(Key())
    public = token.key.public_jwk()
    rsa = Key("PS256").public_jwk()
    deep = json.loads("[" * 12 + "]" * 12)
    for jwk in (ABSENT, None, [], "key", 7, {}, public | {"x": ""}, public | {"x": public["x"] + "AA"}, public | {"x": public["x"][:-2]},
                public | {"y": public["x"]}, public | {"x": b64url(bytes(32)), "y": b64url(bytes(32))}, public | {"crv": "P-384"},
                public | {"crv": "secp256k1"}, public | {"kty": "EC2"}, public | {"kty": "RSA"}, public | {"use": "enc"},
                public | {"alg": "RS256"}, public | {"key_ops": ["sign"]}, public | {"x": "é" * 20},
                public | {"x": ["x"]}, public | {"pad": "x" * 9000}, public | {"deep": [deep] * 2} | {"kid": 7},
                rsa | {"n": b64url(bytes([255]) * 2048)}, rsa | {"n": "AQ"}, rsa | {"e": "AA"}, rsa | {"n": b64url(bytes([255]) * 5000)},
                rsa | {"e": b64url(bytes([255]) * 256)}, {"jku": "https://evil.example/"}, {"kty": "OKP", "crv": "X25519", "x": public["x"]}):
        bad(gateway, token, proof=with_header(token, {"jwk": jwk, "alg": "PS256" if jwk and "n" in jwk else "ES256"}
                                              if isinstance(jwk, dict) else {"jwk": jwk}))


@case
def a_proof_that_is_no_proof_is_refused(gateway):
    token = gateway.world.server.issue(Key())
    for header in ({"typ": "JWT"}, {"typ": ABSENT}, {"typ": "at+jwt"}, {"crit": ["x"], "x": 1}, {"b64": False, "crit": ["b64"]}, {"typ": 1}):
        bad(gateway, token, proof=with_header(token, header))
    key, now = token.key, int(time.time())
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.public_jwk()}
    claims = {"jti": "j", "htm": "GET", "htu": URL, "iat": now, "ath": make_ath(token.text)}
    double = json.dumps(claims)[:-1].encode() + b',"htm":"GET"}'
    for body in (b"", b"[]", b"null", b"{", b"\xff\xfe", b'"text"', double, json.dumps(claims).encode() + b"x", b"{" * 3000):
        bad(gateway, token, proof=make_jws(key, head, body))
    for body in (b"{}", b"[]", b"{", b"\xff", json.dumps(head)[:-1].encode() + b',"alg":"none"}'):
        bad(gateway, token, proof=make_jws(key, body, claims))
    for text in ("x", ".", "..", "...", "a.b.c", "é", "eyJ.eyJ.", "x" * 8193, "x" * 60_000, "%00", "a b"):
        bad(gateway, token, proof=text)


@case
def a_proof_without_a_sound_jti_is_refused(gateway):
    for jti in ("", "x" * 257, ABSENT, None, 7, ["x"]):
        bad(gateway, jti=jti)
    allowed(gateway, gateway.call(gateway.world.server.issue(Key()), jti="x" * 256))


@case
def a_proof_works_once_on_any_worker(gateway):
    """RFC9449-11.1"""
    with gateway.connections() as connections:
        for first in connections:
            token = gateway.world.server.issue(Key())
            proof = make_proof(token.key, token.text, url=URL)
            allowed(gateway, gateway.call(token, proof=proof, connection=first))
            for again in connections:
                bad(gateway, token, proof=proof, connection=again)
            allowed(gateway, gateway.call(token, connection=first))


@case
def one_client_cannot_burn_the_jti_of_another(gateway):
    one, two = (gateway.world.server.issue(Key()) for _ in range(2))
    allowed(gateway, gateway.call(one, jti="the-same"))
    allowed(gateway, gateway.call(two, jti="the-same"))
    bad(gateway, one, jti="the-same")


@case
def a_refused_proof_does_not_burn_its_jti(gateway):
    """Somebody who saw a proof but not the token cannot use it up."""
    token = gateway.world.server.issue(Key())
    proof = make_proof(token.key, token.text, url=URL, jti="kept")
    for wrong in (gateway.world.server.issue(Key()), gateway.world.server.issue(token.key)):
        refused(gateway, gateway.call(wrong, proof=proof), 401)
    allowed(gateway, gateway.call(token, proof=proof))


@case
def proofs_over_http_2_are_judged_alike(gateway):
    token = gateway.world.server.issue(Key())
    proof = make_proof(token.key, token.text, url=URL)
    allowed(gateway, gateway.call_h2(token, proof=proof))
    refused(gateway, gateway.call_h2(token, proof=proof), 401, "invalid_dpop_proof", "DPoP")
    refused(gateway, gateway.call_h2(token, htm="POST"), 401, "invalid_dpop_proof", "DPoP")
    allowed(gateway, gateway.call(token, scheme="dpop"))
