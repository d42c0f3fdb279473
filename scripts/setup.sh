#!/usr/bin/env bash
# Installs what the build needs from Debian 12's own packages; does nothing where all of it is there.
set -euo pipefail

packages=(
  cmake ninja-build g++ pkg-config
  libicu-dev libxapian-dev libboost-program-options-dev
  libfmt-dev nlohmann-json3-dev libtomlplusplus-dev libxxhash-dev libzstd-dev libzip-dev zlib1g-dev
  libgtest-dev libgmock-dev
  libmorfologik-stemming-java hunspell-pl onboard-data   # dictionaries and word counts that the lexicon is compiled from
)
packages+=("$@")
also=(scdoc)   # makes the man pages; the build does without it and says so

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
missing+=("${also[@]}")

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Brak uprawnień: zainstaluj jako root: apt-get install ${missing[*]}" >&2; exit 2; }
  as_root=(sudo)
fi
echo "Instaluję pakiety Debiana: ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  cat "$log" >&2
  echo "Instalacja się nie powiodła; powyżej komunikaty apt-get." >&2
  exit 2
fi
