"""The status page in Prometheus format, and that its counters move."""
import re

from cases import allowed, case, eventually, refused
from harness import Gateway
from lib import expect

from fake_server import AUDIENCE, reply
from keys import Key, make_proof

LOCATIONS = """
    location / { signet on; proxy_pass {upstream}; }
    location = /status { signet_status; allow 127.0.0.1; deny all; }
"""
SAMPLE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.eE+-]+|NaN|[+-]Inf)$')


def gateway(world):
    return Gateway(world, LOCATIONS, signet_revocations="/_signet/revocations", signet_cache="tokens ceiling=10m")


def samples(gateway, connection=None):
    """name -> {labels: value}; the text must be what Prometheus reads."""
    answer = gateway.send(path="/status", connection=connection)
    expect(answer.status == 200 and answer.field("Content-Type").startswith("text/plain"), f"{answer} {answer.fields}")
    found, types = {}, {}
    text = answer.body.decode()
    expect(text.endswith("\n"), "the last line has no end")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            expect(name not in types and kind in ("counter", "gauge", "histogram", "summary"), line)
            types[name] = kind
        elif line and not line.startswith("#"):
            match = SAMPLE.match(line)
            expect(match, f"no sample: {line}")
            name, labels, value = match.groups()
            expect(name.startswith("signet_"), line)
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            expect(name in types or base in types, f"{name} has no type")
            expect(labels not in found.setdefault(name, {}), f"twice: {line}")
            found[name][labels] = float(value)
    expect(found, "no samples")
    return found


def total(gateway, pattern):
    """Of all samples whose text fits."""
    return sum(value for name, each in samples(gateway).items() for labels, value in each.items()
               if not name.endswith(("_bucket", "_sum")) and re.search(pattern, f"{name}{{{labels or ''}}}"))


def grows(gateway, pattern, by, work):
    before = total(gateway, pattern)
    work()
    eventually(lambda: total(gateway, pattern) - before == by, f"{pattern} grows by {by}; it grew by {total(gateway, pattern) - before}", 5)


@case
def the_page_is_what_prometheus_reads(gateway):
    allowed(gateway, gateway.call(gateway.world.server.issue(Key())))
    first = samples(gateway)
    second = samples(gateway)
    expect(set(first) == set(second), f"{set(first) ^ set(second)}")


@case
def allowed_and_refused_requests_are_counted_by_reason(gateway):
    server = gateway.world.server
    token, weak = server.issue(Key()), server.issue(Key(), scope="x")
    grows(gateway, r'decisions.*result="allowed"', 3, lambda: [gateway.call(token) for _ in range(3)])
    grows(gateway, r'decisions.*result="refused"', 2, lambda: [gateway.call(weak) for _ in range(2)])
    grows(gateway, r'decisions.*reason="insufficient_scope"', 2, lambda: [gateway.call(weak) for _ in range(2)])
    broken = server.issue(Key(), script=reply(503))
    grows(gateway, r'decisions.*result="unavailable"', 2, lambda: [gateway.call(broken) for _ in range(2)])


@case
def replays_are_counted(gateway):
    token = gateway.world.server.issue(Key())
    proof = make_proof(token.key, token.text, url=AUDIENCE + "/accounts")
    allowed(gateway, gateway.call(token, proof=proof))
    grows(gateway, r'replay', 2, lambda: [gateway.call(token, proof=proof) for _ in range(2)])


@case
def hits_and_misses_of_the_cache_are_counted(gateway):
    token = gateway.world.server.issue(Key())
    grows(gateway, r'cache.*miss', 1, lambda: gateway.call(token))
    grows(gateway, r'cache.*hit', 4, lambda: [gateway.call(token) for _ in range(4)])


@case
def introspections_and_their_time_are_counted(gateway):
    grows(gateway, r'introspection.*_count\{|introspections_total', 2, lambda: [gateway.call(gateway.world.server.issue(Key())) for _ in range(2)])
    expect(any("introspection" in name and "seconds" in name for name in samples(gateway)), str(list(samples(gateway))))


@case
def the_delay_of_revocations_is_measured(gateway):
    token = gateway.world.server.issue(Key())
    allowed(gateway, gateway.call(token))
    gateway.world.server.revoke(token)
    eventually(lambda: gateway.call(token).status == 401, "the token stops working")
    found = {name: each for name, each in samples(gateway).items() if "revocation" in name}
    expect(any("delay" in name or "lag" in name or "age" in name for name in found), f"no delay: {list(found)}")


@case
def all_workers_count_together(gateway):
    with gateway.connections() as connections:
        token = gateway.world.server.issue(Key())
        for each in connections:
            allowed(gateway, gateway.call(token, connection=each))
        pages = [samples(gateway, each) for each in connections]
        name = next(name for name in pages[0] if "decisions" in name)
        expect(pages[0][name] == pages[1][name], f"{pages[0][name]} {pages[1][name]}")


@case
def the_page_names_no_token_and_no_client(gateway):
    token = gateway.world.server.issue(Key(), client_id="client-of-somebody", sub="alice-of-somebody")
    allowed(gateway, gateway.call(token))
    text = gateway.send(path="/status").body.decode()
    for secret in (token.text, token.key.thumbprint(), "client-of-somebody", "alice-of-somebody"):
        expect(secret not in text, f"{secret} stands on the status page")


@case
def the_page_can_be_closed_by_nginx_itself(gateway):
    expect(gateway.send(path="/status", source="127.0.0.9").status == 403, "deny did not count")
    expect(gateway.send("POST", "/status", body=b"x").status == 405, "POST")
    expect(gateway.send("HEAD", "/status").status == 200, "HEAD")
    refused(gateway, gateway.send(path="/statusx"), 401)
