#!/usr/bin/env bash
# ./run as a user meets it: proves the flow, starts again in a moment, names a taken port, and tells the truth about a failure.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
bin=$(realpath "${SIGNET_BIN:-build/release/bin}")
export SIGNET_GATEWAY_MODULE=${SIGNET_GATEWAY_MODULE:-$bin/../nginx/ngx_http_signet_module.so}
folder=$(mktemp -d "${TMPDIR:-/tmp}/signet-run-XXXXXX")
holder=
cleanup() {
  [ -z "$holder" ] || kill "$holder" 2>/dev/null
  rm -rf "$folder"
}
trap cleanup EXIT
fail() {
  echo "FAILED: $1" >&2
  tail -n 30 "$folder/out" >&2
  exit 1
}

# Six free ports in a row.
base=$(python3 - <<'PY'
import random, socket
def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
base = 0
while not base or not all(is_free(port) for port in range(base, base + 6)):
    base = random.randrange(20000, 32000)
print(base)
PY
)
once() { SIGNET_BIN=${programs:-$bin} ./run --once --data "$folder/data" "$@" >"$folder/out" 2>&1; }
# Of everything that `signet init` makes, the database apart.
checksums() { find "$folder/data" -type f ! -name 'signet.db*' ! -path '*/tokens/*' ! -path '*/authenticators/*' ! -path '*/logs/*' -exec sha256sum {} + | sort; }

once --port-base "$base" || fail "the first ./run --once did not succeed"
[ "$(grep -c '^  ok  ' "$folder/out")" = 9 ] || fail "the first ./run --once did not report nine parts as ok"
while IFS= read -r line; do
  grep -qxF -- "$line" README.md || fail "the README does not show what ./run says: $line"
done < <(grep '^  ok  ' "$folder/out")
grep -q $'\e' "$folder/out" && fail "./run writes colours where there is no terminal"
[ "$(grep -c 'result=allowed' "$folder/data/logs/gateway-access.log")" -ge 5 ] || fail "the calls of ./run did not go through the gateway"
grep -q 'reason=replay' "$folder/data/logs/gateway-access.log" || fail "the gateway did not refuse the proof that was used again"
echo "first start: every step and every refusal as expected, all calls through the gateway"

once || fail "the second ./run --once did not succeed"
grep -q '(kept)' "$folder/out" || fail "the second start did not keep what the first one made"
echo "second start: the same, with what the first one made"

before=$(checksums)
"$bin/signet" init --data "$folder/data" --port-base 4000 >"$folder/out" 2>&1 && fail "signet init changed the ports of a folder that is set up"
"$bin/signet" init --data "$folder/data" >"$folder/out" 2>&1 || fail "signet init refused to look at a folder that is set up"
after=$(checksums)
[ "$before" = "$after" ] || fail "signet init replaced a file"
echo "signet init replaces nothing"

"$bin/signet" init --data "$folder/quiet" --quiet >"$folder/out" 2>&1 || fail "signet init --quiet did not succeed"
[ ! -s "$folder/out" ] || fail "signet init --quiet says something: $(cat "$folder/out")"
echo "signet init makes a new database, and need not say so"

secret=$(cat "$folder/data/passwords/alice.txt")
grep -rqF "$secret" "$folder/out" "$folder/data/logs" && fail "a password stands in the output or in a log"
[ -z "$(find "$folder/data" \( -name '*.key' -o -name '*.txt' -o -path '*/clients/*.json' -o -path '*/tokens/*' -o -path '*/authenticators/*' \) -type f -perm /077)" ] ||
  fail "a secret file can be read by others"
for token in "$folder/data/tokens/"*.json; do
  grep -rqF "$(sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p' "$token")" "$folder/data/logs" && fail "an access token stands in a log"
done
echo "secrets are for their owner alone"

python3 -m http.server --bind 127.0.0.1 "$base" >/dev/null 2>&1 &
holder=$!
for _ in $(seq 50); do (exec 3<>"/dev/tcp/127.0.0.1/$base") 2>/dev/null && break; sleep 0.1; done
once && fail "./run succeeded although its port was taken"
grep -q "port $base is taken" "$folder/out" || fail "./run did not name the taken port"
grep -q -- '--port-base' "$folder/out" || fail "./run did not say what to do about the taken port"
kill "$holder"; wait "$holder" 2>/dev/null; holder=
echo "a taken port is named, and what to do about it"

programs=$folder/programs
mkdir "$programs"
ln -s "$bin/signet" "$bin/signet-bank" "$programs/"
printf '#!/bin/sh\nexit 1\n' >"$programs/signet-attacks"
chmod +x "$programs/signet-attacks"
once && fail "./run said that all is well although an attack got through"
grep -q 'FAILED' "$folder/out" || fail "./run did not show the failure"
echo "an attack that gets through is told"

(exec 3<>"/dev/tcp/127.0.0.1/$base") 2>/dev/null && fail "a program is still running"
echo "nothing is left running"
