// Query text in, tree out; wrong text in, whole message out; and what holds for every tree and every text.
// The random tests print their seed; KWERENDA_SEED repeats one, KWERENDA_ROUNDS makes them longer.
#include "searcher/query_parser.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "searcher/query_date.h"

namespace kwerenda {
namespace {

std::string parsed(std::string_view text) {
  try {
    return to_sexpr(parse_query(text).root);
  } catch (const Error& error) {
    return error.what();
  }
}

std::string error_of(std::string_view text, const QueryLimits& limits = {}) {
  try {
    return "no error: " + to_sexpr(parse_query(text, limits).root);
  } catch (const QueryError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::query);
    EXPECT_LE(error.place().begin, error.place().end);
    EXPECT_LE(error.place().end, text.size());
    return error.what();
  }
}

unsigned seed() {
  const char* given = std::getenv("KWERENDA_SEED");
  return given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
}

int rounds(int normal) {
  const char* given = std::getenv("KWERENDA_ROUNDS");
  return given != nullptr ? std::stoi(given) : normal;
}

struct Row {
  std::string_view query;
  std::string_view tree;
};

constexpr Row kTrees[] = {
    // Words
    {"schron", "schron"},
    {"ochrona ludności", "(words ochrona ludności)"},
    {"  ochrona\t\nludności  ", "(words ochrona ludności)"},
    {"polsko-niemiecki GIS-u e-usług mObywatelu", "(words polsko-niemiecki GIS-u e-usług mObywatelu)"},
    {"tak/nie", "(words tak nie)"},
    {"\u00a0schron\u00a0ukrycie", "(words schron ukrycie)"},

    // Questions as they are pasted
    {"Ile schronów jest w Polsce?", "(words Ile schronów jest w Polsce)"},
    {"Co (i gdzie) zrobiono?", "(words Co i gdzie zrobiono)"},
    {"Ilu uczestników(czek) (?) było () na sali (…)?", "(words Ilu uczestników czek było na sali)"},
    {"Kto wydał „Lalkę”?", "(words Kto wydał Lalkę)"},
    {"50% gmin, 24 powiaty; w/w i/lub 2+2=4 & co dalej...",
     "(words 50 gmin 24 powiaty w w i lub 2 2 4 co dalej)"},
    {"godz. 12:30 art. 5 ust. 2", "(words godz 12 30 art 5 ust 2)"},
    {"https://gov.pl/a?b=c file:///etc", "(words https gov pl a b c file etc)"},
    {"O'Neill'a 'w apostrofach' rock'n'roll", "(words O'Neill'a w apostrofach rock'n'roll)"},
    {"Warszawa – Kraków — dash - minus -- dwa", "(words Warszawa Kraków dash minus dwa)"},
    {"Data: 12 maja, temat: schrony; art: 5", "(words Data 12 maja temat schrony art 5)"},
    {"to *ważne i **ważniejsze** a*b", "(words to *ważne i ważniejsze a b)"},
    {"hotel 5* i 4*", "(words hotel 5 i 4)"},
    {"C++ i C#", "(words C i C)"},

    // Phrases
    {"\"obrona cywilna\"", "(phrase obrona cywilna)"},
    {"„obrona cywilna” ”ochrona ludności” “smart city” „plan miasta“",
     "(words (phrase obrona cywilna) (phrase ochrona ludności) (phrase smart city) (phrase plan miasta))"},
    {"«obrona cywilna» »smart city«", "(words (phrase obrona cywilna) (phrase smart city))"},
    {"\"mieszany cudzysłów”", "(phrase mieszany cudzysłów)"},
    {"„pisany ręcznie\" dalej", "(words (phrase pisany ręcznie) dalej)"},
    {"\"obrona cywilna\"~3", "(phrase~3 obrona cywilna)"},
    {"\"obrona cywilna\"~3^2,", "(phrase~3 obrona cywilna)^2"},
    {"\"schron\"~3", "schron"},
    {"\"plan =Miasta obron*\"", "(phrase plan =Miasta obron*)"},
    {"\"a (b) AND -c +d tytuł:e\"", "(phrase a b AND c d tytuł e)"},
    {"\"z \\\"cytatem\\\" w środku\"", "(phrase z cytatem w środku)"},
    {"\"?\" schron", "schron"},
    {"słowo\"fraza tuż za\"", "(words słowo (phrase fraza tuż za))"},

    // Signs before quotation marks
    {"=\"obrona cywilna\"", "(phrase =obrona =cywilna)"},
    {"+=„Obrona =Cywilna”~2^3 x", "(words (must (phrase~2 =Obrona =Cywilna)^3) x)"},
    {"tytuł:=\"obrona cywilna\"", "(title (phrase =obrona =cywilna))"},
    {"=\"schron\"", "=schron"},
    {"a=\"b c\" 5*\"d\" \\*\"e f\"", "(words a (phrase b c) 5 d (phrase e f))"},

    // Operators and their precedence
    {"schrony AND ukrycia", "(and schrony ukrycia)"},
    {"a AND b AND c", "(and a b c)"},
    {"a OR b LUB c", "(or a b c)"},
    {"a b OR c d", "(words a (or b c) d)"},
    {"a OR b AND c", "(or a (and b c))"},
    {"(a OR b) AND c", "(and (or a b) c)"},
    {"a AND b c", "(words (must (and a b)) c)"},
    {"a NOT b", "(words a (not b))"},
    {"a AND NOT b", "(and a (not b))"},
    {"a OR NOT b", "(or a (not b))"},
    {"a NOT NOT b", "(words a b)"},
    {"a NOT -b", "(words a b)"},
    {"a -(-b)", "(words a b)"},
    {"a NEAR/3 b AND c /z d /a e", "(and (near/3 a b) (passage (sentence c d) e))"},
    {"a /a b /z c NEAR/2 d", "(passage a (sentence b (near/2 c d)))"},
    {"a NEAR b", "(near/10 a b)"},
    {"a BLISKO b", "(words a BLISKO b)"},
    {"a BLISKO/5 b NEAR/5 c", "(near/5 a b c)"},
    {"a NEAR/5 b NEAR/2 c", "(near/2 (near/5 a b) c)"},
    {"a NEAR/5 (b OR \"c d\")", "(near/5 a (or b (phrase c d)))"},
    {"\"a b\" /z c", "(sentence (phrase a b) c)"},
    {"(a)AND(b)", "(and a b)"},
    {"tak/nie AND 12:30", "(and (phrase tak nie) (phrase 12 30))"},
    {"and or not i lub nie near/3", "(words and or not i lub nie near 3)"},

    // Operators that are words
    {"schrony I ukrycia", "(and schrony ukrycia)"},
    {"a I b I c", "(and a b c)"},
    {"\"obrona cywilna\" I (gmina LUB powiat)", "(and (phrase obrona cywilna) (or gmina powiat))"},
    {"schrony I ukrycia data:2024", "(words (must (and schrony ukrycia)) (must (date 20240101 20241231)))"},
    {"tytuł:gmina schrony I ukrycia", "(words (must (title gmina)) (must (and schrony ukrycia)))"},
    {"Jan Paweł I", "(words Jan Paweł I)"},
    {"Jan Paweł I w Rzymie", "(words Jan Paweł I w Rzymie)"},
    {"I wojna światowa", "(words I wojna światowa)"},
    {"udział w I wojnie światowej", "(words udział w I wojnie światowej)"},
    {"obrona cywilna I schrony", "(words obrona cywilna I schrony)"},
    {"schrony NIE garaże", "(words schrony (not garaże))"},
    {"gmina schrony NIE garaże NIE piwnice", "(words gmina schrony (not garaże) (not piwnice))"},
    {"czego NIE wolno robić", "(words czego NIE wolno robić)"},
    {"siedziba NOT", "(words siedziba NOT)"},
    {"GIS LUB AI", "(or GIS AI)"},
    {"RODO NIE AI", "(words RODO (not AI))"},
    {"DLACZEGO NIE MA SCHRONÓW", "(words DLACZEGO NIE MA SCHRONÓW)"},
    {"CO TO JEST AI LUB GIS BLISKO/3", "(words CO TO JEST AI LUB GIS BLISKO 3)"},

    // Signs
    {"+schron gmina -konkurs", "(words (must schron) gmina (not konkurs))"},
    {"+schron", "(must schron)"},
    {"-\"obrona cywilna\" gmina", "(words (not (phrase obrona cywilna)) gmina)"},
    {"+(a b) c", "(words (must (words a b)) c)"},
    {"(+a b) c", "(words (words (must a) b) c)"},
    {"a AND +b", "(and a b)"},
    {"+tytuł:schron -data:2024 a", "(words (must (title schron)) (not (date 20240101 20241231)) a)"},
    {"(-konkurs schron)", "(words (not konkurs) schron)"},
    {"-? schron +\"!\" x", "(words schron x)"},
    {"+tak/nie x", "(words (must (phrase tak nie)) x)"},
    {"-2024 schron", "(words (not 2024) schron)"},
    {"+-schron gmina", "(words (not schron) gmina)"},
    {"-+schron gmina", "(words (not schron) gmina)"},
    {"+-\"?\" gmina --schron ++x -+-y", "(words gmina schron x y)"},
    {"-~schron gmina -~30", "(words (not schron) gmina (not 30))"},
    {"+-tytuł:schron gmina", "(words (not (title schron)) gmina)"},
    {"plik:-notatki-.txt tytuł:\\-schron", "(words (must (file \"-notatki-.txt\")) (must (title schron)))"},

    // Modifiers
    {"=Schron =schron,", "(words =Schron =schron)"},
    {"=tak/nie", "(phrase =tak =nie)"},
    {"schron* *owisko", "(words schron* *owisko)"},
    {"schron*, ukryci*?", "(words schron* ukryci*)"},
    {"2024*", "2024*"},
    {"schron~ ukrycie~ Łódź~1 gmina~2", "(words schron~2 ukrycie~2 Łódź~1 gmina~2)"},
    {"gmina~", "gmina~1"},
    {"20~30 osób", "(words 20 30 osób)"},
    {"schron^2 \"a b\"^0.5 (a b)^1,5 c", "(words schron^2 (phrase a b)^0.5 (words a b)^1.5 c)"},
    {"schron*^2", "schron*^2"},
    {"((a^2)^3)^100", "a^100"},
    {"(-a)^2 b", "(words (not a) b)"},
    {"tak/nie^2", "(phrase tak nie)^2"},
    {"^2 a ^_^ b\\^2^3", "(words 2 a (phrase b 2)^3)"},

    // Fields
    {"tytuł:schron", "(title schron)"},
    {"TYTUŁ:schron tytul:b title:c", "(words (must (title schron)) (must (title b)) (must (title c)))"},
    {"miejsce:\"Nowy Sącz\" place:Łódź", "(words (must (place (phrase Nowy Sącz))) (must (place Łódź)))"},
    {"tytuł:(a OR b)", "(title (or a b))"},
    {"tytuł:(a NEAR/3 b)", "(title (near/3 a b))"},
    {"tytuł:i/lub", "(title (phrase i lub))"},
    {"(tytuł:a)^2", "(title a^2)"},
    {"tytuł:schron*^2", "(title schron*^2)"},
    {"tytuł:a OR tytuł:b", "(or (title a) (title b))"},
    {"plik:raport-2024.txt a", "(words (must (file \"raport-2024.txt\")) a)"},
    {"plik:\"mój plik (1).md\"", "(file \"mój plik (1).md\")"},
    {"file:a\\ b.txt", "(file \"a b.txt\")"},
    {"temat:AI^2 a", "(words (must (topic \"AI\")^2) a)"},
    {"topic:\"ochrona ludności\"?", "(topic \"ochrona ludności\")"},
    {"temat:ochrona-ludnosci?", "(topic \"ochrona-ludnosci\")"},
    {"temat\\:AI", "(words temat AI)"},

    // Dates
    {"data:2024", "(date 20240101 20241231)"},
    {"data:2024-02", "(date 20240201 20240229)"},
    {"date:2024-05-14", "(date 20240514 20240514)"},
    {"data:14.05.2024, data:1.5.2024",
     "(words (must (date 20240514 20240514)) (must (date 20240501 20240501)))"},
    {"data:05.2024", "(date 20240501 20240531)"},
    {"data:2024.05", "(date 20240501 20240531)"},
    {"data:2024.5.14", "(date 20240514 20240514)"},
    {"data:2024-05..2025", "(date 20240501 20251231)"},
    {"data:14.05.2024..20.05.2024", "(date 20240514 20240520)"},
    {"data:>2025-01-01", "(date 20250102 *)"},
    {"data:>2024", "(date 20250101 *)"},
    {"data:>=2024", "(date 20240101 *)"},
    {"data:<2024-03", "(date * 20240229)"},
    {"data:<=2024-12-31?", "(date * 20241231)"},
    {"data:..2025", "(date * 20251231)"},
    {"(data:2025..)", "(date 20250101 *)"},
    {"data:\"2024-05\"", "(date 20240501 20240531)"},

    // Escapes
    {"\\+a \\(b\\) \\\"c gmin\\* \\AND \\=d \\-e", "(words a b c gmin AND d e)"},
    {"=AND \"AND\" \\NEAR/3", "(words =AND AND NEAR 3)"},
    {"koniec\\", "koniec"},

    // Brackets
    {"((((a))))", "a"},
    {"(a b) c", "(words a b c)"},
    {"(a b AND c) d", "(words (words a (must (and b c))) d)"},
    {"a OR (b c)", "(or a (words b c))"},
    {"(a AND b) AND c", "(and (and a b) c)"},
};

TEST(QueryParser, Trees) {
  for (const Row& row : kTrees) EXPECT_EQ(parsed(row.query), row.tree) << row.query;
}

constexpr Row kErrors[] = {
    {"", "puste zapytanie: oczekiwano co najmniej jednego słowa"},
    {" \n\u00a0", "puste zapytanie: oczekiwano co najmniej jednego słowa"},
    {"?!", "w zapytaniu nie ma ani jednego słowa: oczekiwano liter lub cyfr\n  ?!\n  ^~"},
    {"()", "w zapytaniu nie ma ani jednego słowa: oczekiwano liter lub cyfr\n  ()\n  ^~"},
    {"a AND", "po „AND” oczekiwano słowa, frazy albo nawiasu, a zapytanie się kończy\n  a AND\n       ^"},
    {"a LUB", "po „LUB” oczekiwano słowa, frazy albo nawiasu, a zapytanie się kończy\n  a LUB\n       ^"},
    {"AND a",
     "przed „AND” oczekiwano słowa, frazy albo nawiasu; zwykłe słowo zapisz „\\AND”\n  AND a\n  ^~~"},
    {"źdźbło AND OR b",
     "po „AND” oczekiwano słowa, frazy albo nawiasu, a jest „OR”\n  źdźbło AND OR b\n             ^~"},
    {"a AND (b OR )",
     "po „OR” oczekiwano słowa, frazy albo nawiasu, a jest „)”\n  a AND (b OR )\n              ^"},
    {"(?) AND a",
     "przed „AND” oczekiwano słowa, frazy albo nawiasu, a w nawiasie nie ma ani jednego słowa\n  (?) AND "
     "a\n      ^~~"},
    {"a AND (?)",
     "po „AND” oczekiwano słowa, frazy albo nawiasu, a w nawiasie nie ma ani jednego słowa\n  a AND (?)\n    "
     "^~~"},
    {"(schrony LUB ukrycia",
     "nawias otwarty w tym miejscu nie jest zamknięty: oczekiwano „)” przed końcem zapytania; sam znak "
     "zapisz "
     "„\\(”, a wklejonego tekstu szukaj z --plain\n  (schrony LUB ukrycia\n  ^"},
    {"źle :)",
     "ten nawias niczego nie zamyka: oczekiwano wcześniej „(”; sam znak zapisz „\\)”, a wklejonego tekstu "
     "szukaj z --plain\n  źle :)\n       ^"},
    {"w „Lalce Prusa",
     "cudzysłów otwarty w tym miejscu nie jest zamknięty: oczekiwano znaku ” przed końcem zapytania; sam "
     "znak "
     "zapisz \\„, a wklejonego tekstu szukaj z --plain\n  w „Lalce Prusa\n    ^"},
    {"\"\" a", "w cudzysłowie oczekiwano co najmniej jednego słowa, a nic tam nie ma\n  \"\" a\n  ^~"},
    {"a NEAR/0 b", "po „NEAR/” oczekiwano liczby od 1 do 100, a jest „0”\n  a NEAR/0 b\n    ^~~~~~"},
    {"a NEAR/ b", "po „NEAR/” oczekiwano liczby od 1 do 100, a jej nie ma\n  a NEAR/ b\n    ^~~~~"},
    {"a BLISKO/x b", "po „BLISKO/” oczekiwano liczby od 1 do 100, a jest „x”\n  a BLISKO/x b\n    ^~~~~~~~"},
    {"a NEAR/3 -b", "obok „NEAR/3” oczekiwano słów i fraz, a jest wykluczenie\n  a NEAR/3 -b\n           ^~"},
    {"a /z data:2024",
     "obok „/z” oczekiwano słów i fraz, a jest pole; napisz je osobno albo przed całością, np. tytuł:(schron "
     "NEAR/3 gmina)\n  a /z data:2024\n       ^~~~~~~~~"},
    {"+a OR b",
     "obok „OR” plus nie ma znaczenia: oczekiwano słowa bez plusa albo plusa przed całością, np. +(schron OR "
     "ukrycie)\n  +a OR b\n  ^~"},
    {"-konkurs NOT przetarg",
     "zapytanie składa się z samych wykluczeń: oczekiwano choć jednego słowa, którego szukać\n  -konkurs NOT "
     "przetarg\n  ^~~~~~~~~~~~~~~~~~~~~"},
    {"łą*",
     "przy „*” oczekiwano co najmniej 3 liter lub cyfr, a jest 2; sam znak zapisz „\\*”\n  łą*\n  ^~~"},
    {"to *ów",
     "przy „*” oczekiwano co najmniej 3 liter lub cyfr, a jest 2; sam znak zapisz „\\*”\n  to *ów\n     ^~~"},
    {"AI~",
     "przy „~” oczekiwano co najmniej 3 liter lub cyfr, a jest 2; sam znak zapisz „\\~”\n  AI~\n  ^~~"},
    {"*schron*",
     "przy słowie oczekiwano jednej gwiazdki, na początku albo na końcu, a są dwie\n  *schron*\n  ^~~~~~~~"},
    {"=schron*",
     "przy jednym słowie oczekiwano jednego ze znaków „=”, „*” i „~”, a jest ich więcej\n  =schron*\n  "
     "^~~~~~~~"},
    {"=\"obron* cywilna\"",
     "przy jednym słowie oczekiwano jednego ze znaków „=”, „*” i „~”, a jest ich więcej\n  =\"obron* "
     "cywilna\"\n    ^~~~~~"},
    {"*\"obrona cywilna\"",
     "gwiazdkę pisze się przy słowie, także wewnątrz cudzysłowu („obron* cywilna”), a nie przed całością; "
     "sam "
     "znak zapisz „\\*”\n  *\"obrona cywilna\"\n  ^"},
    {"gmina ~„obrona cywilna”",
     "„~” pisze się za słowem („schron~”) albo za cudzysłowem („…”~3), a nie przed nim; sam znak zapisz "
     "„\\~”\n  gmina ~„obrona cywilna”\n        ^"},
    {"=(obrona cywilna)",
     "po „=” oczekiwano słowa albo frazy w cudzysłowie, a jest nawias; sam znak zapisz „\\=”\n  =(obrona "
     "cywilna)\n  ^~"},
    {"schron~3",
     "po „~” przy słowie oczekiwano 1 albo 2 (tyle liter może się różnić), a jest „3”\n  schron~3\n        "
     "^~"},
    {"\"a b\"~99",
     "po „~” przy frazie oczekiwano liczby od 0 do 50 (tyle obcych słów może stać w środku), a jest 99\n  "
     "\"a "
     "b\"~99\n       ^~~"},
    {"\"a b\"~",
     "po „~” przy frazie oczekiwano liczby od 0 do 50 (tyle obcych słów może stać w środku), a jej nie ma\n  "
     "\"a "
     "b\"~\n       ^"},
    {"(a b)~3",
     "„~” stoi za słowem albo za frazą w cudzysłowie: po nawiasie oczekiwano spacji, „)” lub „^liczba”\n  (a "
     "b)~3\n       ^"},
    {"a^0", "po „^” oczekiwano wagi od 0.01 do 100, np. ^2 albo ^0.5; sam znak zapisz „\\^”\n  a^0\n   ^~"},
    {"schron^2^3",
     "oczekiwano najwyżej jednego „~”, a za nim najwyżej jednej wagi „^”; sam znak zapisz „\\^”\n  "
     "schron^2^3\n        ^"},
    {"\"a b\"^2~3",
     "oczekiwano najwyżej jednego „~”, a za nim najwyżej jednej wagi „^”; sam znak zapisz „\\~”\n  \"a "
     "b\"^2~3\n         "
     "^"},
    {"(a b)^2^3 c",
     "oczekiwano najwyżej jednego „~”, a za nim najwyżej jednej wagi „^”; sam znak zapisz „\\^”\n  (a b)^2^3 "
     "c\n         "
     "^"},
    {"(a b)^x",
     "po „^” oczekiwano wagi od 0.01 do 100, np. ^2 albo ^0.5; sam znak zapisz „\\^”\n  (a b)^x\n       ^"},
    {"temat:AI^101",
     "po „^” oczekiwano wagi od 0.01 do 100, np. ^2 albo ^0.5; sam znak zapisz „\\^”\n  temat:AI^101\n       "
     "   ^~~~"},
    {"tytuł:?", "po „tytuł:” oczekiwano słowa, frazy albo nawiasu, a jest „?”\n  tytuł:?\n        ^"},
    {"tytuł:(?)",
     "po „tytuł:” oczekiwano słowa, frazy albo nawiasu, a w nawiasie nie ma ani jednego słowa\n  tytuł:(?)\n "
     " ^~~~~~"},
    {"tytuł:(a miejsce:b)",
     "w polu „tytuł:” oczekiwano słów i fraz, a jest następne pole\n  tytuł:(a miejsce:b)\n           "
     "^~~~~~~~~"},
    {"tytuł:-schron",
     "„-” pisze się przed nazwą pola, a nie za dwukropkiem: oczekiwano „-tytuł:…”; sam znak zapisz „\\-”\n  "
     "tytuł:-schron\n        ^"},
    {"gmina miejsce:+\"Nowy Sącz\"",
     "„+” pisze się przed nazwą pola, a nie za dwukropkiem: oczekiwano „+miejsce:…”; sam znak zapisz „\\+”\n "
     " "
     "gmina miejsce:+\"Nowy Sącz\"\n                ^"},
    {"tytuł:-(a b)",
     "„-” pisze się przed nazwą pola, a nie za dwukropkiem: oczekiwano „-tytuł:…”; sam znak zapisz „\\-”\n  "
     "tytuł:-(a b)\n        ^"},
    {"temat:-gis",
     "„-” pisze się przed nazwą pola, a nie za dwukropkiem: oczekiwano „-temat:…”; sam znak zapisz „\\-”\n  "
     "temat:-gis\n        ^"},
    {"data:-2024",
     "„-” pisze się przed nazwą pola, a nie za dwukropkiem: oczekiwano „-data:…”; sam znak zapisz „\\-”\n  "
     "data:-2024\n       ^"},
    {"temat:\"\"", "po „temat:” oczekiwano nazwy tematu, a jest „\"\"”\n  temat:\"\"\n  ^~~~~~~~"},
    {"plik:\"?\"", "po „plik:” oczekiwano nazwy pliku, a jest „\"?\"”\n  plik:\"?\"\n  ^~~~~~~~"},
    {"data:(2024)",
     "po „data:” oczekiwano jednej wartości, a jest nawias; kilka wartości zapisz tak: (data:… LUB data:…)\n "
     " "
     "data:(2024)\n  ^~~~~~"},
    {"data:2024-13",
     "nie ma takiego miesiąca: 13; oczekiwano liczby od 1 do 12\n  data:2024-13\n       ^~~~~~~"},
    {"schron data:2023-02-29",
     "nie ma takiego dnia: „2023-02-29”; ten miesiąc ma 28 dni\n  schron data:2023-02-29\n              "
     "^~~~~~~~~~"},
    {"data:2025..2024",
     "początek zakresu jest późniejszy niż koniec; oczekiwano „2024..2025”\n  data:2025..2024\n       "
     "^~~~~~~~~~"},
    {"data:0999", "oczekiwano roku od 1000 do 9999, a jest 0999\n  data:0999\n       ^~~~"},
    {"data:>9999",
     "zakres jest pusty; oczekiwano dni od 1000-01-01 do 9999-12-31\n  data:>9999\n       ^~~~~"},
    {"data:..",
     "oczekiwano daty: 2024, 2024-05, 2024-05-14, 05.2024 albo 14.05.2024, lub zakresu: 2024-05..2025, "
     ">2024-05-14, <=2024; a tu nic nie ma\n  data:..\n       ^"},
    {"data:\"wczoraj\"",
     "oczekiwano daty: 2024, 2024-05, 2024-05-14, 05.2024 albo 14.05.2024, lub zakresu: 2024-05..2025, "
     ">2024-05-14, <=2024; a jest „wczoraj”\n  data:\"wczoraj\"\n        ^~~~~~~"},
    {"schron* ukryci* gmin* miast* powiat*",
     "za dużo słów z gwiazdką: jest ich 5, a najwyżej może być 4\n  schron* ukryci* gmin* miast* powiat*\n   "
     "   "
     "                         ^~~~~~~"},
    {"*onami *owego *ościom",
     "za dużo słów z gwiazdką na początku: jest ich 3, a najwyżej może być 2\n  *onami *owego *ościom\n"
     "                ^~~~~~~"},

    // The place is counted in columns, and a long query is cut around it.
    {"e\u0301le 日本 AND",
     "po „AND” oczekiwano słowa, frazy albo nawiasu, a zapytanie się kończy\n  e\u0301le 日本 AND\n          "
     "    ^"},
    {"a\tb\nc)",
     "ten nawias niczego nie zamyka: oczekiwano wcześniej „(”; sam znak zapisz „\\)”, a wklejonego tekstu "
     "szukaj z --plain\n  a b c)\n       ^"},
    {"pierwsze drugie trzecie czwarte piąte szóste siódme ósme dziewiąte dziesiąte ) jedenaste dwunaste "
     "trzynaste "
     "czternaste piętnaste szesnaste",
     "ten nawias niczego nie zamyka: oczekiwano wcześniej „(”; sam znak zapisz „\\)”, a wklejonego tekstu "
     "szukaj z --plain\n"
     "  …sme dziewiąte dziesiąte ) jedenaste dwunaste trzynaste czternaste piętnast…\n"
     "                           ^"},
};

TEST(QueryParser, Errors) {
  for (const Row& row : kErrors) EXPECT_EQ(error_of(row.query), row.tree) << row.query;
}

TEST(QueryParser, TextThatIsNoText) {
  EXPECT_EQ(error_of(std::string_view("ab\0c", 4)),
            "zapytanie zawiera znak NUL w bajcie 2: oczekiwano samego tekstu");
  EXPECT_EQ(error_of("ł\xff"),
            "zapytanie nie jest poprawnym UTF-8: oczekiwano znaku, a w bajcie 2 jest 0xFF; sprawdź kodowanie "
            "terminala "
            "lub pliku");
  EXPECT_EQ(
      error_of(std::string(4097, 'a')),
      "zapytanie jest za długie: ma 4097 bajtów, a najwyżej może mieć 4096; skróć je, a wklejonego tekstu "
      "szukaj z --plain");
}

TEST(QueryParser, Limits) {
  std::string words = "a";
  for (int i = 1; i < 64; ++i) words += " a";
  EXPECT_EQ(parse_query(words).root.children.size(), 64u);
  auto first_line = [](const std::string& message) { return message.substr(0, message.find('\n')); };
  EXPECT_EQ(first_line(error_of(words + " \"b c\"")),
            "za dużo słów: jest ich 66, a najwyżej może być 64; skróć zapytanie, a wklejonego tekstu szukaj "
            "z --plain");
  const std::string deep = std::string(32, '(') + "a b" + std::string(32, ')');
  EXPECT_EQ(parsed(deep), "(words a b)");
  EXPECT_EQ(first_line(error_of("(" + deep + ")")),
            "za głębokie nawiasy: jeden w drugim może ich być najwyżej 32");
  EXPECT_EQ(error_of("a b c", {.max_words = 2}),
            "za dużo słów: jest ich 3, a najwyżej może być 2; skróć zapytanie, a wklejonego tekstu szukaj z "
            "--plain\n  a b c\n      ^");
}

TEST(QueryParser, AMegabyteOfAnythingIsAnswered) {
  QueryLimits wide;
  wide.max_bytes = 1 << 21;
  for (std::string_view piece :
       {"(", ")", "NOT ", "-", "\"", "+(", "a AND ", "((a) ", "I ", "„", "\\", "tytuł:", "^"}) {
    std::string text;
    while (text.size() < (1 << 20)) text += piece;
    const auto start = std::chrono::steady_clock::now();
    error_of(text);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(50)) << piece;
  }
  // Bounded by depth and number even where the length is allowed.
  error_of(std::string(1 << 20, '('), wide);
  std::string nots;
  for (int i = 0; i < 1000; ++i) nots += "NOT ";
  EXPECT_EQ(to_sexpr(parse_query(nots + "x", wide).root), "x");
}

