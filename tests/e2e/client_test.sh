#!/usr/bin/env bash
# The command line as a client: logins by a script and by a person, calls, tokens, the demo API behind its gateway and without it, the five attacks.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/e2e/client_test.py "${SIGNET_BIN:-build/release/bin}"
