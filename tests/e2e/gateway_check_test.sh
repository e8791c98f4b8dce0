#!/usr/bin/env bash
# An API behind Debian's nginx (auth_request) and behind Debian's HAProxy (Lua), both asking the real server about every call.
set -eu -o pipefail
cd "$(dirname "$0")"
exec python3 gateway_check_test.py
