"""DPoP nonces that name the gateway which gave them: a proof is good at one place only. RFC9449-9"""
import secrets

from cases import allowed, case, refused
from harness import Gateway
from lib import certificate_der, expect

from fake_server import AUDIENCE
from keys import Key, b64url, make_proof, sha256

LOCATIONS = """
    location / { signet on; signet_dpop_nonce one; proxy_pass {upstream}; }
    location /two { signet on; signet_dpop_nonce two; proxy_pass {upstream}; }
    location /none { signet on; proxy_pass {upstream}; }
"""


def gateway(world):
    return Gateway(world, LOCATIONS)


def ask_for_nonce(gateway, token, path="/accounts", **more):
    """What the answer to a proof without a nonce gives."""
    answer = refused(gateway, gateway.call(token, path=path, **more), 401, "use_dpop_nonce", "DPoP")
    nonces = answer.all("DPoP-Nonce")
    expect(len(nonces) == 1 and len(nonces[0]) >= 20, f"nonces {nonces}")
    return nonces[0]


def keyed(gateway, group, file):
    return Gateway(gateway.world, f"location / {{ signet on; signet_dpop_nonce {group} key={file}; proxy_pass {{upstream}}; }}")


def nonce_key(world, name):
    file = world.folder / name
    file.write_text(secrets.token_hex(32) + "\n")
    file.chmod(0o600)
    return file


@case
def a_proof_without_a_nonce_is_told_one_that_then_works(gateway):
    for jwt in (False, True):
        token = gateway.world.server.issue(Key(), jwt=jwt)
        nonce = ask_for_nonce(gateway, token)
        allowed(gateway, gateway.call(token, nonce=nonce))
        allowed(gateway, gateway.call(token, nonce=nonce))
        allowed(gateway, gateway.call(token, path="/none"))


@case
def a_nonce_works_on_every_worker(gateway):
    token = gateway.world.server.issue(Key())
    nonce = ask_for_nonce(gateway, token)
    with gateway.connections() as connections:
        for each in connections:
            allowed(gateway, gateway.call(token, nonce=nonce, connection=each))


@case
def a_nonce_of_another_group_is_refused(gateway):
    token = gateway.world.server.issue(Key())
    one, two = ask_for_nonce(gateway, token), ask_for_nonce(gateway, token, "/two")
    expect(one != two, "the same nonce for both groups")
    allowed(gateway, gateway.call(token, path="/two", nonce=two))
    expect(ask_for_nonce(gateway, token, "/two", nonce=one) != one, "the foreign nonce came back")
    ask_for_nonce(gateway, token, nonce=two)


@case
def a_nonce_that_nobody_gave_is_refused(gateway):
    token = gateway.world.server.issue(Key())
    good = ask_for_nonce(gateway, token)
    for nonce in ("", "x", good[:-1], good + "A", good[1:], good[:-1] + ("A" if good[-1] != "A" else "B"), good.swapcase(), "A" * len(good),
                  "x" * 5000, good + " ", " " + good):
        ask_for_nonce(gateway, token, nonce=nonce)
    for nonce in (None, 7, [good]):
        answer = gateway.call(token, nonce=nonce)
        refused(gateway, answer, 401)
        expect(answer.challenge("DPoP")["error"] in ("invalid_dpop_proof", "use_dpop_nonce"), str(answer.challenges()))


@case
def a_replay_with_a_nonce_is_a_replay(gateway):
    token = gateway.world.server.issue(Key())
    proof = make_proof(token.key, token.text, url=AUDIENCE + "/accounts", nonce=ask_for_nonce(gateway, token))
    allowed(gateway, gateway.call(token, proof=proof))
    with gateway.connections() as connections:
        for each in connections:
            refused(gateway, gateway.call(token, proof=proof, connection=each), 401, "invalid_dpop_proof", "DPoP")


@case
def a_nonce_does_not_replace_a_proof(gateway):
    token = gateway.world.server.issue(Key())
    nonce = ask_for_nonce(gateway, token)
    refused(gateway, gateway.call(token, nonce=nonce, key=Key()), 401, "invalid_token", "DPoP")
    refused(gateway, gateway.call(token, nonce=nonce, htm="POST"), 401, "invalid_dpop_proof", "DPoP")


@case
def a_nonce_of_another_gateway_is_refused(gateway):
    with Gateway(gateway.world, LOCATIONS) as other:
        token = gateway.world.server.issue(Key())
        here, there = ask_for_nonce(gateway, token), ask_for_nonce(other, token)
        ask_for_nonce(other, token, nonce=here)
        ask_for_nonce(gateway, token, nonce=there)
        allowed(other, other.call(token, nonce=there))


@case
def gateways_of_one_group_and_key_share_their_nonces(gateway):
    file = nonce_key(gateway.world, "nonce-one.key")
    with keyed(gateway, "shared", file) as one, keyed(gateway, "shared", file) as two, keyed(gateway, "apart", file) as three:
        token = gateway.world.server.issue(Key())
        nonce = ask_for_nonce(one, token)
        for each in (one, two):
            allowed(each, each.call(token, nonce=nonce))
        ask_for_nonce(three, token, nonce=nonce)
    with keyed(gateway, "shared", nonce_key(gateway.world, "nonce-two.key")) as four:
        ask_for_nonce(four, token, nonce=nonce)
        gateway.world.secrets |= {file.read_text().strip()}


@case
def bound_certificates_need_no_nonce(gateway):
    mine = gateway.world.authority.issue_client("client-nonce", "/CN=client nonce")
    token = gateway.world.server.issue(cnf={"x5t#S256": b64url(sha256(certificate_der(mine["certificate"])))})
    answer = allowed(gateway, gateway.call(token, tls=mine))
    expect(not answer.all("DPoP-Nonce"), str(answer.fields))