TEST(QueryParser, Ranges) {
  const std::string text = "źle +\"obrona cywilna\"~2 (=a OR gmin*^2) tytuł:schron, x";
  const Query query = parse_query(text);
  auto at = [&](const QueryNode& node) {
    return text.substr(node.range.begin, node.range.end - node.range.begin);
  };
  const std::vector<QueryNode>& parts = query.root.children;
  ASSERT_EQ(parts.size(), 5u);
  EXPECT_EQ(at(query.root), text);
  EXPECT_EQ(at(parts[0]), "źle");
  EXPECT_EQ(at(parts[1]), "+\"obrona cywilna\"~2");
  EXPECT_EQ(at(parts[1].children[0].children[1]), "cywilna");
  EXPECT_EQ(at(parts[2]), "(=a OR gmin*^2)");
  EXPECT_EQ(at(parts[2].children[0]), "=a");
  EXPECT_EQ(at(parts[2].children[1]), "gmin*^2");
  EXPECT_EQ(at(parts[3]), "tytuł:schron");
  EXPECT_EQ(at(parts[4]), "x");
  EXPECT_EQ(query.text, text);
  EXPECT_EQ(wanted_words(query.root).size(), 7u);
  EXPECT_EQ(wanted_words(parse_query("a -b (c OR -d)").root).size(), 2u);
}

