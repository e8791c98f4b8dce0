#!/usr/bin/env bash
# Logins inside an app against a real server: what is refused, a script in the terminal, and web/kit in Chromium.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
tests/e2e/npm_packages.sh web/kit tests/e2e/node
exec python3 tests/e2e/in_app_test.py "${SIGNET_BIN:-build/release/bin}"
