#!/usr/bin/env bash
# Installs what is missing and nothing else: Debian packages of apt.txt, npm packages of every package.json.
# Usage: deps/install.sh [--tests]     (--tests: also what only ./check needs)
set -eu -o pipefail
cd "$(dirname "$0")/.."
tests=no
case "${1:-}" in
  "") ;;
  --tests) tests=yes ;;
  *) echo "usage: deps/install.sh [--tests]" >&2; exit 2 ;;
esac

# has PACKAGE[:COMMAND]: is it installed, or is its command there from elsewhere?
has() {
  local package=${1%%:*} command=${1#*:}
  [ "$command" != "$1" ] && command -v "$command" >/dev/null && return 0
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else
    echo "These packages are missing and need root to install: apt-get install ${missing[*]}" >&2
    exit 1
  fi
}

# Installs without starting anything: nginx is wanted with our settings on our ports, not as a service of this machine.
apt_install() {
  local policy=/usr/sbin/policy-rc.d made=no status=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" || status=$?
  [ "$made" = no ] || as_root rm -f "$policy"
  return "$status"
}

install_packages() {
  local entry section=build
  missing=()
  while read -r entry; do
    case "$entry" in
      "" | "#"*) continue ;;
      "["*) section=${entry//[\[\]]/} ;;
      *) { [ "$section" = build ] || [ "$tests" = yes ]; } && ! has "$entry" && missing+=("${entry%%:*}") ;;
    esac
  done <deps/apt.txt
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null; then
    echo "This machine has no apt-get. Install what these Debian packages hold: ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { as_root apt-get update -qq && apt_install "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "apt-get could not install them; the whole log is $log" >&2
    exit 1
  fi
  rm -f "$log"
}

# A lock file that is newer than what npm installed means that something is missing.
install_npm_packages() {
  local lock folder
  for lock in web/package-lock.json web/kit/package-lock.json tests/e2e/node/package-lock.json; do
    folder=$(dirname "$lock")
    [ -e "$lock" ] || continue
    [ "$folder" = web ] || [ "$tests" = yes ] || continue
    [ "$folder/node_modules/.package-lock.json" -nt "$lock" ] && continue
    echo "Installing the npm packages of $folder"
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
  done
}

install_packages
install_npm_packages
