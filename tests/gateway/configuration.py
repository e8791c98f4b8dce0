"""Configuration: what is missing or contradicts itself stops nginx at start and is named. It never means "allow"."""
import json

from cases import case
from harness import Gateway
from lib import expect

from keys import Key

PROTECTED = "location / { signet on; proxy_pass {upstream}; }"


def stops(world, named, locations=PROTECTED, http="", **changes):
    """`nginx -t` fails, and what it says names the directive."""
    code, text = Gateway(world, locations, http, **changes).check_configuration()
    expect(code != 0, f"nginx would start: {locations} {changes} {text}")
    emergencies = [line for line in text.splitlines() if "[emerg]" in line]
    expect(emergencies and any(named in line for line in emergencies), f"{named} is not named: {text}")
    expect("AddressSanitizer" not in text, text)


def starts(world, locations=PROTECTED, http="", **changes):
    code, text = Gateway(world, locations, http, **changes).check_configuration()
    expect(code == 0, f"nginx would not start: {locations} {changes}\n{text}")
    expect("[warn]" not in text, f"nginx warns: {text}")


def location(directives):
    return f"location / {{ signet on; {directives} proxy_pass {{upstream}}; }}"


def file_with(world, content, name="client-key.json", mode=0o600):
    file = world.folder / name
    file.unlink(missing_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    file.chmod(mode)
    return file


@case
def a_good_configuration_starts(world):
    starts(world)
    for directives in ("signet_accept bearer;", "signet_accept mtls; signet_replay off;", "signet_scopes off;", "signet_forward off;",
                       "signet_forward token key;", "signet_dpop_nonce group;", "signet_dpop_lifetime 30s;", "signet_max_age 1h;",
                       "signet_acr_values urn:a urn:b;", 'signet_realm "My \\"bank\\"";', "signet_client_cert_from 10.0.0.0/8 ::1;",
                       "signet_cache tokens ceiling=5s negative=0s;", "signet_phantom_token jwt;", "signet_interaction_id off;",
                       "signet_public_url https://public.example.test;", "signet_replay off;"):
        starts(world, location(directives))


@case
def a_module_that_is_only_loaded_needs_no_setting(world):
    nothing = {name: None for name in ("signet_zone", "signet_replay_zone", "signet_cache", "signet_replay", "signet_issuer", "signet_audience",
                                       "signet_client_id", "signet_client_auth", "signet_scopes", "signet_introspection", "signet_jwks")}
    starts(world, "location / { proxy_pass {upstream}; }", **nothing)
    starts(world, "location / { signet off; proxy_pass {upstream}; }", **nothing)
    stops(world, "signet_", PROTECTED, **nothing)


@case
def each_required_setting_is_missed_by_its_name(world):
    for name in ("signet_issuer", "signet_audience", "signet_client_id", "signet_client_auth", "signet_scopes", "signet_introspection",
                 "signet_jwks", "signet_cache", "signet_replay"):
        stops(world, name, **{name: None})
    # Not only where the http block lacks it: one location of many is enough.
    one_of_two = "location /a { signet on; signet_scopes a; proxy_pass {upstream}; } location /b { signet on; proxy_pass {upstream}; }"
    stops(world, "signet_scopes", one_of_two, signet_scopes=None)


@case
def what_is_not_needed_may_be_missing(world):
    starts(world, location("signet_accept mtls;"), signet_replay=None)
    starts(world, location("signet_accept bearer;"), signet_replay=None, signet_replay_zone=None)
    starts(world, location("signet_tokens jwt;"), signet_introspection=None)


@case
def zones_must_exist_and_be_of_the_right_kind(world):
    stops(world, "tokens", signet_zone=None)
    stops(world, "proofs", signet_replay_zone=None)
    stops(world, "signet_cache", signet_cache="unknown")
    stops(world, "signet_replay", signet_replay="unknown")
    stops(world, "proofs", signet_cache="proofs")
    stops(world, "tokens", signet_replay="tokens")
    for size in ("", "tiny", "0", "1k", "-1m", "tokens 4m"):
        stops(world, "signet_zone", signet_zone=f"tokens {size}")
        stops(world, "signet_replay_zone", signet_replay_zone=f"proofs {size}")
    stops(world, "tokens", signet_replay_zone="tokens 1m", signet_replay="tokens")


@case
def urls_must_be_urls(world):
    for value in ("", '""', "as.example.test", "/as", "ftp://as.example.test", "https://", "https://as.example.test/?q",
                  "https://as.example.test/#f", "https://a b/", '"https://as.example.test/ x"', "https://user@as.example.test"):
        stops(world, "signet_issuer", signet_issuer=value)
    for value in ("", '""', "api", "https://api.example.test/#f"):
        stops(world, "signet_audience", signet_audience=value)
    for value in ("", "public", "https://public.example.test/path", "https://public.example.test?q", "ftp://public.example.test", "https://"):
        stops(world, "signet_public_url", location(f"signet_public_url {value};"))


@case
def an_audience_that_is_no_url_needs_a_public_url(world):
    stops(world, "signet_public_url", signet_audience="urn:example:api")
    starts(world, location("signet_public_url https://api.example.test;"), signet_audience="urn:example:api")


@case
def words_are_the_ones_that_exist(world):
    for name, values in (("signet_accept", ("", "basic", "DPoP", "dpop dpop", "off", "dpop, mtls")),
                         ("signet_tokens", ("", "jwe", "opaque opaque", "off")),
                         ("signet_phantom_token", ("", "opaque", "JWT", "jwt jwt")), ("signet_interaction_id", ("", "maybe")),
                         ("signet_forward", ("", "everything", "phantom phantom", "off key", "key off", "phantom token")),
                         ("signet_dpop_nonce", ("", "group key=", "group key=/nonexistent", "group lock=x", "off key=/etc/hostname")),
                         ("signet_dpop_lifetime", ("", "0s", "-5s", "soon", "2d")), ("signet_max_age", ("", "x", "-1")),
                         ("signet_scopes", ("", "off accounts", "accounts off", '"a b"', 'a\\"b', "accounts accounts")),
                         ("signet_client_cert_from", ("", "localhost", "10.0.0.0/33", "10.0.0.0/8x", "all")),
                         ("signet_cache", ("", "tokens ceiling=x", "tokens ceiling=-1s", "tokens negative=x", "tokens size=1", "tokens tokens")),
                         ("signet_client_id", ("", '""', "a b", '"a b\x01"')), ("signet", ("", "maybe", "on on"))):
        for value in values:
            text = location(f"{name} {value};") if name != "signet" else f"location / {{ signet {value}; proxy_pass {{upstream}}; }}"
            stops(world, name, text)


@case
def a_directive_that_stands_twice_is_refused(world):
    for line in ("signet_issuer https://a.example.test;", "signet_scopes a;", "signet_accept dpop;", "signet_realm x;", "signet_cache tokens;",
                 "signet_forward key;"):
        stops(world, line.split(" ")[0], location(line + line))


@case
def internal_locations_are_paths(world):
    for name in ("signet_introspection", "signet_jwks", "signet_revocations"):
        for value in ("", "introspect", "https://as.example.test/introspect", "/a b", '""'):
            stops(world, name, **{name: value})


@case
def the_private_key_must_be_one_private_key(world):
    key = Key()
    for content in ("", "x", "[]", "{}", "null", {"keys": []}, {"keys": [Key().private_jwk(), Key().private_jwk()]}, key.public_jwk(),
                    key.published_jwk(), key.private_jwk() | {"d": "AA"}, key.private_jwk() | {"d": Key().private_jwk()["d"]},
                    {"kty": "oct", "k": "AAAA"}, {"keys": [key.public_jwk()]}, "-----BEGIN PRIVATE KEY-----", json.dumps(key.private_jwk()) + "x"):
        stops(world, "signet_client_auth", signet_client_auth=f"private_key_jwt {file_with(world, content)}")
    for value in ("", "private_key_jwt", "private_key_jwt /nonexistent", "client_secret_basic secret", "tls x", f"private_key_jwt {world.folder}",
                  f"private_key_jwt {file_with(world, key.private_jwk())} more"):
        stops(world, "signet_client_auth", signet_client_auth=value)
    for content in (key.private_jwk(), {"keys": [key.private_jwk()]}):
        starts(world, signet_client_auth=f"private_key_jwt {file_with(world, content)}")
    starts(world, signet_client_auth="tls")


@case
def the_message_about_a_bad_key_does_not_show_it(world):
    key = Key().private_jwk()
    content = json.dumps(key) + "x"
    _, text = Gateway(world, signet_client_auth=f"private_key_jwt {file_with(world, content)}").check_configuration()
    expect(key["d"] not in text and key["x"] not in text, text)


@case
def a_nonce_key_must_be_64_hex_characters(world):
    for content in ("", "00" * 31, "00" * 33, "zz" * 32, "00" * 32 + " x", "0x" + "00" * 32):
        stops(world, "signet_dpop_nonce", location(f"signet_dpop_nonce group key={file_with(world, content)};"))
    for content in ("ab" * 32, "AB" * 32 + "\n"):
        starts(world, location(f"signet_dpop_nonce group key={file_with(world, content)};"))


@case
def satisfy_any_is_refused_where_tokens_are_required(world):
    """Another access rule must not open the door instead of the token."""
    stops(world, "satisfy", location("satisfy any; allow all;"))
    stops(world, "satisfy", PROTECTED, "satisfy any;")
    starts(world, location("satisfy all; allow all;"))
    starts(world, "location / { satisfy any; allow all; proxy_pass {upstream}; } location /api { satisfy all; signet on; proxy_pass {upstream}; }")


@case
def directives_are_where_they_may_be(world):
    for line in ("signet_zone more 1m;", "signet_replay_zone more 1m;"):
        stops(world, line.split(" ")[0], location(line))
    for line in ("signet_metadata;", "signet_status;"):
        stops(world, line[:-1], http=line)
    stops(world, "signet", "location / { if ($arg_x) { signet off; } signet on; proxy_pass {upstream}; }")


@case
def metadata_needs_what_it_tells(world):
    stops(world, "signet_", "location = /m { signet_metadata; }", signet_issuer=None)
    stops(world, "signet_", "location = /m { signet_metadata; }", signet_audience=None)


@case
def nginx_really_does_not_start_with_a_missing_setting(world):
    """As `nginx -t` says, so it is."""
    try:
        with Gateway(world, signet_scopes=None):
            raise AssertionError("nginx started")
    except AssertionError:
        raise
    except Exception as problem:
        expect("signet_scopes" in str(problem), str(problem))
