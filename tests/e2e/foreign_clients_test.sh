#!/usr/bin/env bash
# Client libraries of others (openid-client, oauth4webapi) log in at the real server, and their attacks are refused.
set -eu -o pipefail
cd "$(dirname "$0")"
./npm_packages.sh node
exec python3 lib.py node --test --test-concurrency=2 --test-reporter=spec node/fapi.test.js node/oauth4webapi.test.js node/openid.test.js node/refusals.test.js
