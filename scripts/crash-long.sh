#!/usr/bin/env bash
# The long forms of the crash tests: every file call with every fault, 5,000 failing allocations, 1,000 kills, 3,000 power cuts, 2,000 damages, an hour of readers against
# commits, 20,000 rounds of a long life. Takes hours; goes on after a failure and ends with one line a test.
# usage: scripts/crash-long.sh [PRESET] [SEED]    PRESET: release (default), dev; SEED: any number (default: a new one a test)
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
seed=${2:-}

case $preset in
  release) build=build ;;
  *) build=build-$preset ;;
esac
cmake --preset "$preset" --log-level=WARNING >/dev/null
cmake --build --preset "$preset" -- -j"$(nproc)"

logs=$build/crash-long
mkdir -p "$logs"
failed=0
for test in fault allocation kill power_cut damage commits soak; do
  "$build/tests/crash/crash_${test}_test" --long ${seed:+--seed "$seed"} >"$logs/$test.log" 2>&1 || failed=1
  printf '%s: %s (%s)\n' "$test" "$(tail -n 1 "$logs/$test.log")" "$(head -n 1 "$logs/$test.log")"
done
echo "Dzienniki: $logs"
exit "$failed"