TEST(QueryParser, Plain) {
  EXPECT_EQ(to_sexpr(parse_plain("a) (?:[x] AND \"").root), "(words a x AND)");
  EXPECT_EQ(to_sexpr(parse_plain("=x").root), "x");
  EXPECT_EQ(parse_plain("a b a").root.children.size(), 3u);
  std::string text;
  for (int i = 0; i < 70; ++i) text += "s" + std::to_string(i) + " S0 ";
  const Query cut = parse_plain(text);
  EXPECT_EQ(cut.root.children.size(), 64u);
  EXPECT_EQ(cut.dropped_words, 6u);
  EXPECT_EQ(cut.root.children.back().text, "s63");
  for (std::string_view bad : {"", "?!", "\xff"}) EXPECT_THROW(parse_plain(bad), QueryError) << bad;
}

// The first words that fit, however long the text is.
TEST(QueryParser, PlainTakesALongText) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += "słowo" + std::to_string(i) + " ";
  const Query many = parse_plain(text);
  EXPECT_EQ(many.root.children.size(), 64u);
  EXPECT_EQ(many.root.children.back().text, "słowo63");
  EXPECT_EQ(many.dropped_words, 836u);
  text.clear();
  for (int i = 0; i < 60; ++i) text += std::string(97, 'a') + std::to_string(100 + i) + " ";
  const Query wide = parse_plain(text);
  EXPECT_EQ(wide.root.children.size(), 40u);
  EXPECT_EQ(wide.dropped_words, 20u);
  try {
    parse_plain(std::string((1 << 20) + 1, 'a'));
    ADD_FAILURE();
  } catch (const QueryError& error) {
    EXPECT_STREQ(error.what(),
                 "zapytanie jest za długie: ma 1048577 bajtów, a najwyżej może mieć 1048576; skróć je");
  }
}

