"""The decision: one credential in the header, scheme, size, audience, expiry, scopes, step-up."""
import base64
import time

from cases import allowed, case, eventually, refused, refused_by_nginx
from client import Connection
from harness import Gateway
from lib import expect

from fake_server import AUDIENCE, Token
from keys import ABSENT, Key, make_opaque_token, make_proof

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /payments { signet on; signet_scopes accounts payments; proxy_pass {upstream}; }
    location /any-scope { signet on; signet_scopes off; proxy_pass {upstream}; }
    location /bearer { signet on; signet_accept dpop mtls bearer; proxy_pass {upstream}; }
    location /only-mtls { signet on; signet_accept mtls; proxy_pass {upstream}; }
    location /only-opaque { signet on; signet_tokens opaque; proxy_pass {upstream}; }
    location /only-jwt { signet on; signet_tokens jwt; proxy_pass {upstream}; }
    location /strong { signet on; signet_acr_values gold platinum; proxy_pass {upstream}; }
    location /recent { signet on; signet_max_age 5m; proxy_pass {upstream}; }
    location /open { signet off; proxy_pass {upstream}; }
    location /public-url/ { signet on; signet_public_url https://public.example.test:8443; proxy_pass {upstream}; }
"""


def gateway(world):
    return Gateway(world, LOCATIONS)


def issue(gateway, **more):
    return gateway.world.server.issue(**({"key": Key()} | more))


@case
def a_token_with_its_proof_reaches_the_api(gateway):
    for jwt in (False, True):
        allowed(gateway, gateway.call(issue(gateway, jwt=jwt)))


@case
def a_location_that_is_off_is_open_and_one_that_is_on_is_not(gateway):
    allowed(gateway, gateway.send(path="/open"))
    answer = refused(gateway, gateway.send(), 401)
    # RFC6750-3.1: a request without a credential is told what is wanted, not that something is wrong
    expect(answer.challenges() and all("error" not in each.parameters for each in answer.challenges()), str(answer.challenges()))


@case
def two_credentials_are_refused_whatever_they_are(gateway):
    token, other = issue(gateway), issue(gateway)
    good = gateway.credential(token)
    for second in (f"Authorization: DPoP {token.text}", f"Authorization: DPoP {other.text}", f"authorization: Bearer {token.text}",
                   "Authorization: Basic eDp5", "Authorization:"):
        refused_by_nginx(gateway, gateway.send(fields=[*good, second]), 400)
        refused_by_nginx(gateway, gateway.send(fields=[second, *good]), 400)
    refused(gateway, gateway.send(fields=[good[0] + f", DPoP {other.text}", good[1]]), 400)
    refused(gateway, gateway.send(fields=[good[0] + f" {other.text}", good[1]]), 400)


@case
def a_token_in_the_query_is_refused(gateway):
    """RFC9700-4.3.2, FAPI2-SP-FINAL-5.3.4"""
    token = issue(gateway)
    text = token.text
    for query in (f"?access_token={text}", f"?a=b&access_token={text}", f"?access%5Ftoken={text}", f"?%61ccess_token={text}",
                  "?access_token=", f"?access_token={text}&access_token={text}"):
        refused(gateway, gateway.send(path="/accounts" + query), 400, "invalid_request")
        refused(gateway, gateway.call(token, path="/accounts" + query), 400, "invalid_request")
    allowed(gateway, gateway.call(token, path="/accounts?my_access_token=x&access_token2=y&x=access_token=z"))


@case
def a_token_in_the_form_is_refused(gateway):
    """RFC6750-2.2: and the API does not get it either"""
    token = issue(gateway)
    form = "Content-Type: application/x-www-form-urlencoded"
    body = f"a=b&access_token={token.text}".encode()
    answer = gateway.send("POST", fields=[form], body=body)
    refused(gateway, answer, answer.status if answer.status in (400, 401) else 400)


@case
def the_scheme_is_compared_without_case(gateway):
    """RFC9110-11.1; the conformance suite sends it so"""
    token = issue(gateway)
    for scheme in ("dpop", "DPOP", "dPoP"):
        allowed(gateway, gateway.call(token, scheme=scheme))
    bearer = issue(gateway, key=None)
    for scheme in ("bearer", "BEARER", "bEaReR", "Bearer    "):
        allowed(gateway, gateway.call(bearer, path="/bearer", scheme=scheme))


@case
def other_schemes_are_no_credential(gateway):
    basic = base64.b64encode(b"gateway-1:secret").decode()
    for value in (f"Basic {basic}", "Digest username=x", "Negotiate abc", "", "DPoPx abc", "Bear abc"):
        refused(gateway, gateway.send(fields=[f"Authorization: {value}"]), 401)


@case
def a_token_that_no_token_can_be_is_refused_without_asking(gateway):
    key = Key()
    asked = gateway.world.server.calls["introspect"]
    for text in ("", "é", "a b", "a,b", 'a"b', "a\tb", "a;b", "=a", "a==b", "a%20b", "<script>", "a\\b", "a\x7fb"):
        for scheme in ("DPoP", "Bearer"):
            fields = [f"Authorization: {scheme} {text}", "DPoP: " + make_proof(key, text, url=AUDIENCE + "/accounts")]
            for path in ("/accounts", "/bearer"):
                refused(gateway, gateway.send(path=path, fields=fields), 400, "invalid_request")
    expect(gateway.world.server.calls["introspect"] == asked, "the authorization server was asked about it")


@case
def tokens_of_8_and_64_kilobytes_are_refused_cleanly(gateway):
    key = Key()
    asked = gateway.world.server.calls["introspect"]
    for size in (8 * 1024 + 1, 20_000):
        for text in ("x" * size, "x" * (size - 10) + ".yyyy.zzzz"):
            token = Token(text, {}, key)
            refused(gateway, gateway.call(token), 400, "invalid_request")
            refused(gateway, gateway.call_h2(token), 400, "invalid_request")
    for text in ("x" * 64 * 1024, "x" * 64 * 1024 + ".yyyy.zzzz"):
        refused_by_nginx(gateway, gateway.call(Token(text, {}, key)), None, 400, 414, 431)
        refused_by_nginx(gateway, gateway.call_h2(Token(text, {}, key)), None, 400, 414, 431)
    expect(gateway.world.server.calls["introspect"] == asked, "the authorization server was asked about it")
    # As long as allowed: it may be anything, so it is asked about, and it is unknown.
    refused(gateway, gateway.call(Token("x" * 8192, {}, key)), 401, "invalid_token", "DPoP")


@case
def an_unknown_token_is_refused(gateway):
    for text in (make_opaque_token(time.time() + 600), "x", "unknown-token", "a.b", "a.b.c.d"):
        refused(gateway, gateway.call(Token(text, {}, Key())), 401, "invalid_token", "DPoP")
        refused(gateway, gateway.send(path="/bearer", fields=[f"Authorization: Bearer {text}"]), 401, "invalid_token", "Bearer")


@case
def a_revoked_token_is_refused(gateway):
    token = issue(gateway)
    token.active = False
    refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")


@case
def all_required_scopes_are_needed(gateway):
    for jwt in (False, True):
        both, one = issue(gateway, scope="payments other accounts", jwt=jwt), issue(gateway, jwt=jwt)
        allowed(gateway, gateway.call(both, path="/payments"))
        answer = refused(gateway, gateway.call(one, path="/payments"), 403, "insufficient_scope", "DPoP")
        expect(answer.challenge("DPoP")["scope"] == "accounts payments", str(answer.challenges()))  # RFC6750-3.1
        allowed(gateway, gateway.call(one))
        for scope in ("payments", "", "accountsx", "Accounts", "xaccounts", ABSENT):
            refused(gateway, gateway.call(issue(gateway, scope=scope, jwt=jwt)), 403, "insufficient_scope")
        allowed(gateway, gateway.call(issue(gateway, scope=ABSENT, jwt=jwt), path="/any-scope"))


@case
def scopes_are_checked_after_a_cache_hit(gateway):
    token = issue(gateway)
    allowed(gateway, gateway.call(token))
    for _ in range(3):
        refused(gateway, gateway.call(token, path="/payments"), 403, "insufficient_scope")


@case
def a_token_for_another_audience_is_refused(gateway):
    for jwt in (False, True):
        for aud in ("https://other.example.test", AUDIENCE + "/", AUDIENCE.upper(), [], ["https://other.example.test"], ABSENT):
            refused(gateway, gateway.call(issue(gateway, aud=aud, jwt=jwt)), 401, "invalid_token", "DPoP")
        allowed(gateway, gateway.call(issue(gateway, aud=["https://other.example.test", AUDIENCE], jwt=jwt)))


@case
def a_token_without_an_end_or_after_it_is_refused(gateway):
    now = int(time.time())
    for jwt in (False, True):
        for exp in (now - 120, 0):
            refused(gateway, gateway.call(issue(gateway, exp=exp, jwt=jwt)), 401, "invalid_token", "DPoP")
        refused(gateway, gateway.call(issue(gateway, exp=ABSENT, jwt=jwt)), 401, "invalid_token", "DPoP")
    for nonsense in (1e300, "tomorrow", -1, True):
        token = issue(gateway)
        token.claims["exp"] = nonsense
        answer = gateway.call(token)
        refused(gateway, answer, answer.status if answer.status in (401, 502) else 401)


@case
def a_bearer_token_needs_a_location_that_names_bearer(gateway):
    """FAPI2-SP-FINAL-5.3.4"""
    for jwt in (False, True):
        bearer = issue(gateway, key=None, jwt=jwt)
        refused(gateway, gateway.call(bearer), 401, "invalid_token", "Bearer")
        allowed(gateway, gateway.call(bearer, path="/bearer"))
        # As DPoP with any key it is bound to nothing.
        refused(gateway, gateway.call(bearer, path="/bearer", key=Key()), 401, "invalid_token", "DPoP")


@case
def a_scheme_that_the_location_does_not_name_is_refused(gateway):
    refused(gateway, gateway.call(issue(gateway), path="/only-mtls"), 401)
    refused(gateway, gateway.call(issue(gateway), path="/only-mtls", scheme="Bearer", key=None), 401)


@case
def a_form_of_token_that_the_location_does_not_name_is_refused(gateway):
    opaque, jwt = issue(gateway), issue(gateway, jwt=True)
    allowed(gateway, gateway.call(opaque, path="/only-opaque"))
    allowed(gateway, gateway.call(jwt, path="/only-jwt"))
    refused(gateway, gateway.call(opaque, path="/only-jwt"), 401, "invalid_token", "DPoP")


@case
def a_weak_login_is_told_to_come_back_stronger(gateway):
    """RFC9470-3"""
    for jwt in (False, True):
        for acr in ("gold", "platinum"):
            allowed(gateway, gateway.call(issue(gateway, acr=acr, jwt=jwt), path="/strong"))
        for acr in ("silver", "Gold", "gold platinum", ABSENT):
            answer = gateway.call(issue(gateway, acr=acr, jwt=jwt), path="/strong")
            refused(gateway, answer, 401, "insufficient_user_authentication", "DPoP")
            expect(answer.challenge("DPoP")["acr_values"] == "gold platinum", str(answer.challenges()))


@case
def an_old_login_is_told_to_come_back_fresh(gateway):
    """RFC9470-5"""
    now = int(time.time())
    allowed(gateway, gateway.call(issue(gateway, auth_time=now - 100), path="/recent"))
    for auth_time in (now - 400, 0, ABSENT):
        answer = refused(gateway, gateway.call(issue(gateway, auth_time=auth_time), path="/recent"), 401,
                         "insufficient_user_authentication", "DPoP")
        expect(answer.challenge("DPoP")["max_age"] == "300", str(answer.challenges()))


@case
def the_public_url_decides_what_a_proof_must_name(gateway):
    token, url = issue(gateway), "https://public.example.test:8443/public-url/x"
    allowed(gateway, gateway.call(token, path="/public-url/x", url=url))
    refused(gateway, gateway.call(token, path="/public-url/x"), 401, "invalid_dpop_proof", "DPoP")


@case
def requests_one_after_another_on_one_connection_are_judged_alone(gateway):
    token = issue(gateway)
    with Connection(gateway.port) as connection:
        for _ in range(3):
            allowed(gateway, gateway.call(token, connection=connection))
            refused(gateway, gateway.send(connection=connection), 401)
            refused(gateway, gateway.call(token, key=Key(), connection=connection), 401, "invalid_token")


@case
def the_access_log_can_name_result_and_reason(gateway):
    allowed(gateway, gateway.call(issue(gateway)))
    refused(gateway, gateway.call(issue(gateway, scope="payments")), 403)

    def lines():
        return [line.split(" ") for line in (gateway.folder / "access.log").read_text().splitlines()[-2:]]
    eventually(lambda: [line[3] for line in lines()] == ["allowed", "refused"], f"results in the access log: {lines()}")
    expect(lines()[1][4] == "insufficient_scope" and lines()[0][6:] == ["DPoP", "app"], str(lines()))
