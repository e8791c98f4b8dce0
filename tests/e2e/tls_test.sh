#!/usr/bin/env bash
# What the TLS listeners accept, asked with openssl s_client.
set -eu -o pipefail
cd "$(dirname "$0")"
exec python3 tls_test.py
