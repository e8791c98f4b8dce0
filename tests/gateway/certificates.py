"""Tokens bound to a certificate: from the TLS connection, or from the Client-Cert field of configured proxies only. RFC8705-3"""
import base64
import ssl

from cases import allowed, case, refused
from client import Connection, client_context
from harness import Gateway
from lib import certificate_der, expect

from keys import Key, b64url, sha256

TRUSTED, STRANGER = "127.0.0.2", "127.0.0.1"
LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /behind-proxy { signet on; signet_client_cert_from 127.0.0.2/32 10.0.0.0/8; proxy_pass {upstream}; }
    location /only-dpop { signet on; signet_accept dpop; proxy_pass {upstream}; }
"""


def gateway(world):
    gateway = Gateway(world, LOCATIONS)
    gateway.mine = world.authority.issue_client("client-mine", "/O=Fintech One/CN=client one")
    gateway.other = world.authority.issue_client("client-other", "/O=Fintech One/CN=client one")
    gateway.own = world.authority.self_sign("client-own", "/CN=client one/O=Fintech One")
    return gateway


def thumbprint(certificate):
    return b64url(sha256(certificate_der(certificate["certificate"])))


def bound(gateway, certificate=None, **more):
    return gateway.world.server.issue(cnf={"x5t#S256": thumbprint(certificate or gateway.mine)}, **more)


def client_cert(certificate):
    return "Client-Cert: :" + base64.b64encode(certificate_der(certificate["certificate"])).decode() + ":"


def from_proxy(gateway, token, fields, source=TRUSTED, path="/behind-proxy"):
    return gateway.send(path=path, fields=[*gateway.credential(token), *fields], source=source)


@case
def the_certificate_of_the_connection_opens_its_own_tokens(gateway):
    for jwt in (False, True):
        for certificate in (gateway.mine, gateway.own):
            allowed(gateway, gateway.call(bound(gateway, certificate, jwt=jwt), tls=certificate))


@case
def another_certificate_or_none_opens_nothing(gateway):
    """RFC8705-3: the same names from the same authority are another certificate still"""
    for jwt in (False, True):
        token = bound(gateway, jwt=jwt)
        for certificate in (gateway.other, gateway.own, False):
            refused(gateway, gateway.call(token, tls=certificate), 401, "invalid_token", "Bearer")
        refused(gateway, gateway.call(token), 401, "invalid_token", "Bearer")
        allowed(gateway, gateway.call(token, tls=gateway.mine))
        # Now that the token is cached too.
        for certificate in (gateway.other, gateway.own, False):
            refused(gateway, gateway.call(token, tls=certificate), 401, "invalid_token", "Bearer")


@case
def each_request_of_a_tls_connection_is_held_to_its_certificate(gateway):
    mine, others = bound(gateway), bound(gateway, gateway.other)
    with Connection(gateway.tls_port, client_context(gateway.mine)) as connection:
        for _ in range(2):
            allowed(gateway, gateway.call(mine, connection=connection))
            refused(gateway, gateway.call(others, connection=connection), 401, "invalid_token")


@case
def a_resumed_session_keeps_its_certificate(gateway):
    mine, others = bound(gateway), bound(gateway, gateway.other)
    context = client_context(gateway.mine, ssl.TLSVersion.TLSv1_2)
    with Connection(gateway.tls_port, context) as first:
        allowed(gateway, gateway.call(mine, connection=first))
        session = first.socket.session
    with Connection(gateway.tls_port, context, session=session) as second:
        expect(second.socket.session_reused, "the session was not resumed")
        allowed(gateway, gateway.call(mine, connection=second))
        refused(gateway, gateway.call(others, connection=second), 401, "invalid_token")


@case
def certificates_work_over_http_2_too(gateway):
    token = bound(gateway)
    allowed(gateway, gateway.call_h2(token, certificate=gateway.mine, scheme="https"))
    refused(gateway, gateway.call_h2(token, certificate=gateway.other, scheme="https"), 401, "invalid_token", "Bearer")
    refused(gateway, gateway.call_h2(token, scheme="https"), 401, "invalid_token", "Bearer")


@case
def a_token_of_a_certificate_is_no_dpop_token(gateway):
    token = bound(gateway)
    refused(gateway, gateway.call(token, tls=gateway.mine, key=Key()), 401, "invalid_token", "DPoP")
    refused(gateway, gateway.call(token, tls=gateway.mine, path="/only-dpop"), 401)


@case
def a_dpop_token_is_not_opened_by_a_certificate(gateway):
    token = gateway.world.server.issue(Key())
    fields = [f"Authorization: Bearer {token.text}"]
    with Connection(gateway.tls_port, client_context(gateway.mine)) as connection:
        refused(gateway, gateway.send(fields=fields, connection=connection), 401, "invalid_token")


@case
def a_client_cert_field_is_not_believed_from_anybody_else(gateway):
    """RFC9440-2.4"""
    token, field = bound(gateway), client_cert(gateway.mine)
    refused(gateway, from_proxy(gateway, token, [field], STRANGER), 401, "invalid_token", "Bearer")
    refused(gateway, from_proxy(gateway, token, [field], TRUSTED, "/accounts"), 401, "invalid_token", "Bearer")
    for forged in (["X-Forwarded-For: 127.0.0.2", "X-Real-IP: 127.0.0.2", field], ["Forwarded: for=127.0.0.2", field]):
        refused(gateway, from_proxy(gateway, token, forged, STRANGER), 401, "invalid_token", "Bearer")
    # Nor when it comes over a connection with a certificate of its own.
    refused(gateway, gateway.call(token, path="/behind-proxy", tls=gateway.other, fields=[field]), 401, "invalid_token", "Bearer")
    refused(gateway, gateway.call(token, path="/accounts", tls=gateway.other, fields=[field]), 401, "invalid_token", "Bearer")


@case
def a_client_cert_field_is_believed_from_a_configured_proxy(gateway):
    token = bound(gateway)
    answer = allowed(gateway, from_proxy(gateway, token, [client_cert(gateway.mine)]))
    expect(answer.echo("Client-Cert") == [client_cert(gateway.mine).partition(": ")[2]], str(answer.echo("Client-Cert")))
    refused(gateway, from_proxy(gateway, token, [client_cert(gateway.other)]), 401, "invalid_token", "Bearer")
    refused(gateway, from_proxy(gateway, token, []), 401, "invalid_token", "Bearer")


@case
def a_malformed_client_cert_field_proves_nothing(gateway):
    token, good = bound(gateway), client_cert(gateway.mine)
    value = good.partition(": ")[2]
    for field in ("Client-Cert:", "Client-Cert: ::", "Client-Cert: x", f"Client-Cert: {value[:-1]}", f"Client-Cert: {value[1:]}",
                  f"Client-Cert: {value}, {value}", f"Client-Cert: {value};a=b", "Client-Cert: :" + "A" * 60_000 + ":",
                  "Client-Cert: :aGVsbG8=:", "Client-Cert: " + value.replace(":", '"'), f"Client-Cert: :{value[1:-5]}:",
                  f"Client-Cert-Chain: {value}", f"Client_Cert: {value}"):
        answer = from_proxy(gateway, token, [field])
        expect(answer.status in (400, 401), f"{field[:60]}: {answer}")
        expect(gateway.world.upstream.times_seen(answer.marker) == 0, f"{field[:60]}: the API saw it")
    answer = from_proxy(gateway, token, [good, client_cert(gateway.other)])
    expect(answer.status in (400, 401), f"two fields: {answer}")
    answer = from_proxy(gateway, token, [client_cert(gateway.other), good])
    expect(answer.status in (400, 401), f"two fields: {answer}")


@case
def the_api_gets_the_certificate_that_was_proven(gateway):
    token = bound(gateway)
    answer = allowed(gateway, gateway.call(token, tls=gateway.mine, fields=[client_cert(gateway.other)]))
    expect(["Client-Cert: " + value for value in answer.echo("Client-Cert")] == [client_cert(gateway.mine)], str(answer.echo("Client-Cert")))
    expect(not answer.echo("Client-DPoP-JKT"), "a thumbprint as well")
