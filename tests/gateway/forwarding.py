"""What the API gets: the phantom token, the proven key, everything else as it was sent, and nothing that was forged."""
import hashlib
import os

from cases import allowed, case
from client import Connection, make_request
from harness import Gateway
from lib import expect

from keys import Key, read_jws

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /bearer { signet on; signet_accept bearer; proxy_pass {upstream}; }
    location /token-key { signet on; signet_forward token key; proxy_pass {upstream}; }
    location /only-key { signet on; signet_forward key; proxy_pass {upstream}; }
    location /only-phantom { signet on; signet_forward phantom; proxy_pass {upstream}; }
    location /nothing { signet on; signet_forward off; proxy_pass {upstream}; }
    location /streamed { signet on; proxy_request_buffering off; client_max_body_size 50m; proxy_pass {upstream}; }
    location /large { signet on; client_max_body_size 50m; client_body_buffer_size 8k; proxy_pass {upstream}; }
    location /open { proxy_pass {upstream}; }
"""
OURS = ("Client-DPoP-JKT", "Client-Cert", "Client-Cert-Chain")


def gateway(world):
    return Gateway(world, LOCATIONS, underscores=True)


def forgeries():
    names = [*OURS, "client-dpop-jkt", "CLIENT-CERT", "Client_DPoP_JKT", "client_cert", "Client_Cert_Chain", "Client_DPoP-JKT", "Client-DPoP_JKT"]
    return [f"{name}: forged{number}" for number, name in enumerate(names)]


def check_nothing_forged(answer):
    text = str([(name, value) for name, value in answer.json()["fields"] if name != "Host"])
    expect("forged" not in text, f"a forged field reached the API: {text}")


@case
def the_phantom_token_and_the_proven_key_reach_the_api(gateway):
    token = gateway.world.server.issue(Key())
    answer = allowed(gateway, gateway.call(token))
    values = answer.echo("Authorization")
    expect(len(values) == 1 and values[0].startswith("Bearer "), str(values))
    header, claims = read_jws(values[0].partition(" ")[2])
    expect(claims["token_introspection"]["jti"] == token.claims["jti"] and header["typ"] == "token-introspection+jwt", str(claims))
    expect(answer.echo("Client-DPoP-JKT") == [token.key.thumbprint()], str(answer.echo("Client-DPoP-JKT")))
    expect(not answer.echo("DPoP") and not answer.echo("Client-Cert"), str(answer.json()))


@case
def a_jwt_access_token_is_its_own_phantom(gateway):
    token = gateway.world.server.issue(Key(), jwt=True)
    answer = allowed(gateway, gateway.call(token))
    expect(answer.echo("Authorization") == [f"Bearer {token.text}"], str(answer.echo("Authorization")))
    expect(answer.echo("Client-DPoP-JKT") == [token.key.thumbprint()], str(answer.json()))


@case
def the_opaque_token_and_the_proof_do_not_reach_the_api(gateway):
    token = gateway.world.server.issue(Key())
    for _ in range(2):
        answer = allowed(gateway, gateway.call(token))
        expect(token.text not in str(answer.json()), f"the token reached the API: {answer.json()}")
        expect("dpop+jwt" not in str(answer.json()) and "dpop" not in answer.echo_names(), "the proof reached the API")


@case
def forged_fields_are_removed_in_every_spelling(gateway):
    for token, path in ((gateway.world.server.issue(Key()), "/accounts"), (gateway.world.server.issue(Key(), jwt=True), "/accounts"),
                        (gateway.world.server.issue(), "/bearer"), (gateway.world.server.issue(Key()), "/nothing"),
                        (gateway.world.server.issue(Key()), "/only-phantom")):
        answer = allowed(gateway, gateway.call(token, path=path, fields=forgeries()))
        check_nothing_forged(answer)
        expected = [token.key.thumbprint()] if token.key and path == "/accounts" else []
        expect(answer.echo("Client-DPoP-JKT") == expected, f"{path}: {answer.echo('Client-DPoP-JKT')}")
        answer = allowed(gateway, gateway.call_h2(token, path=path, fields=forgeries()))
        check_nothing_forged(answer)


@case
def a_bearer_token_comes_without_a_key(gateway):
    answer = allowed(gateway, gateway.call(gateway.world.server.issue(), path="/bearer", fields=["DPoP: x"]))
    expect(not answer.echo_names() & {"client-cert", "client-dpop-jkt", "dpop"}, str(answer.json()))


@case
def each_location_chooses_what_is_forwarded(gateway):
    token = gateway.world.server.issue(Key())
    for path, authorization, jkt in (("/token-key", f"Bearer {token.text}", True), ("/only-key", None, True), ("/only-phantom", "phantom", False),
                                     ("/nothing", None, False)):
        answer = allowed(gateway, gateway.call(token, path=path))
        values = answer.echo("Authorization")
        good = values == [] if authorization is None else len(values) == 1 and \
            (values[0] == authorization or authorization == "phantom" and values[0].startswith("Bearer ey"))
        # A token whose scheme was DPoP may be forwarded under its own name too.
        good = good or (path == "/token-key" and values == [f"DPoP {token.text}"])
        expect(good, f"{path}: {values}")
        expect(bool(answer.echo("Client-DPoP-JKT")) == jkt, f"{path}: {answer.json()}")


@case
def everything_else_is_intact(gateway):
    """Others lose what is beyond 20 fields."""
    token = gateway.world.server.issue(Key())
    for count in (0, 19, 24, 44, 120):
        extra = [f"X-Extra-{number}: value {number} é" for number in range(count)]
        for path in ("/accounts", "/nothing"):
            answer = allowed(gateway, gateway.call(token, path=path + "?a=1&b=%20&a=2", fields=extra))
            for field in extra:
                name, _, value = field.partition(": ")
                expect(answer.echo(name) == [value], f"{count} fields, {name}: {answer.echo(name)}")
            expect(answer.json()["target"] == path + "?a=1&b=%20&a=2", answer.json()["target"])


@case
def repeated_and_odd_fields_are_intact(gateway):
    token = gateway.world.server.issue(Key())
    fields = ["X-Twice: 1", "X-Twice: 2", "X-Empty:", "Cookie: a=b; c=d", "Accept: application/json", "X-Long: " + "x" * 60_000,
              "x-fapi-auth-date: Tue, 11 Sep 2012 19:43:31 GMT", "x-fapi-customer-ip-address: 2001:db8::1", "Client-Certificate: mine",
              "DPoP-Like: y", "X-Client-Cert: mine", "Accept-Language: de"]
    answer = allowed(gateway, gateway.call(token, fields=fields))
    for field in fields:
        name, _, value = field.partition(":")
        expect(value.strip() in answer.echo(name), f"{name}: {answer.echo(name)}")
    expect(answer.echo("X-Twice") == ["1", "2"], str(answer.echo("X-Twice")))


@case
def bodies_are_forwarded_whole(gateway):
    token = gateway.world.server.issue(Key())
    form = "Content-Type: application/x-www-form-urlencoded"
    for size in (0, 1, 100, 5000, 70_000, 900_000):
        body = os.urandom(size)
        for field in ("Content-Type: application/octet-stream", form):
            for method in ("POST", "PUT", "PATCH"):
                answer = allowed(gateway, gateway.call(token, method, fields=[field], body=body)).json()
                expect(answer["length"] == size and answer["sha256"] == hashlib.sha256(body).hexdigest(), f"{method} {size}: {answer['length']}")
    body = os.urandom(5_000_000)
    for path in ("/streamed", "/large"):
        for fresh in (token, gateway.world.server.issue(Key())):
            answer = allowed(gateway, gateway.call(fresh, "POST", path, body=body)).json()
            expect(answer["sha256"] == hashlib.sha256(body).hexdigest(), f"{path}: {answer['length']} of {len(body)}")


@case
def a_body_that_comes_late_or_in_chunks_is_forwarded_whole(gateway):
    """While the authorization server is asked, the body is on its way."""
    for jwt in (False, True):
        token = gateway.world.server.issue(Key(), jwt=jwt)
        fields = gateway.credential(token, "POST")
        data, marker = make_request("POST", "/accounts", [*fields, "Transfer-Encoding: chunked"])
        with Connection(gateway.port) as connection:
            for part in (data, b"5\r\nhello\r\n", b"6\r\n world\r\n", b"0\r\n\r\n"):
                connection.send(part)
            answer = connection.receive()
            answer.marker = marker
            expect(allowed(gateway, answer).json()["length"] == 11, f"{answer}")


@case
def a_refused_request_with_a_body_leaves_the_connection_usable_or_closed(gateway):
    token = gateway.world.server.issue(Key())
    with Connection(gateway.port) as connection:
        answer = connection.ask("POST", "/accounts", [], b"x" * 20_000)
        expect(answer.status == 401, f"{answer}")
        if answer.field("Connection") != "close":
            allowed(gateway, gateway.call(token, connection=connection))


@case
def nobody_is_told_to_go_on_with_a_body_that_is_refused(gateway):
    """RFC 9110, 10.1.1: Expect: 100-continue"""
    with Connection(gateway.port) as connection:
        data, _ = make_request("POST", "/accounts", ["Expect: 100-continue", "Content-Length: 10"])
        connection.send(data)
        answer = connection.receive()
        expect(answer.status == 401, f"{answer}")


@case
def two_requests_of_one_connection_do_not_mix(gateway):
    one, two = gateway.world.server.issue(Key(), sub="one"), gateway.world.server.issue(Key(), sub="two")
    with Connection(gateway.port) as connection:
        for token in (one, two) * 3:
            answer = allowed(gateway, gateway.call(token, connection=connection))
            claims = read_jws(answer.echo("Authorization")[0].partition(" ")[2])[1]
            expect(claims["token_introspection"]["sub"] == token.claims["sub"], "the token of the other")


@case
def pipelined_requests_are_answered_in_their_order(gateway):
    tokens = [gateway.world.server.issue(Key(), sub=f"user {number}") for number in range(4)]
    with Connection(gateway.port) as connection:
        connection.send(b"".join(make_request("GET", f"/p{number}", gateway.credential(token, path=f"/p{number}"))[0]
                                 for number, token in enumerate(tokens)))
        data = b""
        while data.count(b"HTTP/1.1 200") < len(tokens) or not data.endswith(b"}"):
            chunk = connection.socket.recv(65536)
            expect(chunk, f"the connection closed after {data!r}")
            data += chunk
        places = [data.find(f'"target": "/p{number}"'.encode()) for number in range(len(tokens))]
        expect(places == sorted(places) and min(places) > 0, str(places))


@case
def an_open_location_is_left_alone(gateway):
    answer = allowed(gateway, gateway.send(path="/open", fields=["Authorization: Basic eDp5", "X-Mine: 1"]))
    expect(answer.echo("Authorization") == ["Basic eDp5"] and answer.echo("X-Mine") == ["1"], str(answer.json()))
    expect(not answer.all("x-fapi-interaction-id"), "an interaction id of a location that is off")
