#!/usr/bin/env bash
# clang-tidy over the sources of both programs and libraries; changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh clang-tidy
# Compiler warnings are errors in the builds of the presets dev and asan; clang-tidy only needs the compile commands.
cmake --preset release --log-level=WARNING >/dev/null
git ls-files 'analysis/*.cc' 'indexer/*.cc' 'searcher/*.cc' | xargs -P "$(nproc)" -n 4 clang-tidy -p build --quiet --warnings-as-errors='*'
echo "Lint: bez zastrzeżeń."