TEST(QueryParser, PlainQuestionsNeedNoSyntax) {
  for (std::string_view text : {"Ile schronów jest w Polsce?", "Jan Paweł I, papież!",
                                "art. 5 ust. 2 – ustawy", "O'Neill'a 5G i 2.0"}) {
    EXPECT_EQ(to_sexpr(parse_query(text).root), to_sexpr(parse_plain(text).root)) << text;
  }
}

TEST(QueryParser, Terms) {
  EXPECT_EQ(to_sexpr(parse_term("schron")), "schron");
  EXPECT_EQ(to_sexpr(parse_term(" =OC ")), "=OC");
  EXPECT_EQ(to_sexpr(parse_term("=\"obrona cywilna\"")), "(phrase =obrona =cywilna)");
  EXPECT_EQ(to_sexpr(parse_term("obrona cywiln*")), "(phrase obrona cywiln*)");
  EXPECT_EQ(to_sexpr(parse_term("„plan ewakuacji”~2")), "(phrase~2 plan ewakuacji)");
  EXPECT_EQ(to_sexpr(parse_term("dane.gov.pl")), "(phrase dane gov pl)");
  EXPECT_EQ(to_sexpr(parse_term("I")), "I");
  EXPECT_EQ(to_sexpr(parse_term("Jan Paweł I")), "(phrase Jan Paweł I)");
  EXPECT_EQ(to_sexpr(parse_term("czego NIE wolno \\AND 2\\^3 ustawa (nowa) Data: maj")),
            "(phrase czego NIE wolno AND 2 3 ustawa nowa Data maj)");
  for (std::string_view bad : {"", "?", "\"?\"", "\"a b\" c", "a*", "„a", "a^2", "\"a b\"^2", "-a", "a +b",
                               "a OR b", "AND", "a NEAR/3 b", "a /z b", "(a OR b)", "tytuł:a"}) {
    EXPECT_THROW(parse_term(bad), QueryError) << bad;
  }
}

