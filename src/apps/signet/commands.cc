#include "apps/signet/commands.h"

#include <algorithm>

namespace signet::apps {
namespace {

constexpr Command kCommands[] = {
    {"init", "make a folder with everything for a first look",
     R"(signet init --data DIR [--port-base N] [--issuer-url URL] [--quiet]

Makes, in DIR, what is not there yet: a development certificate authority with a server certificate, the master key, settings for
the server, the gateway (nginx) and the demo API, two clients (budget-app: private_key_jwt and DPoP; treasury-app: a certificate for
both), those of the gateway and the API, and the users alice and bob with random passwords. Nothing that is there is replaced.
N (8443) is the port of the issuer; N+1 is for client certificates, N+2 the demo API at the gateway, N+3 health and metrics, N+4 the
API behind the gateway, N+5 the gateway's status. -q (--quiet) prints nothing.
)",
     init},
    {"serve", "run the server", R"(signet serve [-c FILE]

Runs the server until SIGTERM, SIGINT or SIGHUP; requests that are running may finish. The log goes to standard error.
Nothing reloads the configuration: restart the server after a change.
)",
     serve},
    {"check-config", "name every mistake in a configuration", R"(signet check-config [-c FILE]

Reads the configuration as `serve` would, prints every problem with file, line and key, and starts nothing.
Exit code 0: it can be served; 1: it has problems.
)",
     check_config},
    {"config-reference", "print the page about all settings", R"(signet config-reference

Prints docs/configuration.md: every key with its type, default, meaning and environment variable.
)",
     config_reference},
    {"keys", "signing keys and the master key", R"(signet keys list [-c FILE] [--issuer ID] [--json]
signet keys rotate [-c FILE] [--issuer ID] [--algorithm ES256] [--now]
signet keys make-master-key FILE

list             the signing keys with their states: next, current, retired
rotate           the next key becomes the current one; refused while caches may not know it yet, unless --now is given
make-master-key  writes a new key for secrets.master_key_file; an existing file is never replaced
A running server signs with the new key within seconds. Without --issuer or --algorithm all are rotated.
)",
     keys},
    {"clients", "registered clients", R"(signet clients create [-c FILE] [--issuer ID] [--file F|-]
signet clients update CLIENT_ID [-c FILE] [--issuer ID] [--file F|-]
signet clients get CLIENT_ID [-c FILE] [--issuer ID]
signet clients delete CLIENT_ID [-c FILE] [--issuer ID]
signet clients list [-c FILE] [--issuer ID] [--json]

-f is short for --file. Metadata is JSON with the names of RFC 7591, read from --file or standard input; `update` replaces all of it.
create makes a client_id when there is none and prints the complete metadata. The scopes, default_acr_values and
authorization_details_types of a client are among those that the issuer offers; what is refused is named.
--issuer may be left out when the configuration has one issuer. A running server sees changes within a second.
)",
     clients},
    {"users", "accounts of people who log in", R"(signet users create [-c FILE] [--issuer ID] [--file F|-]
signet users update USERNAME [-c FILE] [--issuer ID] [--file F|-]
signet users set-password USERNAME [-c FILE] [--issuer ID] [--password-file F|-]
signet users get USERNAME [-c FILE] [--issuer ID]
signet users factors USERNAME [-c FILE] [--issuer ID] [--json]
signet users remove-factor USERNAME FACTOR_ID [-c FILE] [--issuer ID]
signet users end-sessions USERNAME [-c FILE] [--issuer ID] [--revoke-grants]
signet users delete USERNAME [-c FILE] [--issuer ID]
signet users list [-c FILE] [--issuer ID] [--json]

-f is short for --file. An account is JSON: "username", "password" (going in only), "disabled", "flags", and OpenID Connect claims ("name", "email", …), read
from --file or standard input. `update` changes what is there and nothing else: null removes a claim, and a new email or phone_number
is not confirmed unless "email_verified" or "phone_number_verified" comes with it. set-password reads the password from --password-file
or standard input, never from the command line.

Who has lost a factor: `factors` lists what the account has, `remove-factor` takes one away and ends all sessions; the next login that
needs a second factor sets up a new one. Be sure who is asking. Who fears that somebody else is signed in: `end-sessions`, with
--revoke-grants also for every application that has access.
)",
     users},
    {"workflows", "workflows and policies of logins", R"(signet workflows apply FILE|- [-c FILE] [--issuer ID]
signet workflows simulate FILE|- [-c FILE] [--issuer ID] [--last 1000] [--json]
signet workflows list [-c FILE] [--issuer ID] [--json]
signet workflows show NAME [--version N] [--kind workflow|policy] [-c FILE] [--issuer ID]
signet workflows history NAME [--kind workflow|policy] [-c FILE] [--issuer ID] [--json]
signet workflows rollback NAME [--version N] [--kind workflow|policy] [-c FILE] [--issuer ID]

A document is JSON: {"workflow": NAME, "edges": …} or {"policy": "login", "rules": …}; docs/policies.md and
docs/workflow-documents.md explain them.
apply     checks it, makes it the next version and prints what is new (+), gone (-) and changed (~)
simulate  tries a policy on the --last recorded logins and prints which of their decisions would change; changes nothing
show      prints the document in force, or --version
rollback  puts an earlier version in force, the one before or --version
Version 0 is what comes with the program, and in force until another is applied. The first policy takes the place of its three rules
about the threat level, so begin with them: signet workflows show login --kind policy --version 0 > policy.json
Every node of a running server works with the change from the next request on.
)",
     workflows},
    {"threat", "the threat level that policies look at",
     R"(signet threat raise LEVEL [--reason TEXT] [--for 2h] [-c FILE] [--issuer ID] [--json]
signet threat lower [-c FILE] [--issuer ID] [--json]
signet threat show [-c FILE] [--issuer ID] [--json]

LEVEL is 1 to 4; what it means stands in the policy, as conditions on threat_level. Without --for it stays until it is lowered.
Logins that are running already feel it at their next step.
)",
     threat},
    {"audit", "the audit trail",
     R"(signet audit list [-c FILE] [--issuer ID] [--event E] [--outcome O] [--client ID] [--account ID]
                  [--since 2h] [--limit 100] [--json]
signet audit events
signet audit approval ID [-c FILE] [--issuer ID] [--json]

Newest records first, in UTC; with --json one a line, their time as RFC 3339 has it. --since takes a duration ("90s", "2h", "30d").
events    lists what --event and --outcome may be, and what each event means
approval prints the payment that a payer was shown and verifies the signature over it again; it fails when either was changed.
)",
     audit},
    {"backup", "copy the database while the server runs", R"(signet backup FILE [-c FILE]

Writes a consistent copy of the whole database into a new file. Keep the master key elsewhere: the copy is useless without it.
)",
     backup},
    {"login", "log in as a client and keep the tokens",
     R"(signet login --client-file FILE [--issuer URL] [--scope "S …"] [--resource URL]
             [--authorization-details FILE|JSON] [--acr-values "A …"] [--max-age SECONDS]
             [--token-file FILE] [--ca-file FILE] [--browser] [--trace]
signet login --client-file FILE --user NAME --password-file F|- [--deny] …
signet login --client-file FILE --in-app [--choose ACTION] … [--answer NAME=VALUE|NAME=@F] …
             [--authenticator FILE] [--browser]

Runs a whole login: pushed request, browser, code, ID token; every answer is checked. A person gets an address to open, and the
browser comes back to a listener on 127.0.0.1 (--browser tries to open it). With --user the login pages are filled in by
the program itself, for scripts: the password comes from --password-file or, with -, from standard input, never from the command line;
--deny refuses the consent.
With --in-app the login happens in this terminal, whatever steps the server asks for; the client needs the scope
urn:se:curity:scopes:haapi. For scripts, --answer fills in a field by its name, once, and --choose takes the action of that name or
title on the next page that offers it: --answer username=alice --answer password=@pw.txt --choose allow.
A passkey needs a browser: the step has an address to open there, and goes on here afterwards.
--authenticator FILE is an authenticator app in a file, for scripts and demonstrations: it keeps the key that a page sets up, and fills
in its codes. On a machine that knows the password too it is no second factor.
--trace (or -v, --verbose) shows each step on standard error: what was sent, what came back, how long it took; secrets are shortened.
The tokens go to --token-file, else to ~/.config/signet/tokens.json, readable by you alone.
--acr-values "mfa" and --max-age 60 ask for a stronger or a fresher login.
--authorization-details asks for what the objects of a JSON array say in detail (RFC 9396), for example one payment. --ca-file names extra trust anchors.
FILE is JSON: client metadata with RFC 7591 names, "issuer", private "jwks", or "tls_certificate_file" and
"tls_private_key_file", and "ca_file"; files are looked for beside it.
)",
     login},
    {"call", "call an API with the tokens of a login",
     R"(signet call URL [--method M] [--data D|@FILE] [--header "N: V"] … [--accept TYPE]
            [--token-file FILE] [--client-file FILE] [--ca-file FILE] [--trace]

-X, -d, -H and -v are short for --method, --data, --header and --trace (or --verbose). Without --accept it is application/json.
Sends the access token with the proof it is bound to: a DPoP proof or the client's certificate. An expired token is
refreshed first. Status and fields go to standard error, the body to standard output.
Exit code 0: answered below 400; 1: refused.
)",
     call},
    {"token", "refresh, revoke or introspect the tokens of a login",
     R"(signet token refresh [--token-file FILE] [--trace]
signet token revoke [--token-file FILE] [--trace]
signet token introspect [--token-file FILE] [--trace]

--client-file and --ca-file go before what the login has kept; -v (--verbose) is --trace.
revoke ends the refresh token and with it the access token. introspect prints what the server knows of the access token; the
client must be allowed to ask.
)",
     token},
    {"device", "approve sign-ins and payments from this terminal",
     R"(signet device register --code-url URL [--key-file FILE] [--name NAME]
signet device register --issuer URL --code CODE …
signet device pending [--key-file FILE]
signet device approve ID --number NN [--key-file FILE]
signet device deny ID [--key-file FILE]

register  makes a key and answers with it to the code of a page that registers devices; its owner confirms it there
pending   what waits for an answer, with everything that is approved
approve   signs a hash of what is shown, with the number that stands on the page of the sign-in; look at it first
The key stays in --key-file, else in ~/.config/signet/device.json, readable by you alone. --ca-file names extra trust anchors.
)",
     device},
    {"version", "print the version", "signet version\n", version},
    {"help", "explain a command", "signet help [COMMAND]\n", help},
};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto* found = std::ranges::find(kCommands, name, &Command::name);
  return found == std::end(kCommands) ? nullptr : found;
}

}  // namespace signet::apps
