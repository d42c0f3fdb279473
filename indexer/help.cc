#include "indexer/help.h"

#include "analysis/message.h"

namespace kwerenda {
namespace {

const char* program_help() {
  return message(
      R"(kwerenda-index – buduje indeks polskich raportów, w którym szuka kwerenda-search

Przykłady:
  kwerenda-index add --index indeks raporty/          wszystkie .txt, .md i .jsonl z katalogu
  kwerenda-index add --index indeks zbior.jsonl       jeden raport w wierszu
  find . -name '*.txt' -print0 | kwerenda-index add --index indeks --files-from - -0
  kwerenda-index info --index indeks                  co jest w indeksie
  echo 'w Łodzi o GIS-ie' | kwerenda-index tokens     jakie klucze trafiają do indeksu

Polecenia:
  add      dodaje raporty; raport o tej samej nazwie zastępuje poprzedni
  remove   usuwa raporty
  info     manifest, liczby i rozmiary
  tokens   analiza tekstu wyraz po wyrazie
  check    sprawdza, czy indeks jest cały
  backup   kopia indeksu, sprawdzona; działającego indeksu nie kopiuj przez cp
  compact  zapisuje indeks na nowo, bez luk po zmianach
  dump     cała zawartość jako wiersze JSON
  restore  nowy indeks z takiego zrzutu

  -h, --help      ta pomoc, a po poleceniu (kwerenda-index add --help) jego opcje
  -V, --version   wersja programu, formatu indeksu i leksykonu

Kody wyjścia: 0 wykonano, 2 nie udało się, 3 wykonano częściowo (wypisano, co pominięto),
75 indeks zajęty, można spróbować ponownie.

Opcje index, lexicon, lexicon-extra, memory, threads, lock-timeout i progress można ustawić
na stałe plikiem kwerenda.toml w katalogu bieżącym lub nad nim, albo ~/.config/kwerenda/kwerenda.toml.
Zmienne KWERENDA_* mają przed nim pierwszeństwo, a przed nimi opcje w wierszu poleceń.
KWERENDA_LANG=pl albo en wybiera język komunikatów (każda inna wartość to pl). Bez tej zmiennej decyduje
język systemu (LC_ALL, LC_MESSAGES, LANG): jeśli jest angielski, komunikaty są po angielsku, w każdym innym
wypadku po polsku.
)",
      R"(kwerenda-index – builds the index of Polish reports that kwerenda-search looks into

Examples:
  kwerenda-index add --index indeks raporty/          every .txt, .md and .jsonl of a directory
  kwerenda-index add --index indeks zbior.jsonl       one report a line
  find . -name '*.txt' -print0 | kwerenda-index add --index indeks --files-from - -0
  kwerenda-index info --index indeks                  what is in the index
  echo 'w Łodzi o GIS-ie' | kwerenda-index tokens     which keys go into the index

Commands:
  add      adds reports; one of the same name replaces the former
  remove   removes reports
  info     manifest, numbers and sizes
  tokens   analysis of a text word by word
  check    checks whether the index is sound
  backup   a copy of the index, checked; do not copy an index in use with cp
  compact  writes the index anew, without the gaps that changes leave
  dump     the whole content as lines of JSON
  restore  a new index from such a dump

  -h, --help      this help; after a command (kwerenda-index add --help) its options
  -V, --version   version of the program, of the index format and of the lexicon

Exit codes: 0 done, 2 failed, 3 partly done (what was left out is listed),
75 the index is in use, try again.

The options index, lexicon, lexicon-extra, memory, threads, lock-timeout and progress can be set
for good in a file kwerenda.toml in the current directory or above it, or in
~/.config/kwerenda/kwerenda.toml. Variables KWERENDA_* win over it, options on the command line over those.
KWERENDA_LANG=pl or en chooses the language of messages (any other value is pl). Without that variable the
system's language does (LC_ALL, LC_MESSAGES, LANG): messages are English if it is English, Polish if it is
any other.
)");
}

const char* add_help() {
  return message(
      R"(kwerenda-index add --index KATALOG ŚCIEŻKA…

Przykłady:
  kwerenda-index add --index indeks raporty/ notatka.md
  kwerenda-index add --index indeks --input-format jsonl - < zbior.json
  kwerenda-index add --index indeks --files-from lista.txt
  kwerenda-index add --index indeks --dry-run raporty/

ŚCIEŻKA to plik, katalog (z podkatalogami) albo - (standardowe wejście). Z katalogów czytane są
.txt, .md, .markdown, .jsonl i .ndjson; pliki ukryte, pliki README i dowiązania są pomijane.
Plik, którego nie da się odczytać, jest wymieniony z przyczyną, a praca trwa dalej.

Co czytać:
  -i, --index KATALOG       gdzie jest indeks; powstaje, jeśli go nie ma [KWERENDA_INDEX]
  --files-from PLIK|-       ścieżki z pliku, po jednej w wierszu
  -0, --null                ścieżki w --files-from kończą się bajtem NUL (find -print0)
  --input-format RODZAJ     auto, txt, md albo jsonl (domyślnie auto: według rozszerzenia)
  --strict                  pierwszy problem kończy pracę, indeks zostaje bez zmian
  --dry-run                 tylko czyta i mówi, co by zrobiono
  --purge never|vanished    vanished usuwa z indeksu raporty, których plików już nie ma
                            (domyślnie never; brakujący lub pusty katalog niczego nie usuwa, jeśli
                            to jedna ze ścieżek: podaj osobno każdy punkt montowania)
  --watch                   potem czuwa i indeksuje zmiany, aż do Ctrl-C

Analiza:
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --lexicon-extra PLIK      własne słowa, wiersze „forma TAB lemat”; indeks je zapamiętuje
                            [KWERENDA_LEXICON_EXTRA]

Praca:
  --memory ROZMIAR          ile pamięci wolno zająć, np. 512M, 2G (domyślnie 1G) [KWERENDA_MEMORY]
  --threads N               ile wątków (domyślnie tyle, ile rdzeni) [KWERENDA_THREADS]
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  --progress auto|json|never   postęp na stderr (domyślnie auto: tylko na terminalu); przy json
                            wszystkie komunikaty są wierszami JSON [KWERENDA_PROGRESS]
  -q, --quiet               tylko błędy
  -v, --verbose             także nazwy dodanych i usuniętych raportów
  -h, --help                ta pomoc

Limity: plik tekstowy 256 MiB, wiersz JSON Lines 256 MiB (sam plik bez limitu), 100 poziomów katalogów.
)",
      R"(kwerenda-index add --index DIRECTORY PATH…

Examples:
  kwerenda-index add --index indeks raporty/ notatka.md
  kwerenda-index add --index indeks --input-format jsonl - < zbior.json
  kwerenda-index add --index indeks --files-from lista.txt
  kwerenda-index add --index indeks --dry-run raporty/

PATH is a file, a directory (with those below it) or - (standard input). Of directories .txt, .md,
.markdown, .jsonl and .ndjson are read; hidden files, README files and links are left out.
A file that cannot be read is listed with the cause, and the work goes on.

What to read:
  -i, --index DIRECTORY     where the index is; made if there is none [KWERENDA_INDEX]
  --files-from FILE|-       paths from a file, one a line
  -0, --null                the paths in --files-from end with a NUL byte (find -print0)
  --input-format KIND       auto, txt, md or jsonl (default auto: by the extension)
  --strict                  the first problem ends the run, the index stays as it was
  --dry-run                 only reads, and says what would be done
  --purge never|vanished    vanished removes reports whose files are gone from the index
                            (default never; a missing or empty directory removes nothing if it is
                            one of the paths: give each mount point as a path of its own)
  --watch                   then stays and indexes what changes, until Ctrl-C

Analysis:
  --lexicon FILE            another lexicon than the one that comes with it [KWERENDA_LEXICON]
  --lexicon-extra FILE      words of your own, lines “form TAB lemma”; the index remembers them
                            [KWERENDA_LEXICON_EXTRA]

Running:
  --memory SIZE             how much memory may be used, e.g. 512M, 2G (default 1G) [KWERENDA_MEMORY]
  --threads N               how many threads (default one a core) [KWERENDA_THREADS]
  --lock-timeout SECONDS    how long to wait for another writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  --progress auto|json|never   progress on stderr (default auto: on a terminal only); with json
                            all messages are lines of JSON [KWERENDA_PROGRESS]
  -q, --quiet               errors only
  -v, --verbose             also the names of the reports added and removed
  -h, --help                this help

Limits: a text file 256 MiB, a line of JSON Lines 256 MiB (the file any), 100 levels of directories.
)");
}

