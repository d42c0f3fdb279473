#!/usr/bin/env bash
# Format and lint checks; changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh clang-format clang-tidy
mapfile -t sources < <(git ls-files '*.cc' '*.h')
clang-format --dry-run --Werror "${sources[@]}"
cmake --preset dev --log-level=WARNING >/dev/null
cmake --build --preset dev -- -j"$(nproc)" >/dev/null
git ls-files 'analysis/*.cc' 'indexer/*.cc' 'searcher/*.cc' | xargs -P "$(nproc)" -n 4 clang-tidy -p build-dev --quiet --warnings-as-errors='*'
echo "Format i lint: bez zastrzeżeń."
