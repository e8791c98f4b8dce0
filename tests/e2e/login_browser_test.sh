#!/usr/bin/env bash
# Login and consent in a real browser: with the keyboard alone, without JavaScript, on a small screen, looked at by axe-core. Then one
# page of each kind in every language, as the unit test PageGallery has drawn them.
# Screenshots stay in build/check/screenshots.
set -eu -o pipefail
cd "$(dirname "$0")"
[ -d node/node_modules/playwright-core ] || npm ci --prefix node --loglevel=error
export SIGNET_SCREENSHOTS=${SIGNET_SCREENSHOTS:-$PWD/../../build/check/screenshots}
mkdir -p "$SIGNET_SCREENSHOTS"
SIGNET_GALLERY=${SIGNET_GALLERY:-$(find ../../build -maxdepth 2 -name gallery -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d' ' -f2-)}
export SIGNET_GALLERY
node --test --test-reporter=spec node/gallery.test.js
exec python3 lib.py node --test --test-reporter=spec node/browser.test.js
