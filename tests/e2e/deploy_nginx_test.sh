#!/usr/bin/env bash
# The production configuration of deploy/nginx as it stands, apart from its paths and addresses.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
exec python3 tests/e2e/deploy_nginx_test.py