const char* info_help() {
  return message(
      R"(kwerenda-index info --index KATALOG

Przykłady:
  kwerenda-index info --index indeks

Wypisuje manifest indeksu (wersja formatu, leksykon, podział na fragmenty), liczbę raportów i
fragmentów oraz rozmiary.

  -i, --index KATALOG       gdzie jest indeks [KWERENDA_INDEX]
  -h, --help                ta pomoc
)",
      R"(kwerenda-index info --index DIRECTORY

Examples:
  kwerenda-index info --index indeks

Prints the manifest of the index (version of the format, lexicon, division into passages), the numbers
of reports and passages, and sizes.

  -i, --index DIRECTORY     where the index is [KWERENDA_INDEX]
  -h, --help                this help
)");
}

const char* remove_help() {
  return message(
      R"(kwerenda-index remove --index KATALOG RAPORT…

Przykłady:
  kwerenda-index remove --index indeks raporty/2024/narada.txt
  kwerenda-index remove --index indeks zbior.jsonl raporty/2019/
  kwerenda-index remove --index indeks --dry-run raporty/2019/

RAPORT to identyfikator (dla pliku: ścieżka, pod którą go dodano; dla wiersza JSON Lines: „_id”),
plik JSON Lines (wszystkie jego wiersze) albo katalog (wszystkie raporty spod niego).

  -i, --index KATALOG       gdzie jest indeks [KWERENDA_INDEX]
  --dry-run                 tylko wypisuje, co by usunięto
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -v, --verbose             także nazwy usuniętych raportów
  -h, --help                ta pomoc
)",
      R"(kwerenda-index remove --index DIRECTORY REPORT…

Examples:
  kwerenda-index remove --index indeks raporty/2024/narada.txt
  kwerenda-index remove --index indeks zbior.jsonl raporty/2019/
  kwerenda-index remove --index indeks --dry-run raporty/2019/

REPORT is an identifier (of a file the path it was added by; of a line of JSON Lines its “_id”),
a JSON Lines file (all of its lines) or a directory (all reports below it).

  -i, --index DIRECTORY     where the index is [KWERENDA_INDEX]
  --dry-run                 only lists what would be removed
  --lock-timeout SECONDS    how long to wait for another writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               errors only
  -v, --verbose             also the names of the reports removed
  -h, --help                this help
)");
}

