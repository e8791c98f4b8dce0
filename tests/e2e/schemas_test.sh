#!/usr/bin/env bash
# What the hypermedia API says is what its published schemas say.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec python3 -W ignore::DeprecationWarning tests/e2e/schemas_test.py
