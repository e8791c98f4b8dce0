#!/usr/bin/env bash
# web/kit: compiles strictly, its tests, and its example app in a real browser. Screenshots stay in build/check/screenshots.
set -eu -o pipefail
cd "$(dirname "$0")/../../web/kit"
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --loglevel=error
export SIGNET_SCREENSHOTS=${SIGNET_SCREENSHOTS:-$PWD/../../build/check/screenshots}
# The build begins with an empty folder, so another test of the kit has to wait.
exec {lock}<package.json
flock "$lock"
npm run build --silent
npm test --silent
npm run test:browser --silent
