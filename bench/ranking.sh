#!/usr/bin/env bash
# The ablation table of the ranking, in one command: builds, indexes every collection, and prints nDCG@10 with one setting changed at a time.
# usage: bench/ranking.sh DATA [--derived]
#   DATA: a folder of collections in BEIR layout, one folder each: corpus.jsonl, queries.tsv (id TAB text), qrels.tsv
#   --derived: beside each collection its documents joined to long ones, all collections together, and those among other text (derived_collections.py)
set -euo pipefail
[ $# -eq 1 ] || { [ $# -eq 2 ] && [ "$2" = --derived ]; } || { echo "usage: bench/ranking.sh DATA [--derived]" >&2; exit 2; }
data=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."

scripts/setup.sh libbenchmark-dev
cmake --preset release -DKWERENDA_BENCHMARKS=ON --log-level=WARNING >/dev/null
cmake --build --preset release --target kwerenda-index ranking_ablation lexicon -- -j"$(nproc)" >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arguments=()
names=()
folders=("$data"/*/)
if [ $# -eq 2 ]; then
  bench/derived_collections.py "$data" "$work/derived"
  folders+=("$work"/derived/*/)
fi
for collection in "${folders[@]}"; do
  name=$(basename "$collection")
  [ -f "$collection/qrels.tsv" ] || continue
  build/bin/kwerenda-index add -q --index "$work/index-$name" "$collection/corpus.jsonl"
  arguments+=("$work/index-$name" "$collection/queries.tsv" "$collection/qrels.tsv")
  names+=("$name")
done
[ ${#names[@]} -gt 0 ] || { echo "$data: no collection (a folder with corpus.jsonl, queries.tsv, qrels.tsv)" >&2; exit 2; }
printf '%-42s' 'nDCG@10'
for name in "${names[@]}"; do printf '  %s' "$name"; done
echo '  mean'
build/bin/ranking_ablation "${arguments[@]}"
