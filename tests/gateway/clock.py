"""Clock steps: what expired is refused on a hit, a step back revives nothing, stale nonces are renewed."""
from cases import allowed, case, eventually, refused
from harness import Gateway
from lib import expect

from fake_server import AUDIENCE
from keys import Key, make_proof

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /nonce { signet on; signet_dpop_nonce group; proxy_pass {upstream}; }
"""


class Stepped:
    """A gateway whose clock the case moves; it is right again afterwards."""

    def __init__(self, world, **changes):
        self.gateway = Gateway(world, LOCATIONS, clock=True, **changes)

    def __enter__(self):
        return self.gateway.__enter__()

    def __exit__(self, *failure):
        self.gateway.server.step_clock(0)
        return self.gateway.__exit__(*failure)


def step(gateway, offset):
    """nginx reads its clock when something happens: the first request after a step may still have the old time."""
    gateway.step_clock(offset)
    for _ in range(2 * gateway.workers):
        gateway.send(path="/_signet/none")


@case
def the_clock_of_nginx_can_be_moved(world):
    with Stepped(world) as gateway:
        before = gateway.send().field("Date")
        step(gateway, 86_400 * 40)
        expect(before[8:11] != gateway.send().field("Date")[8:11], "the month is the same")


@case
def a_cached_token_that_expires_is_refused_on_the_hit(world):
    with Stepped(world, signet_cache="tokens ceiling=1h") as gateway:
        for jwt in (False, True):
            token = gateway.server.issue(Key(), life=300, jwt=jwt)
            allowed(gateway, gateway.call(token))
            step(gateway, 200)
            allowed(gateway, gateway.call(token))
            step(gateway, 340)  # the server here still calls it active
            refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")
            step(gateway, 0)


@case
def a_proof_grows_too_old(world):
    with Stepped(world) as gateway:
        token = gateway.server.issue(Key())
        proof = make_proof(token.key, token.text, url=AUDIENCE + "/accounts")
        step(gateway, 150)
        refused(gateway, gateway.call(token, proof=proof), 401, "invalid_dpop_proof", "DPoP")
        step(gateway, -150)
        refused(gateway, gateway.call(token, proof=proof), 401, "invalid_dpop_proof", "DPoP")
        step(gateway, 0)
        allowed(gateway, gateway.call(token, proof=proof))


@case
def a_step_forth_and_back_does_not_open_the_door_to_a_replay(world):
    with Stepped(world) as gateway:
        token = gateway.server.issue(Key(), life=3600)
        proof = make_proof(token.key, token.text, url=AUDIENCE + "/accounts")
        allowed(gateway, gateway.call(token, proof=proof))
        step(gateway, 200)
        for _ in range(20):
            allowed(gateway, gateway.call(token))
        step(gateway, 0)
        refused(gateway, gateway.call(token, proof=proof), 401, "invalid_dpop_proof", "DPoP")


@case
def a_step_back_does_not_make_cached_tokens_live_longer(world):
    with Stepped(world, signet_cache="tokens ceiling=2s") as gateway:
        token = gateway.server.issue(Key(), life=7200)
        allowed(gateway, gateway.call(token))
        step(gateway, -3600)
        token.active = False
        eventually(lambda: gateway.call(token).status == 401, "the ceiling ends the token's life")


@case
def a_step_back_does_not_make_refusals_live_longer(world):
    with Stepped(world, signet_cache="tokens negative=1s") as gateway:
        token = gateway.server.issue(Key(), life=7200)
        token.active = False
        refused(gateway, gateway.call(token), 401, "invalid_token")
        step(gateway, -3600)
        token.active = True
        token.claims["iat"] -= 7200
        eventually(lambda: gateway.call(token).status == 200, "the refusal is forgotten")


@case
def a_stale_nonce_is_renewed_with_a_good_answer_and_an_old_one_is_refused(world):
    """RFC9449-8.2"""
    with Stepped(world) as gateway:
        token = gateway.server.issue(Key(), life=3600)
        nonce = refused(gateway, gateway.call(token, path="/nonce"), 401, "use_dpop_nonce").field("DPoP-Nonce")
        expect(not allowed(gateway, gateway.call(token, path="/nonce", nonce=nonce)).field("DPoP-Nonce"), "a fresh nonce is renewed")
        step(gateway, 120)
        renewed = allowed(gateway, gateway.call(token, path="/nonce", nonce=nonce)).all("DPoP-Nonce")
        expect(len(renewed) == 1 and renewed[0] != nonce, f"{renewed}")
        allowed(gateway, gateway.call(token, path="/nonce", nonce=renewed[0]))
        step(gateway, 600)
        refused(gateway, gateway.call(token, path="/nonce", nonce=renewed[0]), 401, "use_dpop_nonce", "DPoP")


@case
def the_feed_goes_on_after_a_step(world):
    with Stepped(world, signet_cache="tokens ceiling=10m", signet_revocations="/_signet/revocations") as gateway:
        for offset in (900, -900, 0):
            token = gateway.server.issue(Key(), life=7200)
            allowed(gateway, gateway.call(token))
            step(gateway, offset)
            token.claims["iat"] -= 2000
            gateway.server.revoke(token)
            eventually(lambda: gateway.call(token).status == 401, f"the token stops working after a step of {offset} s")