const char* check_help() {
  return message(
      R"(kwerenda-index check --index KATALOG

Przykłady:
  kwerenda-index check --index indeks
  kwerenda-index check --index indeks --sources

Sprawdza strukturę tabel, manifest, wszystkie sumy kontrolne, liczbę fragmentów każdego raportu oraz
liczy na nowo klucze każdego fragmentu. Zapis do indeksu czeka, aż sprawdzenie się skończy.
Kod wyjścia: 0 indeks jest cały, 2 jest uszkodzony.

  -i, --index KATALOG       gdzie jest indeks [KWERENDA_INDEX]
  --sources                 porównuje też fragmenty z plikami, z których je przeczytano
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --lock-timeout SEKUNDY    jak długo czekać na zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko uszkodzenia
  -h, --help                ta pomoc
)",
      R"(kwerenda-index check --index DIRECTORY

Examples:
  kwerenda-index check --index indeks
  kwerenda-index check --index indeks --sources

Checks the structure of the tables, the manifest, all checksums and the number of passages of each
report, and computes the keys of each passage again. Writers wait until the check is done.
Exit code: 0 the index is sound, 2 it is damaged.

  -i, --index DIRECTORY     where the index is [KWERENDA_INDEX]
  --sources                 also compares the passages with the files that they were read from
  --lexicon FILE            another lexicon than the one that comes with it [KWERENDA_LEXICON]
  --lock-timeout SECONDS    how long to wait for a writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               damage only
  -h, --help                this help
)");
}

