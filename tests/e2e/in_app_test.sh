#!/usr/bin/env bash
# Logins without a browser against a real server: by a script, by a person in a terminal, and by web/kit in Chromium.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/e2e/in_app_test.py "${SIGNET_BIN:-build/release/bin}"
