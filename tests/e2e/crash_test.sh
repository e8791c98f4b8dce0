#!/usr/bin/env bash
# Kills the loaded server 25 times: nothing that it had acknowledged may be lost, nothing that was spent may work again.
set -eu -o pipefail
cd "$(dirname "$0")"
exec python3 crash/crash_test.py "$@"
