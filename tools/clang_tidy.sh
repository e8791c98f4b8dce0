#!/usr/bin/env bash
# clang-tidy over the sources. Usage: tools/clang_tidy.sh BUILD_FOLDER [FILE...]     (a folder that was built: it has the headers)
set -eu -o pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { sed -n 2p "$0" | cut -c3- >&2; exit 2; }
build=$1
shift
# shellcheck disable=SC2046  # the names in this repository have no spaces
[ $# -gt 0 ] || set -- $(git ls-files 'src/*.cc')
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy-19 -p "$build" --quiet
