#!/usr/bin/env bash
# Format and lint checks; changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh clang-format clang-tidy
mapfile -t sources < <(git ls-files '*.cc' '*.h')
clang-format --dry-run --Werror "${sources[@]}"
# Compiler warnings are errors in the builds of the presets dev and asan; clang-tidy only needs the compile commands.
cmake --preset release --log-level=WARNING >/dev/null
git ls-files 'analysis/*.cc' 'indexer/*.cc' 'searcher/*.cc' | xargs -P "$(nproc)" -n 4 clang-tidy -p build --quiet --warnings-as-errors='*'
echo "Format i lint: bez zastrzeżeń."
