#!/usr/bin/env bash
# Login and consent in a real browser: with the keyboard alone, without JavaScript, on a small screen, looked at by
# axe-core. Screenshots stay in build/check/screenshots.
set -eu -o pipefail
cd "$(dirname "$0")"
./npm_packages.sh node
export SIGNET_SCREENSHOTS=${SIGNET_SCREENSHOTS:-$PWD/../../build/check/screenshots}
mkdir -p "$SIGNET_SCREENSHOTS"
exec python3 lib.py node --test --test-reporter=spec node/browser.test.js
