#include "searcher/help.h"

#include "analysis/message.h"

namespace kwerenda {

std::string search_help() {
  return message(
      R"(kwerenda-search – szuka fragmentów w indeksie raportów

Przykłady:
  kwerenda-search --index indeks ochrona ludności
  kwerenda-search --index indeks '"miejsce doraźnego schronienia"'
  kwerenda-search --index indeks 'tytuł:forum AND (GIS OR geoportal)'
  kwerenda-search --index indeks --topic 'sztuczna inteligencja' urząd
  kwerenda-search --index indeks --format json --limit 3 budżet obywatelski
  kwerenda-search --index indeks --batch pytania.tsv --format trec --per-report 1

Użycie: kwerenda-search --index KATALOG [opcje] [--] ZAPYTANIE…

Kody wyjścia: 0 znaleziono, 1 nic nie znaleziono, 2 błąd.

Opcje:
  -i, --index KATALOG       katalog indeksu

Wybór i kolejność:
  -n, --limit N             najwyżej N fragmentów (domyślnie 10, do 10000)
  --offset N                pomiń pierwszych N
  --per-report N            najwyżej N fragmentów jednego raportu (0: bez ograniczeń)
  --sort KOLEJNOŚĆ          relevance (domyślnie), date, date-asc albo report
  --from DATA               tylko raporty od tego dnia (RRRR-MM-DD, RRRR-MM albo RRRR)
  --to DATA                 tylko raporty do tego dnia włącznie
  --place MIEJSCE           tylko raporty z tego miejsca
  -t, --topic TEMAT         szukaj w temacie; sam temat wystarczy za zapytanie; z kilku wystarczy jeden
  --topics-dir KATALOG      katalog z własnymi tematami (*.toml); można powtarzać
  --duplicates fold|show    fragmenty prawie tej samej treści: jeden z liczbą (domyślnie) albo każdy
  --thesaurus PLIK          tezaurus MyThes; synonimy pomagają układać wyniki
  --no-repair               nie poprawiaj słów nieznanych (znaki diakrytyczne, literówki)
  --plain                   bez operatorów: każde słowo jest słowem

Co jeszcze pokazać:
  --facets                  policz trafienia według raportu, miesiąca, miejsca i tematu
  --context N               N sąsiednich fragmentów z każdej strony (do 5)
  --explain                 jak zrozumiano zapytanie; wynik każdego trafienia z podziałem na słowa

Zamiast szukania:
  --similar CYTAT           fragmenty podobne do podanego (raport#p12)
  --why-not CYTAT           dlaczego tego fragmentu nie ma wśród trafień
  --batch PLIK|-            zapytania z pliku, po jednym w wierszu: id TAB zapytanie
  --list-topics             wypisz tematy
  --topic-matrix            raporty × tematy jako CSV
  -h, --help                ta pomoc
  -V, --version             wersja programu, formatu indeksu i leksykonu

Wyjście:
  -f, --format FORMAT       text (domyślnie), json, ndjson albo trec
  --color KIEDY             auto (domyślnie), always albo never
  --hyperlinks KIEDY        odsyłacze w cytatach, kiedy jak wyżej
  --pager KIEDY             przewijanie wyników, kiedy jak wyżej
  -q, --quiet               same trafienia, bez uwag i podsumowania
  -v, --verbose             na stderr: jak zrozumiano zapytanie i ile trwało
  --lexicon PLIK            inny leksykon niż dołączony

Wartości domyślne opcji index, limit, per-report, sort, context, duplicates, thesaurus, topics-dir, format,
color, hyperlinks, pager i lexicon można zmienić: zmienną KWERENDA_INDEX, KWERENDA_LIMIT, KWERENDA_PER_REPORT…
albo plikiem kwerenda.toml w katalogu bieżącym lub nad nim, albo ~/.config/kwerenda/kwerenda.toml.
KWERENDA_LANG=pl albo en wybiera język komunikatów (każda inna wartość to pl). Bez tej zmiennej decyduje
język systemu (LC_ALL, LC_MESSAGES, LANG): jeśli jest angielski, komunikaty są po angielsku, w każdym innym
wypadku po polsku.
)",
      R"(kwerenda-search – finds passages in an index of reports

Examples:
  kwerenda-search --index indeks ochrona ludności
  kwerenda-search --index indeks '"miejsce doraźnego schronienia"'
  kwerenda-search --index indeks 'title:forum AND (GIS OR geoportal)'
  kwerenda-search --index indeks --topic 'sztuczna inteligencja' urząd
  kwerenda-search --index indeks --format json --limit 3 budżet obywatelski
  kwerenda-search --index indeks --batch pytania.tsv --format trec --per-report 1

Usage: kwerenda-search --index DIRECTORY [options] [--] QUERY…

Exit codes: 0 found, 1 nothing found, 2 error.

Options:
  -i, --index DIRECTORY     directory of the index

What to show, in which order:
  -n, --limit N             at most N passages (default 10, up to 10000)
  --offset N                pass over the first N
  --per-report N            at most N passages of one report (0: any number)
  --sort ORDER              relevance (default), date, date-asc or report
  --from DATE               only reports since this day (YYYY-MM-DD, YYYY-MM or YYYY)
  --to DATE                 only reports up to this day, the day included
  --place PLACE             only reports from this place
  -t, --topic TOPIC         search within a topic; a topic alone is query enough; of several, one is enough
  --topics-dir DIRECTORY    directory with topics of your own (*.toml); may be repeated
  --duplicates fold|show    passages of nearly the same text: one with a count (default), or each
  --thesaurus FILE          a MyThes thesaurus; synonyms help to rank
  --no-repair               do not correct unknown words (diacritics, typing errors)
  --plain                   no operators: every word is a word

What else to show:
  --facets                  count the hits by report, month, place and topic
  --context N               N neighbouring passages on either side (up to 5)
  --explain                 how the query was understood; each hit's score, divided among the words

Instead of searching:
  --similar CITATION        passages similar to the one given (report#p12)
  --why-not CITATION        why this passage is not among the hits
  --batch FILE|-            queries from a file, one a line: id TAB query
  --list-topics             list the topics
  --topic-matrix            reports × topics as CSV
  -h, --help                this help
  -V, --version             version of the program, of the index format and of the lexicon

Output:
  -f, --format FORMAT       text (default), json, ndjson or trec
  --color WHEN              auto (default), always or never
  --hyperlinks WHEN         links in citations, when as above
  --pager WHEN              results through a pager, when as above
  -q, --quiet               the hits only, without notes and summary
  -v, --verbose             on stderr: how the query was understood and how long it took
  --lexicon FILE            another lexicon than the one that comes with it

The defaults of the options index, limit, per-report, sort, context, duplicates, thesaurus, topics-dir, format,
color, hyperlinks, pager and lexicon can be changed: by a variable KWERENDA_INDEX, KWERENDA_LIMIT,
KWERENDA_PER_REPORT… or in a file kwerenda.toml in the current directory or above it, or in
~/.config/kwerenda/kwerenda.toml.
KWERENDA_LANG=pl or en chooses the language of messages (any other value is pl). Without that variable the
system's language does (LC_ALL, LC_MESSAGES, LANG): messages are English if it is English, Polish if it is
any other.
)");
}

}  // namespace kwerenda