const char* compact_help() {
  return message(
      R"(kwerenda-index compact --index KATALOG

Przykłady:
  kwerenda-index compact --index indeks

Zapisuje indeks na nowo, bez luk, które zostają po wielu zmianach. Potrzebuje tyle wolnego miejsca,
ile zajmuje indeks; szukać można przez cały czas.

  -i, --index KATALOG       gdzie jest indeks [KWERENDA_INDEX]
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -h, --help                ta pomoc
)",
      R"(kwerenda-index compact --index DIRECTORY

Examples:
  kwerenda-index compact --index indeks

Writes the index anew, without the gaps that many changes leave. Needs as much free space as the index
takes; it can be searched all the time.

  -i, --index DIRECTORY     where the index is [KWERENDA_INDEX]
  --lock-timeout SECONDS    how long to wait for another writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               errors only
  -h, --help                this help
)");
}

const char* dump_help() {
  return message(
      R"(kwerenda-index dump --index KATALOG

Przykłady:
  kwerenda-index dump --index indeks > zrzut.ndjson
  kwerenda-index dump --index stary | kwerenda-index restore --index nowy

Wypisuje wszystko, co jest w indeksie: raporty z polami i fragmentami, po jednym obiekcie JSON
w wierszu. Format opisuje docs/dump-format.md. Czyta też indeksy zbudowane starszą analizą.

  -i, --index KATALOG       gdzie jest indeks [KWERENDA_INDEX]
  --lock-timeout SEKUNDY    jak długo czekać na zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -h, --help                ta pomoc
)",
      R"(kwerenda-index dump --index DIRECTORY

Examples:
  kwerenda-index dump --index indeks > zrzut.ndjson
  kwerenda-index dump --index stary | kwerenda-index restore --index nowy

Prints all that is in the index: reports with their fields and passages, one JSON object a line.
docs/dump-format.md describes the format. Also reads indexes built by an older analysis.

  -i, --index DIRECTORY     where the index is [KWERENDA_INDEX]
  --lock-timeout SECONDS    how long to wait for a writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  -h, --help                this help
)");
}

const char* restore_help() {
  return message(
      R"(kwerenda-index restore --index KATALOG [PLIK|-]

Przykłady:
  kwerenda-index restore --index nowy zrzut.ndjson
  kwerenda-index dump --index stary | kwerenda-index restore --index nowy

Buduje nowy indeks ze zrzutu. Indeks powstaje dopiero, gdy zrzut okaże się cały.

  -i, --index KATALOG       gdzie ma być nowy indeks [KWERENDA_INDEX]
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --memory ROZMIAR          ile pamięci wolno zająć (domyślnie 1G) [KWERENDA_MEMORY]
  --threads N               ile wątków (domyślnie tyle, ile rdzeni) [KWERENDA_THREADS]
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -h, --help                ta pomoc
)",
      R"(kwerenda-index restore --index DIRECTORY [FILE|-]

Examples:
  kwerenda-index restore --index nowy zrzut.ndjson
  kwerenda-index dump --index stary | kwerenda-index restore --index nowy

Builds a new index from a dump. There is no index until the dump has proved whole.

  -i, --index DIRECTORY     where the new index is to be [KWERENDA_INDEX]
  --lexicon FILE            another lexicon than the one that comes with it [KWERENDA_LEXICON]
  --memory SIZE             how much memory may be used (default 1G) [KWERENDA_MEMORY]
  --threads N               how many threads (default one a core) [KWERENDA_THREADS]
  --lock-timeout SECONDS    how long to wait for another writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               errors only
  -h, --help                this help
)");
}

