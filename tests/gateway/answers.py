"""Answers: challenges, problems, interaction ids, and who failed."""
import json
import re
import uuid

from cases import UUID, allowed, case, refused
from client import Connection, make_request
from harness import Gateway
from lib import expect

from fake_server import AUDIENCE, FakeServer, drop, never, reply
from keys import Key

LOCATIONS = """
    location / { signet on; signet_realm "Bank API"; proxy_pass {upstream}; }
    location /bearer { signet on; signet_accept bearer; signet_scopes accounts payments; proxy_pass {upstream}; }
    location /dpop { signet on; signet_accept dpop; proxy_pass {upstream}; }
    location /mtls { signet on; signet_accept mtls; proxy_pass {upstream}; }
    location /silent { signet on; signet_interaction_id off; proxy_pass {upstream}; }
    location /static { signet on; root {static}; }
    location = /.well-known/oauth-protected-resource { signet_metadata; }
"""
SENT = "0b1f5e7a-2a4f-4d7e-9f5a-0c5d0e8b7a11"


def gateway(world):
    folder = world.folder / "html"
    (folder / "static").mkdir(parents=True, exist_ok=True)
    (folder / "static" / "page").write_text("hello")
    return Gateway(world, LOCATIONS.replace("{static}", str(folder)))


@case
def the_first_challenge_says_what_is_wanted(gateway):
    """RFC6750-3, RFC9449-7.1, RFC9728-5.1"""
    answer = refused(gateway, gateway.send(), 401)
    dpop = answer.challenge("DPoP")
    expect(dpop and answer.challenge("Bearer") is not None, f"both schemes are accepted: {answer.challenges()}")
    expect(dpop["realm"] == "Bank API" and dpop["scope"] == "accounts" and "error" not in dpop, str(dpop))
    expect("ES256" in dpop["algs"].split(" ") and "RS256" not in dpop["algs"] and "none" not in dpop["algs"], str(dpop))
    expect(dpop["resource_metadata"] == AUDIENCE + "/.well-known/oauth-protected-resource", str(dpop))


@case
def only_schemes_that_the_location_accepts_are_named(gateway):
    for path, schemes in (("/dpop", ["DPoP"]), ("/bearer", ["Bearer"]), ("/mtls", ["Bearer"])):
        answer = refused(gateway, gateway.send(path=path), 401)
        expect([each.scheme for each in answer.challenges()] == schemes, f"{path}: {answer.challenges()}")
    answer = refused(gateway, gateway.send(path="/bearer"), 401)
    expect(answer.challenge("Bearer")["scope"] == "accounts payments" and "algs" not in answer.challenge("Bearer"), str(answer.challenges()))


@case
def challenges_are_one_line_of_printable_ascii(gateway):
    texts = [b"\xff" * 40, b"<script>alert(1)</script>", b'"quote"', b"\\", b"%0d%0aSet-Cookie: x=y"]
    for text in texts:
        with Connection(gateway.port) as connection:
            data, _ = make_request("GET", "/accounts", [])
            connection.send(data[:-2] + b"Authorization: DPoP " + text + b"\r\n\r\n")
            answer = connection.receive()
        expect(answer.status in (400, 401), f"{text}: {answer}")
        for value in answer.all("WWW-Authenticate"):
            expect(all(" " <= c <= "~" for c in value), f"{text}: {value}")
        expect(text not in answer.data and not answer.field("Set-Cookie"), f"{text} comes back")


@case
def answers_do_not_repeat_the_token(gateway):
    token = gateway.world.server.issue(Key(), scope="payments")
    for answer in (gateway.call(token), gateway.call(token, scheme="Bearer"), gateway.call(token, htm="POST")):
        expect(token.text.encode() not in answer.data and token.key.thumbprint().encode() not in answer.data, f"{answer.data}")


@case
def problems_are_told_in_words(gateway):
    for answer, status in ((gateway.send(), 401), (gateway.call(gateway.world.server.issue(Key(), scope="x")), 403),
                           (gateway.send(path="/?access_token=x"), 400)):
        problem = refused(gateway, answer, status).json()
        expect(set(problem) <= {"type", "title", "status", "detail", "error", "instance"}, str(problem))
        expect(problem["type"] == "about:blank" and problem["detail"], str(problem))


@case
def an_interaction_id_is_echoed(gateway):
    token = gateway.world.server.issue(Key())
    field = [f"x-fapi-interaction-id: {SENT}"]
    answer = allowed(gateway, gateway.call(token, fields=field))
    expect(answer.all("x-fapi-interaction-id") == [SENT] and answer.echo("x-fapi-interaction-id") == [SENT], str(answer.fields))
    for answer in (gateway.send(fields=field), gateway.call(token, fields=field, htm="POST"),
                   gateway.call(gateway.world.server.issue(Key(), script=drop), fields=field)):
        expect(answer.all("X-FAPI-Interaction-ID") == [SENT], str(answer.fields))


