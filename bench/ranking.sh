#!/usr/bin/env bash
# The ablation table of the ranking, in one command: builds, indexes every collection, and prints nDCG@10 with one setting changed at a time.
# usage: bench/ranking.sh DATA
#   DATA: a folder of collections in BEIR layout, one folder each: corpus.jsonl, queries.tsv (id TAB text), qrels.tsv
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: bench/ranking.sh DATA" >&2; exit 2; }
data=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

scripts/setup.sh libbenchmark-dev
cmake --preset release -DKWERENDA_BENCHMARKS=ON --log-level=WARNING >/dev/null
cmake --build --preset release --target kwerenda-index ranking_ablation lexicon -- -j"$(nproc)" >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arguments=()
names=()
for collection in "$data"/*/; do
  name=$(basename "$collection")
  [ -f "$collection/qrels.tsv" ] || continue
  build/bin/kwerenda-index add -q --index "$work/$name" "$collection/corpus.jsonl"
  arguments+=("$work/$name" "$collection/queries.tsv" "$collection/qrels.tsv")
  names+=("$name")
done
[ ${#names[@]} -gt 0 ] || { echo "$data: no collection (a folder with corpus.jsonl, queries.tsv, qrels.tsv)" >&2; exit 2; }
printf '%-42s' 'nDCG@10'
printf '%8.7s' "${names[@]}"
printf '%8s\n' mean
build/bin/ranking_ablation "${arguments[@]}"
