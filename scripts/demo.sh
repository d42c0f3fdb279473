#!/usr/bin/env bash
# From nothing to a first answer: packages, a Release build, an index of corpus/, three searches.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release --target kwerenda-index kwerenda-search share -- -j"$(nproc)" | grep -vE '^(\[|ninja: no work)' || true

index=demo-index
build/bin/kwerenda-index add --index "$index" corpus

search() {
  printf '\n\033[1m$ kwerenda-search --index %s %s\033[0m\n' "$index" "$(printf '%q ' "$@" | sed "s/\\\\ / /g")"
  build/bin/kwerenda-search --index "$index" --limit 2 "$@"
}
search schrony
search '"sztuczna inteligencja"'
search --topic 'ochrona ludności'

cat <<TXT

Spróbuj własnego pytania:  build/bin/kwerenda-search --index $index 'jak gminy korzystają z GIS-u'
Zaindeksuj swoje raporty:  build/bin/kwerenda-index add --index moje ~/raporty
TXT
