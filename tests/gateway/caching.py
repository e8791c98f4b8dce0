"""The cache of phantom tokens: one introspection, possession after every hit, short memory of refusals, the ceiling."""
import threading
import time

from cases import allowed, case, eventually, refused
from client import Connection, make_request
from harness import Gateway
from lib import expect

from fake_server import AUDIENCE, after, changed, reply
from keys import Key, make_proof, read_jws

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location /payments { signet on; signet_scopes payments; proxy_pass {upstream}; }
    location /bare { signet on; signet_phantom_token jwt; proxy_pass {upstream}; }
    location /other-audience { signet on; signet_audience https://other.example.test;
      signet_public_url https://api.example.test; proxy_pass {upstream}; }
"""


def gateway(world):
    return Gateway(world, LOCATIONS, signet_cache="tokens ceiling=10m negative=1s")


def at_once(count, work):
    """The results of `work(number)` on as many threads, which begin together."""
    results, barrier = [None] * count, threading.Barrier(count)

    def run(number):
        barrier.wait()
        try:
            results[number] = work(number)
        except Exception as problem:
            results[number] = problem
    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    failures = [each for each in results if isinstance(each, Exception)]
    if failures:
        raise failures[0]
    return results


@case
def many_requests_for_one_uncached_token_cause_one_introspection(gateway):
    """On both workers"""
    for delay in (0.0, 0.6):
        token = gateway.world.server.issue(Key(), script=after(delay))
        for answer in at_once(40, lambda _: gateway.call(token)):
            allowed(gateway, answer)
        asked = gateway.world.server.asked_about(token)
        # Never two from one worker; a second worker that misses at the same moment may wait for the first or ask itself.
        expect(asked == 1, f"{asked} introspections for 40 requests at once")


@case
def a_cached_token_is_cached_for_both_workers(gateway):
    with gateway.connections() as connections:
        for first in connections:
            token = gateway.world.server.issue(Key())
            allowed(gateway, gateway.call(token, connection=first))
            for each in connections * 3:
                allowed(gateway, gateway.call(token, connection=each))
            expect(gateway.world.server.asked_about(token) == 1, f"{gateway.world.server.asked_about(token)} introspections")


@case
def those_who_wait_for_an_outage_all_learn_of_it(gateway):
    def late_failure(handler, good):
        time.sleep(0.5)
        reply(503)(handler, good)
    token = gateway.world.server.issue(Key(), script=late_failure)
    for answer in at_once(20, lambda _: gateway.call(token)):
        refused(gateway, answer, 503)
    token.script = None
    allowed(gateway, gateway.call(token))


@case
def those_who_wait_are_each_held_to_their_own_proof(gateway):
    token, thief = gateway.world.server.issue(Key(), script=after(0.5)), Key()
    answers = at_once(20, lambda number: gateway.call(token, key=thief if number % 2 else token.key))
    for number, answer in enumerate(answers):
        if number % 2:
            refused(gateway, answer, 401, "invalid_token", "DPoP")
        else:
            allowed(gateway, answer)


@case
def one_who_hangs_up_does_not_leave_the_others_waiting(gateway):
    token = gateway.world.server.issue(Key(), script=after(0.8))
    leader = Connection(gateway.port)
    leader.send(make_request("GET", "/accounts", gateway.credential(token))[0])
    eventually(lambda: gateway.world.server.asked_about(token) == 1, "the first request asks")
    threading.Timer(0.3, leader.socket.close).start()
    for answer in at_once(8, lambda _: gateway.call(token)):
        allowed(gateway, answer)


@case
def possession_is_checked_after_a_hit(gateway):
    server, thief = gateway.world.server, Key()
    token = server.issue(Key())
    allowed(gateway, gateway.call(token))
    for _ in range(3):
        refused(gateway, gateway.call(token, key=thief), 401, "invalid_token", "DPoP")
        refused(gateway, gateway.call(token, htm="POST"), 401, "invalid_dpop_proof", "DPoP")
        refused(gateway, gateway.send(fields=[f"Authorization: DPoP {token.text}"]), 401, "invalid_dpop_proof", "DPoP")
        refused(gateway, gateway.send(fields=[f"Authorization: Bearer {token.text}"]), 401, "invalid_token")
        allowed(gateway, gateway.call(token))
    expect(server.asked_about(token) == 1, f"{server.asked_about(token)} introspections")


@case
def scope_and_audience_are_checked_after_a_hit(gateway):
    token = gateway.world.server.issue(Key())
    allowed(gateway, gateway.call(token))
    refused(gateway, gateway.call(token, path="/payments"), 403, "insufficient_scope", "DPoP")
    refused(gateway, gateway.call(token, path="/other-audience"), 401, "invalid_token", "DPoP")
    allowed(gateway, gateway.call(token))


@case
def the_two_forms_of_phantom_token_do_not_stand_in_for_each_other(gateway):
    token = gateway.world.server.issue(Key())
    for _ in range(2):
        one, two = (allowed(gateway, gateway.call(token, path=path)).echo("Authorization")[0] for path in ("/accounts", "/bare"))
        expect(one != two and len(one) > len(two) - 200, "the same phantom token for both")


@case
def a_refusal_is_remembered_shortly(gateway):
    """So that a flood of requests with one dead token does not reach the authorization server"""
    server = gateway.world.server
    token = server.issue(Key())
    token.active = False
    for _ in range(10):
        refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")
    asked = server.asked_about(token)
    expect(asked < 10, "every request was asked about")
    token.active = True  # as a token that was only just replicated to the server that answers
    eventually(lambda: gateway.call(token).status == 200, "the refusal is forgotten")


@case
def different_tokens_are_different_entries(gateway):
    server = gateway.world.server
    tokens = [server.issue(Key(), sub=f"user-{number}") for number in range(60)]
    for _ in range(2):
        for token in tokens:
            phantom = allowed(gateway, gateway.call(token)).echo("Authorization")[0].partition(" ")[2]
            expect(read_jws(phantom)[1]["token_introspection"]["sub"] == token.claims["sub"], "the phantom token of somebody else")
    expect(all(server.asked_about(token) == 1 for token in tokens), "asked twice")


@case
def a_token_that_differs_by_one_letter_is_another_token(gateway):
    token = gateway.world.server.issue(Key())
    allowed(gateway, gateway.call(token))
    text = token.text
    for other in (text[:-1], text + "A", text[:-1] + ("A" if text[-1] != "A" else "B"), text.swapcase(), text + "=", text[:20]):
        token.text = other
        refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")
    token.text = text


@case
def behind_the_ceiling_the_server_is_asked_again(gateway):
    with Gateway(gateway.world, signet_cache="tokens ceiling=1s") as short:
        server, token = short.server, short.server.issue(Key())
        allowed(short, short.call(token))
        token.active = False
        eventually(lambda: short.call(token).status == 401, "the token stops working")
        expect(server.asked_about(token) >= 2, "the server was not asked again")


@case
def the_server_may_forbid_or_shorten_remembering(gateway):
    for field in ("no-store", "private, max-age=0", "max-age=1"):
        token = gateway.world.server.issue(Key(), script=changed(lambda good: good.fields.update(Cache_Control=field)))
        allowed(gateway, gateway.call(token, path="/bare"))
        time.sleep(1.2 if field == "max-age=1" else 0)
        allowed(gateway, gateway.call(token, path="/bare"))
        expect(gateway.world.server.asked_about(token) == 2, f"{field}: asked {gateway.world.server.asked_about(token)} times")


@case
def a_full_cache_goes_on_serving(gateway):
    """More than the zone holds: old entries go, nothing fails, the latest is there."""
    with Gateway(gateway.world, signet_zone="tokens 256k") as small:
        server = small.server
        for number in range(300):
            allowed(small, small.call(server.issue(Key() if number == 0 else last.key, padding=2000 if number % 3 else 40_000)))
            last = list(server.tokens.values())[-1]
        allowed(small, small.call(last))


@case
def a_full_replay_memory_never_lets_a_replay_through(gateway):
    """When it cannot remember a proof it must refuse it."""
    with Gateway(gateway.world, signet_replay_zone="proofs 32k") as small:
        token = small.server.issue(Key())
        with small.connections() as connections:
            proofs = [make_proof(token.key, token.text, url=AUDIENCE + "/accounts") for _ in range(3000)]
            accepted = [proof for proof in proofs if small.call(token, proof=proof, connection=connections[0]).status == 200]
            expect(len(accepted) > 200, f"only {len(accepted)} proofs were accepted")
            again = [proof for proof in accepted if small.call(token, proof=proof, connection=connections[1]).status == 200]
            expect(not again, f"{len(again)} of {len(accepted)} proofs were accepted twice")


@case
def the_variable_says_hit_or_miss(gateway):
    token = gateway.world.server.issue(Key())
    for _ in range(2):
        allowed(gateway, gateway.call(token))
    allowed(gateway, gateway.call(gateway.world.server.issue(Key(), jwt=True)))

    def found():
        return [line.split(" ")[5] for line in (gateway.folder / "access.log").read_text().splitlines()[-3:]]
    eventually(lambda: found() == ["miss", "hit", "local"], f"{found()}")
