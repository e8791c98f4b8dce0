#!/usr/bin/env bash
# Logins inside an app against a real server: what is refused, a script in the terminal, and web/kit in Chromium.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/e2e/in_app_test.py "${SIGNET_BIN:-build/release/bin}"
