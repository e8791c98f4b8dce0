#!/usr/bin/env bash
# Client libraries of others (openid-client, oauth4webapi) log in at the real server, and their attacks are refused.
set -eu -o pipefail
cd "$(dirname "$0")"
[ -d node/node_modules/openid-client ] || npm ci --prefix node --loglevel=error
exec python3 lib.py node --test --test-concurrency=2 --test-reporter=spec node/fapi.test.js node/oauth4webapi.test.js node/openid.test.js node/refusals.test.js