@case
def an_interaction_id_is_made_where_none_or_nonsense_was_sent(gateway):
    token, made = gateway.world.server.issue(Key()), set()
    for field in ([], ["x-fapi-interaction-id:"], ["x-fapi-interaction-id: x"], ["x-fapi-interaction-id: " + "a" * 5000],
                  [f"x-fapi-interaction-id: {SENT}x"], [f"x-fapi-interaction-id: {SENT}, {SENT}"], ["x-fapi-interaction-id: <script>"],
                  [f"x-fapi-interaction-id: {SENT}", f"x-fapi-interaction-id: {uuid.uuid4()}"]):
        answer = allowed(gateway, gateway.call(token, fields=field))
        found = answer.all("x-fapi-interaction-id")
        expect(len(found) == 1 and UUID.fullmatch(found[0]), f"{field}: {found}")
        expect(answer.echo("x-fapi-interaction-id") == found, f"{field}: the API got {answer.echo('x-fapi-interaction-id')}")
        made.add(found[0])
    expect(len(made) >= 7, f"the same id again: {made}")


@case
def interaction_ids_can_be_left_to_others(gateway):
    token = gateway.world.server.issue(Key())
    answer = allowed(gateway, gateway.call(token, path="/silent"))
    expect(not answer.all("x-fapi-interaction-id") and not answer.echo("x-fapi-interaction-id"), str(answer.fields))
    answer = allowed(gateway, gateway.call(token, path="/silent", fields=["x-fapi-interaction-id: mine"]))
    expect(answer.echo("x-fapi-interaction-id") == ["mine"], str(answer.json()))


@case
def head_is_answered_without_a_body(gateway):
    token = gateway.world.server.issue(Key())
    answer = allowed(gateway, gateway.call(token, "HEAD"))
    for fields in ([], gateway.credential(token, "HEAD", htm="GET")):
        with Connection(gateway.port) as connection:
            for _ in range(2):  # a body that came nevertheless would be read as the next answer
                answer = connection.ask("HEAD", "/accounts", fields)
                expect(answer.status == 401 and answer.challenges() and answer.body == b"", f"{answer} {answer.fields}")
            allowed(gateway, gateway.call(token, connection=connection))


@case
def a_preflight_needs_no_token_but_any_other_options_does(gateway):
    """A browser sends no credential with it; it must not reach the API as a way around either."""
    preflight = ["Origin: https://app.example.test", "Access-Control-Request-Method: GET"]
    answer = gateway.send("OPTIONS", fields=preflight)
    expect(answer.status in (200, 204, 401), f"{answer}")
    token = gateway.world.server.issue(Key())
    allowed(gateway, gateway.call(token, "OPTIONS"))
    refused(gateway, gateway.send("OPTIONS"), 401)


@case
def odd_methods_are_judged_like_others(gateway):
    token = gateway.world.server.issue(Key())
    for method in ("PROPFIND", "DELETE", "PATCH", "PUT"):
        refused(gateway, gateway.send(method), 401)
    for method in ("TRACE", "CONNECT", "FOO"):
        answer = gateway.send(method)
        expect(answer.status in (400, 401, 405), f"{method}: {answer}")
    expect(allowed(gateway, gateway.call(token, "DELETE")).json()["method"] == "DELETE", "the method changed")


@case
def what_the_server_did_is_told_apart(gateway):
    server = gateway.world.server
    for script, status in ((reply(500), 502), (reply(401), 502), (reply(200, b"x"), 502), (drop, 502), (reply(503), 503), (never, 504)):
        problem = refused(gateway, gateway.call(server.issue(Key(), script=script)), status).json()
        expect(not re.search(r"127\.0\.0\.1|nginx|introspect", json.dumps(problem)), f"too much is said: {problem}")


@case
def a_server_that_is_not_there_is_a_bad_gateway(gateway):
    gone = FakeServer(gateway.world.gateway_key)
    gone.stop()
    with Gateway(gateway.world, authorization_server=gone) as alone:
        refused(alone, alone.call(gone.issue(Key())), 502)
        answer = alone.call(gone.issue(Key(), jwt=True))
        refused(alone, answer, answer.status if answer.status in (502, 503) else 502)


@case
def files_of_nginx_itself_are_protected_as_well(gateway):
    token = gateway.world.server.issue(Key())
    refused(gateway, gateway.send(path="/static/page"), 401)
    answer = gateway.call(token, path="/static/page")
    expect(answer.status == 200 and answer.body == b"hello", f"{answer}")


@case
def the_metadata_of_the_resource_is_served_to_everybody(gateway):
    """RFC9728-3.1"""
    answer = gateway.send(path="/.well-known/oauth-protected-resource")
    found = answer.json()
    expect(answer.status == 200 and answer.field("Content-Type").startswith("application/json"), f"{answer} {answer.fields}")
    expect(found["resource"] == AUDIENCE and found["authorization_servers"] == ["https://as.example.test"], str(found))
    expect(found["scopes_supported"] == ["accounts"] and found["bearer_methods_supported"] == ["header"], str(found))
    expect("ES256" in found["dpop_signing_alg_values_supported"], str(found))
    expect(gateway.send("HEAD", "/.well-known/oauth-protected-resource").status == 200, "HEAD")
    expect(gateway.send("POST", "/.well-known/oauth-protected-resource", body=b"x").status == 405, "POST")