// ---- Properties ----

class Trees {
 public:
  explicit Trees(unsigned from) : random_(from) {}

  // A tree as the parser makes them.
  QueryNode tree() {
    QueryNode root =
        one_of({NodeKind::word, NodeKind::phrase, NodeKind::words, NodeKind::all_of, NodeKind::any_of,
                NodeKind::near, NodeKind::same_sentence, NodeKind::same_passage, NodeKind::title,
                NodeKind::date_range, NodeKind::file, NodeKind::topic},
               3);
    return root;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  QueryNode one_of(std::initializer_list<NodeKind> kinds, int depth) {
    NodeKind kind = *(kinds.begin() + below(static_cast<int>(kinds.size())));
    if (depth == 0) kind = NodeKind::word;
    QueryNode node;
    node.kind = kind;
    auto children = [&](std::initializer_list<NodeKind> of) {
      for (int i = 2 + below(2); i > 0; --i) node.children.push_back(one_of(of, depth - 1));
    };
    switch (kind) {
      case NodeKind::word:
        word(node, true);
        break;
      case NodeKind::phrase:
        for (int i = 2 + below(2); i > 0; --i) {
          node.children.emplace_back().kind = NodeKind::word;
          word(node.children.back(), false);
        }
        node.number = below(3);
        boost(node);
        break;
      case NodeKind::words:
        node.children.push_back(one_of({NodeKind::word}, depth - 1));
        node.children.push_back(
            one_of({NodeKind::word, NodeKind::phrase, NodeKind::any_of, NodeKind::must, NodeKind::negation},
                   depth - 1));
        if (below(2) == 0) node.children.push_back(one_of({NodeKind::must}, depth));
        boost(node);
        break;
      case NodeKind::must:
        node.children.push_back(
            one_of({NodeKind::word, NodeKind::phrase, NodeKind::all_of, NodeKind::near, NodeKind::date_range,
                    NodeKind::topic, NodeKind::title, NodeKind::words},
                   depth - 1));
        break;
      case NodeKind::negation:
        node.children.push_back(
            one_of({NodeKind::word, NodeKind::phrase, NodeKind::any_of, NodeKind::file}, depth - 1));
        break;
      case NodeKind::all_of:
        node.children.push_back(one_of({NodeKind::word, NodeKind::phrase}, depth - 1));
        children({NodeKind::word, NodeKind::words, NodeKind::any_of, NodeKind::negation, NodeKind::title});
        boost(node);
        break;
      case NodeKind::any_of:
        children(
            {NodeKind::word, NodeKind::phrase, NodeKind::all_of, NodeKind::date_range, NodeKind::any_of});
        boost(node);
        break;
      case NodeKind::near:
      case NodeKind::same_sentence:
      case NodeKind::same_passage:
        for (int i = 2 + below(2); i > 0; --i)
          node.children.push_back(one_of({NodeKind::word, NodeKind::phrase}, depth - 1));
        if (kind == NodeKind::near) node.number = 1 + below(9);
        boost(node);
        break;
      case NodeKind::title:
      case NodeKind::place:
        node.children.push_back(one_of({NodeKind::word, NodeKind::phrase, NodeKind::near}, depth - 1));
        break;
      case NodeKind::date_range:
        node.dates = {20240101 + below(28), below(2) == 0 ? kOpenEnd : 20250101 + below(28)};
        break;
      case NodeKind::file:
        node.text = below(2) == 0 ? "a \"b\\c.md" : "raport.txt";
        break;
      case NodeKind::topic:
        node.text = "ochrona ludności";
        boost(node);
        break;
      case NodeKind::aspect:
        break;
    }
    return node;
  }

  void word(QueryNode& node, bool boosted) {
    static const char* const kWords[] = {"schron", "AND",       "I",   "NIE", "NEAR",  "Łódź",
                                         "GIS-u",  "O'Neill'a", "2.0", "LUB", "tytuł", "źdźbło"};
    node.text = kWords[below(12)];
    if (node.text == "schron" || node.text == "Łódź") {
      node.match = static_cast<WordMatch>(below(5));
      if (node.match == WordMatch::fuzzy) node.number = 1 + below(2);
      if ((node.match == WordMatch::prefix || node.match == WordMatch::suffix) && wildcards_++ > 3)
        node.match = WordMatch::exact;
      if (node.match == WordMatch::suffix && endings_++ > 1) node.match = WordMatch::exact;
    }
    if (boosted) boost(node);
  }

  void boost(QueryNode& node) {
    if (below(4) == 0) node.boost = 0.25 * (1 + below(20));
  }

  std::mt19937 random_;
  int wildcards_ = 0, endings_ = 0;
};

TEST(QueryParser, PrintedTreesParseToThemselves) {
  const unsigned from = seed();
  SCOPED_TRACE("KWERENDA_SEED=" + std::to_string(from));
  for (int i = 0; i < rounds(3000); ++i) {
    const QueryNode tree = Trees(from + static_cast<unsigned>(i)).tree();
    const std::string text = to_query_text(tree);
    ASSERT_EQ(parsed(text), to_sexpr(tree)) << text << "\nround " << i;
  }
}

// Every node lies within its parent, every edge on a code point; the printed query means the same.
void check_query(const std::string& text) {
  QueryNode root;
  try {
    root = parse_query(text).root;
  } catch (const QueryError& error) {
    ASSERT_NE(std::string(error.what()), "") << text;
    return;
  }
  std::vector<const QueryNode*> open{&root};
  while (!open.empty()) {
    const QueryNode* node = open.back();
    open.pop_back();
    ASSERT_LT(node->range.begin, node->range.end) << text;
    ASSERT_LE(node->range.end, text.size()) << text;
    ASSERT_NE(text[node->range.begin] & 0xC0, 0x80) << text;
    for (const QueryNode& child : node->children) {
      ASSERT_GE(child.range.begin, node->range.begin) << text;
      ASSERT_LE(child.range.end, node->range.end) << text;
      open.push_back(&child);
    }
  }
  const std::string again = to_query_text(root);
  if (again.size() > QueryLimits().max_bytes) return;
  ASSERT_EQ(parsed(again), to_sexpr(root)) << text << "\n" << again;
}

TEST(QueryParser, TextOfATreeReadsTheSame) {
  for (const char* text : {"tytuł:(-a) b", "+tytuł:(NIE a)", "miejsce:(+a)", "tytuł:(-a b)", "-tytuł:a"})
    check_query(text);
}

TEST(QueryParser, RandomText) {
  static const char* const kPieces[] = {
      " ",        " ",    " ",     "a",      "schron", "Łódź", "I",         " I ",   "NIE ",
      " AND ",    " OR ", " LUB ", "NOT ",   "(",      ")",    "\"",        "„",     "”",
      "«",        "»",    "+",     "-",      "=",      "*",    "~",         "^",     "2",
      "0.5",      "\\",   ":",     "tytuł:", "data:",  "2024", "..",        "plik:", "temat:",
      " NEAR/3 ", " /z ", " /a ",  "?",      ".",      "'",    "BLISKO/2 ", "–",     "日"};
  const unsigned from = seed();
  SCOPED_TRACE("KWERENDA_SEED=" + std::to_string(from));
  std::mt19937 random(from);
  for (int i = 0; i < rounds(20000); ++i) {
    std::string text;
    for (auto n = random() % 14; n > 0; --n) text += kPieces[random() % std::size(kPieces)];
    check_query(text);
    if (HasFatalFailure()) return;
  }
}

TEST(QueryParser, RandomBytes) {
  const unsigned from = seed();
  SCOPED_TRACE("KWERENDA_SEED=" + std::to_string(from));
  std::mt19937 random(from);
  for (int i = 0; i < rounds(20000); ++i) {
    std::string text;
    for (auto n = random() % 30; n > 0; --n)
      text += static_cast<char>(random() % 4 == 0 ? random() : 0x20 + random() % 0x5F);
    check_query(text);
    if (HasFatalFailure()) return;
  }
}

// ---- Documentation ----

// Lines "query  →  tree" of the fenced blocks marked `kwerenda`, and "query  ✗" for those that must be
// errors.
TEST(QueryParser, DocumentedExamples) {
  std::ifstream page(KWERENDA_SOURCE_DIR "/docs/query-language.md");
  ASSERT_TRUE(page);
  bool inside = false;
  int examples = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      inside = line == "```kwerenda";
      continue;
    }
    if (!inside || line.empty()) continue;
    ++examples;
    const std::string_view arrow = " → ", cross = " ✗";
    auto trimmed = [](std::string text) {
      text.erase(text.find_last_not_of(' ') + 1);
      return text.substr(std::min(text.size(), text.find_first_not_of(' ')));
    };
    if (const std::size_t at = line.find(arrow); at != std::string::npos) {
      EXPECT_EQ(parsed(trimmed(line.substr(0, at))), trimmed(line.substr(at + arrow.size()))) << line;
    } else {
      const std::size_t end = line.find(cross);
      ASSERT_NE(end, std::string::npos) << line;
      EXPECT_THROW(parse_query(trimmed(line.substr(0, end))), QueryError) << line;
    }
  }
  EXPECT_GE(examples, 60);
}

