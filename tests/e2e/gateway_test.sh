#!/usr/bin/env bash
# The gateway module in a real nginx: decisions, proofs, certificates, caching, answers, forwarding, revocation, survival.
# SIGNET_GATEWAY_MODULE names another build of the module, SIGNET_GATEWAY_PRELOAD the sanitizer's runtime that it needs.
set -eu -o pipefail
cd "$(dirname "$0")/../gateway"
export PYTHONDONTWRITEBYTECODE=1
exec python3 run.py "$@"
