#!/usr/bin/env bash
# The command line and the running server, driven as an operator does.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/e2e/cli_test.py "${SIGNET_BIN:-build/release/bin}/signet"
