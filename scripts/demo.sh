#!/usr/bin/env bash
# From nothing to a first answer: packages, a Release build, an index of corpus/, three searches.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
cmake --preset release --log-level=WARNING >/dev/null
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --build --preset release --target kwerenda-index kwerenda-search lexicon -- -j"$(nproc)" >"$log" 2>&1; then
  cat "$log" >&2
  echo "Budowanie się nie powiodło; powyżej komunikaty." >&2
  exit 2
fi

index=demo-index
build/bin/kwerenda-index add --index "$index" corpus

bold='' plain=''
[ -t 1 ] && bold=$'\033[1m' plain=$'\033[0m'
# The arguments as a person types them, then as the program gets them.
search() {
  printf '\n%s$ build/bin/kwerenda-search --index %s --limit 2 %s%s\n' "$bold" "$index" "$1" "$plain"
  build/bin/kwerenda-search --index "$index" --limit 2 "${@:2}"
}
search schrony schrony
search "'\"sztuczna inteligencja\"'" '"sztuczna inteligencja"'
search "--topic 'ochrona ludności'" --topic 'ochrona ludności'

case "${KWERENDA_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}}" in
  en*) ask='Ask a question of your own:' add='Index your own reports:' ;;
  *) ask='Zadaj własne pytanie:' add='Zaindeksuj swoje raporty:' ;;
esac
cat <<TXT

$ask  build/bin/kwerenda-search --index $index 'kto odpowiada za ochrone ludnosci w gminie'
$add  build/bin/kwerenda-index add --index moje ~/raporty
TXT
