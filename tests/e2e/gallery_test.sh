#!/usr/bin/env bash
# One page of each kind in every language, as the unit test PageGallery has drawn them, in a real browser: looked at by axe-core.
# Screenshots stay in build/check/screenshots.
set -eu -o pipefail
cd "$(dirname "$0")"
./npm_packages.sh node
export SIGNET_SCREENSHOTS=${SIGNET_SCREENSHOTS:-$PWD/../../build/check/screenshots}
mkdir -p "$SIGNET_SCREENSHOTS"
SIGNET_GALLERY=${SIGNET_GALLERY:-$(find ../../build -maxdepth 2 -name gallery -printf '%T@ %p\n' | sort -rn | head -n 1 | cut -d' ' -f2-)}
export SIGNET_GALLERY
exec node --test --test-reporter=spec node/gallery.test.js
