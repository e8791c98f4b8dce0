#!/usr/bin/env bash
# Installs the npm packages of these folders where they are missing; one test at a time. Usage: npm_packages.sh FOLDER...
set -eu -o pipefail
exec {lock}<"$0"
flock "$lock"
for folder; do
  [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] || npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
done
