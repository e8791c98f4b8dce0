#!/usr/bin/env bash
# Hostile and broken requests at every endpoint: a documented error or a closed connection, and the server goes on.
set -eu -o pipefail
cd "$(dirname "$0")"
exec python3 bad_input_test.py "$@"
