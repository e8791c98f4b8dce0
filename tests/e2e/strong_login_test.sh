#!/usr/bin/env bash
# Two factors in Chromium with its virtual authenticator, against the real server, the demo bank and Exim:
# passkeys, authenticator apps (oathtool), step-up (openid-client), recovery by mail, approved payments, threat level and policies.
# Screenshots of every page stay in build/check/screenshots.
set -eu -o pipefail
cd "$(dirname "$0")"
./npm_packages.sh node
export SIGNET_SCREENSHOTS=${SIGNET_SCREENSHOTS:-$PWD/../../build/check/screenshots}
mkdir -p "$SIGNET_SCREENSHOTS"
exec python3 strong_login.py node --test --test-reporter=spec node/strong.test.js
