#!/usr/bin/env bash
# The lexicon beside hunspell, Lucene's Stempel and Morfologik on the same words of one text, interleaved, with ratios.
# usage: bench/morphology.sh TEXT [ROUNDS]   TEXT: a UTF-8 file of running Polish; ROUNDS: how often everything runs (default 3)
# Prints CPU nanoseconds a word (the median of the rounds), the ratio to our look-up, and the chain's megabytes a second.
# Needs what scripts/setup.sh installs, and libbenchmark-dev libhunspell-dev openjdk-17-jdk-headless liblucene8-java.
set -euo pipefail
[ $# -ge 1 ] && [ -f "$1" ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
text=$(realpath "$1")
rounds=${2:-3}
cd "$(dirname "$0")/.."

scripts/setup.sh libbenchmark-dev libhunspell-dev openjdk-17-jdk-headless liblucene8-java
cmake --preset release -DKWERENDA_BENCHMARKS=ON --log-level=WARNING >/dev/null
cmake --build --preset release --target morphology_bench lexicon -- -j"$(nproc)" >/dev/null

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jars=/usr/share/java
path=$(printf '%s:' "$jars"/lucene-{core,analyzers-common,analyzers-stempel}-8.7.0.jar "$jars"/morfologik-{fsa,stemming,polish}.jar)
javac -cp "$path" -d "$work" bench/peers/PolishStemmers.java
build/bin/morphology_bench --words="$work/words" "$text"
for ((round = 0; round < rounds; ++round)); do
  build/bin/morphology_bench --benchmark_format=json "$text" >"$work/ours.$round" 2>"$work/notes"
  java -cp "$path:$work" PolishStemmers "$work/words" >"$work/java.$round"
done

cat "$work/notes"
python3 - "$work" "$rounds" <<'TABLE'
import json
import statistics
import sys

work, rounds = sys.argv[1], int(sys.argv[2])
times, words, known, speed, agree = {}, {}, {}, [], None
for i in range(rounds):
    with open(f"{work}/ours.{i}", encoding="utf-8") as file:
        for run in json.load(file)["benchmarks"]:
            name = run["name"]
            if name == "chain":
                speed.append(run["bytes_per_second"] / 1e6)
                continue
            times.setdefault(name, []).append(run["s/word"] * 1e9)
            words[name], known[name] = int(run["words"]), run["known"]
            agree = run.get("agree", agree)
    with open(f"{work}/java.{i}", encoding="utf-8") as file:
        for line in file:
            name, ns, count, answered = line.split("\t")
            times.setdefault(name, []).append(float(ns))
            words[name], known[name] = int(count), int(answered) / int(count)
print(f"{'':18}{'ns a word':>10}{'spread':>16}{'x lexicon':>11}{'words':>10}{'known':>8}")
for name, values in times.items():
    median = statistics.median(values)
    base = statistics.median(times["lexicon_sample" if name == "hunspell" else "lexicon"])
    spread = f"{min(values):.0f}-{max(values):.0f}"
    print(f"{name:18}{median:10.1f}{spread:>16}{median / base:11.1f}{words[name]:10}{known[name]:8.3f}")
if agree is not None:
    print(f"hunspell has our best lemma for {100 * agree:.1f} % of the words that both know")
print(f"chain, text to keys: {statistics.median(speed):.1f} MB/s a core ({min(speed):.1f}-{max(speed):.1f})")
TABLE
