"""Cases, how they are run, and what an answer of the gateway must be."""
import re
import time
import traceback

from client import Answer  # noqa: F401  first: it makes tests/e2e known
from lib import Failure, expect

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CASES = []


class Skipped(Exception):
    """The case proves nothing here, for the reason it says."""


def case(function):
    """A test whose name is the sentence it proves. It takes the theme's gateway, or the world where the theme has none."""
    CASES.append(function)
    return function


def sentence(function):
    return function.__name__.replace("_", " ")


def allowed(gateway, answer, status=200):
    """The API answered, once. Gives the answer, so that it can be looked into."""
    expect(answer.status == status, f"{answer.status} instead of {status}: {answer} {answer.fields}\n{tail(gateway)}")
    seen = gateway.world.upstream.times_seen(answer.marker)
    expect(seen == 1, f"the API saw the request {seen} times")
    return answer


def refused(gateway, answer, status, error=None, scheme=None):
    """The API was not reached, and the answer says so as it must. `error` and `scheme` are those of the challenge."""
    expect(answer.status == status, f"{answer.status} instead of {status}: {answer} {answer.fields}\n{tail(gateway)}")
    expect(gateway.world.upstream.times_seen(answer.marker) == 0, f"{answer}: refused, but the API saw the request")
    check_form(answer, status)
    challenges = answer.challenges()
    if error and status in (400, 401, 403):
        named = [each for each in challenges if each.parameters.get("error") == error and scheme in (None, each.scheme)]
        expect(named, f"no challenge {scheme or ''} with error {error}: {challenges}")
    if error:
        expect(answer.json().get("error") == error, f"the problem is no {error}: {answer}")
    if status >= 500:
        expect(not challenges, f"{status} with a challenge: {challenges}")
    return answer


def refused_by_nginx(gateway, answer, *statuses):
    """What nginx itself refuses before any module sees it: its own page, or (None) a connection that it closes"""
    expect(answer.status in statuses, f"{answer.status} instead of {statuses}: {answer}\n{tail(gateway)}")
    expect(gateway.world.upstream.times_seen(answer.marker) == 0, f"{answer}: refused, but the API saw the request")


def check_form(answer, status):
    """Every answer of the gateway itself is a problem for programs, is not stored and has an interaction id."""
    problem = answer.json()
    expect(answer.field("Content-Type") == "application/problem+json", f"Content-Type {answer.field('Content-Type')}: {answer}")
    expect(isinstance(problem, dict) and problem.get("status") == status and problem.get("title"), f"no problem: {answer}")
    expect("no-store" in answer.field("Cache-Control"), f"may be stored: {answer.fields}")
    expect(UUID.fullmatch(answer.field("x-fapi-interaction-id")), f"no interaction id: {answer.fields}")
    expect(len(answer.all("x-fapi-interaction-id")) == 1, f"several interaction ids: {answer.fields}")
    expect(answer.field("Date"), "no Date")


def tail(gateway):
    return "\n".join(gateway.logs().splitlines()[-15:])


def eventually(question, what, limit=15.0):
    """Asks until it is so; gives how long that took."""
    start = time.monotonic()
    while not question():
        if time.monotonic() - start > limit:
            raise Failure(f"still not so after {limit} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - start


def run_case(function, argument):
    """Gives whether it passed; nothing when it was skipped."""
    started = time.monotonic()
    try:
        function(argument)
    except Skipped as reason:
        print(f"skipped {sentence(function)}: {reason}", flush=True)
        return None
    except Exception as problem:  # the next case must run whatever happens in this one
        print(f"FAILED  {sentence(function)}\n        " + str(problem).replace("\n", "\n        "), flush=True)
        if not isinstance(problem, Failure):
            traceback.print_exc()
        return False
    print(f"ok      {sentence(function)} ({time.monotonic() - started:.1f} s)", flush=True)
    return True
