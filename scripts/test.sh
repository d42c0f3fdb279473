#!/usr/bin/env bash
# Builds everything and runs every test through CTest.
# usage: scripts/test.sh [PRESET]    PRESET: release (default), dev, asan, tsan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}

scripts/setup.sh
cmake --preset "$preset" --log-level=WARNING >/dev/null
cmake --build --preset "$preset" -- -j"$(nproc)"
ctest --preset "$preset" -j"$(nproc)"