// What other engines have signs for is not passed over without a word.
TEST(QueryParser, NotesSignsOfOtherLanguages) {
  const struct {
    const char *query, *note;
  } rows[] = {
      {"sch*on", "„sch*on”: gwiazdka działa na początku albo na końcu słowa; tu rozdzieliła słowa."},
      {"gmina sch?on,", "„sch?on”: znak „?” nie zastępuje litery; tu rozdzielił słowa. Zob. „*” i „~”."},
      {"schron** gmina", "„schron**”: dwie gwiazdki nic nie znaczą; dowolne zakończenie to „schron*”."},
      {"**owisko", "„**owisko”: dwie gwiazdki nic nie znaczą; dowolny początek to „*owisko”."},
      {"schron && gmina", "„&&” pominięto; oba słowa muszą wystąpić, gdy stoi między nimi AND albo I."},
      {"schron||gmina", "„||” pominięto; jedno ze słów wystarczy, gdy stoi między nimi OR albo LUB."},
      {"gmina !schron", "„!” pominięto; wykluczenie zapisuje się „-schron”."},
      {"gmina –schron,", "„–” przed słowem niczego nie wyklucza; wykluczenie zapisuje się „-schron”."},
      {"schron near/3 gmina", "„near/3” szukano jak słów; operator pisze się wielkimi literami: „NEAR/3”."},
      {"schron Blisko/12 gmina",
       "„Blisko/12” szukano jak słów; operator pisze się wielkimi literami: „BLISKO/12”."},
      {"\"obrona cywilna\" ~3",
       "„~3” szukano jak słowa; znak ten pisze się tuż za cudzysłowem, bez odstępu."},
      {"(a b) ^2",
       "„^2” szukano jak słowa; wagę pisze się tuż za słowem, cudzysłowem albo nawiasem, bez odstępu."},
      {"gmina ~schron", "„~” pominięto; literówkę dopuszcza ten znak za słowem: „schron~”."},
      {"\"obrona cywiln\"*",
       "Gwiazdkę za cudzysłowem pominięto; pisze się ją przy słowie, także w cudzysłowie."},
      // Text as it is pasted
      {"**bardzo ważne** to 2*3, C++ & AT&T?", ""},
      {"https://gov.pl/a?b=c!d ważne! co?nie/tak hotel 5** ok. ~30 osób", ""},
      {"sch\\*on \\!schron near/miss blisko", ""},
      {"\"sch*on && !x\"", ""},
  };
  for (const auto& row : rows) {
    const Query query = parse_query(row.query);
    EXPECT_EQ(query.notes.empty() ? "" : query.notes.front(), row.note) << row.query;
    EXPECT_LE(query.notes.size(), 1U) << row.query;
  }
}

TEST(QueryParser, NotesNamesThatAreNearlyFields) {
  const struct {
    const char *query, *note;
  } rows[] = {
      {"miejsc:Łódź", "„miejsc:” to nie jest pole i szukano go jak słowa; czy chodziło o „miejsce:”?"},
      {"schron Tytul:x tytlu:x",
       "„tytlu:” to nie jest pole i szukano go jak słowa; czy chodziło o „tytuł:”?"},
      {"daty:2024", "„daty:” to nie jest pole i szukano go jak słowa; czy chodziło o „data:”?"},
      {"Miejsc: Łódź", ""},
      {"godz. 12:30 https://gov.pl a:b", ""},
      {"miejsc\\:Łódź", ""},
      {"\"miejsc:Łódź\"", ""},
  };
  for (const auto& row : rows) {
    const Query query = parse_query(row.query);
    EXPECT_EQ(query.notes.empty() ? "" : query.notes.front(), row.note) << row.query;
    EXPECT_LE(query.notes.size(), 1U) << row.query;
  }
}

}  // namespace
}  // namespace kwerenda