const char* backup_help() {
  return message(
      R"(kwerenda-index backup --index KATALOG --to KOPIA

Przykłady:
  kwerenda-index backup --index indeks --to /kopie/indeks-poniedzialek

Robi zwartą kopię indeksu, utrwala ją i sprawdza; dopiero potem powstaje katalog KOPIA. Szukać można
przez cały czas, zapis czeka. Nie kopiuj działającego indeksu przez cp ani rsync: w czasie zapisu co
czwarta taka kopia była uszkodzona. Kopia jest zwykłym indeksem.

  -i, --index KATALOG       gdzie jest indeks [KWERENDA_INDEX]
  --to KOPIA                nowy albo pusty katalog
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --lock-timeout SEKUNDY    jak długo czekać na zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -h, --help                ta pomoc
)",
      R"(kwerenda-index backup --index DIRECTORY --to COPY

Examples:
  kwerenda-index backup --index indeks --to /kopie/indeks-poniedzialek

Makes a compact copy of the index, makes it durable and checks it; only then the directory COPY appears.
The index can be searched all the time, writers wait. Do not copy an index in use with cp or rsync:
during writing one such copy in four was damaged. The copy is an ordinary index.

  -i, --index DIRECTORY     where the index is [KWERENDA_INDEX]
  --to COPY                 a new or empty directory
  --lexicon FILE            another lexicon than the one that comes with it [KWERENDA_LEXICON]
  --lock-timeout SECONDS    how long to wait for a writer (default 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               errors only
  -h, --help                this help
)");
}

const char* tokens_help() {
  return message(
      R"(kwerenda-index tokens [PLIK…|-]

Przykłady:
  echo 'Ćwiczenia w Łodzi' | kwerenda-index tokens
  kwerenda-index tokens raport.txt
  kwerenda-index tokens --explain zamku

Wypisuje po jednym wyrazie w wierszu: początek TAB koniec TAB wyraz TAB klucz|klucz…
Początek i koniec to bajty UTF-8 od początku pliku; klucze są dokładnie tymi, które trafiają do indeksu.

  --explain WYRAZ           wszystkie odczytania wyrazu: skąd pochodzą i jak są prawdopodobne
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  -h, --help                ta pomoc
)",
      R"(kwerenda-index tokens [FILE…|-]

Examples:
  echo 'Ćwiczenia w Łodzi' | kwerenda-index tokens
  kwerenda-index tokens raport.txt
  kwerenda-index tokens --explain zamku

Prints one word a line: begin TAB end TAB word TAB key|key…
Begin and end are bytes of UTF-8 from the file's beginning; the keys are just those that go into the index.

  --explain WORD            all readings of a word: where they come from and how likely they are
  --lexicon FILE            another lexicon than the one that comes with it [KWERENDA_LEXICON]
  -h, --help                this help
)");
}

}  // namespace

std::string help_text(std::optional<Verb> verb) {
  switch (verb.value_or(Verb::help)) {
    case Verb::add:
      return add_help();
    case Verb::info:
      return info_help();
    case Verb::tokens:
      return tokens_help();
    case Verb::remove:
      return remove_help();
    case Verb::check:
      return check_help();
    case Verb::compact:
      return compact_help();
    case Verb::dump:
      return dump_help();
    case Verb::restore:
      return restore_help();
    case Verb::backup:
      return backup_help();
    case Verb::help:
    case Verb::version:
      break;
  }
  return program_help();
}

}  // namespace kwerenda
