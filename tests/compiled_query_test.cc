// Query text in; which passages match, and what of them is highlighted, out. Over the real lexicon: what
// people type is what is tested.
#include "searcher/compiled_query.h"

#include <gtest/gtest.h>

#include <chrono>

#include "analysis/error.h"
#include "memory_collection.h"
#include "searcher/query_parser.h"

namespace kwerenda {
namespace {

CompiledQuery compiled(const std::string& text, const MemoryCollection& collection,
                       std::span<const Topic> topics = {}) {
  Query query = parse_query(text);
  resolve_topics(query.root, query.text, topics);
  return compile_query(query.root, query.text, *real_keys(), real_word_lists(), collection, {});
}

// Passages that match, by citation.
std::string found(const std::string& text, MemoryCollection& collection, std::span<const Topic> topics = {}) {
  try {
    const CompiledQuery query = compiled(text, collection, topics);
    PassageScan scan(query, collection.table());
    std::string out;
    for (const MemoryPassage& passage : collection.all()) {
      if (scan.matches(passage)) out += (out.empty() ? "" : " ") + passage.citation;
    }
    return out;
  } catch (const Error& error) {
    return error.what();
  }
}

MemoryCollection& reports() {
  static MemoryCollection collection(
      real_keys(), {
                       {.citation = "1",
                        .text = "Ochrona ludności w gminach. Schrony są w szkołach.",
                        .title = "Forum obrony cywilnej",
                        .heading = "Ukrycia",
                        .place = "Łódź",
                        .source = "forum/Raport-7.md",
                        .date = 20240514},
                       {.citation = "2",
                        .text = "Gminy budują schrony, a szkoły ukrycia dla ludności cywilnej.",
                        .title = "Debata o schronach",
                        .place = "Nowy Sącz",
                        .source = "debata.txt",
                        .date = 20250101},
                       {.citation = "3",
                        .text = "Urząd korzysta z GIS-u. Geoportal pokazuje plany miast.",
                        .title = "Szkolenie",
                        .heading = "Dane › Mapy",
                        .place = "Wrocław",
                        .source = "szkolenie.md",
                        .date = 20231231},
                       {.citation = "4",
                        .text = "Być albo nie być – pytał prelegent w Łodzi.",
                        .title = "Hackathon",
                        .source = "hackathon.txt"},
                       {.citation = "5",
                        .text = "Zarządzanie kryzysowe: łodzie, pompy i agregaty.",
                        .title = "Ćwiczenie",
                        .place = "Police",
                        .source = "cwiczenie.txt",
                        .date = 20240229},
                       {.citation = "6",
                        .text = "Manifest ogłosił Xawerowiczom rządcę Bublewskich.",
                        .title = "Powstanie",
                        .source = "powstanie.txt",
                        .date = 18630122},
                   });
  return collection;
}

struct Row {
  const char* query;
  const char* passages;
};

TEST(CompiledQuery, WhatMatches) {
  const Row rows[] = {
      // words: any inflected form, any of them
      {"schron", "1 2"},
      {"SCHRONAMI", "1 2"},
      {"schron geoportal", "1 2 3"},
      {"gis", "3"},
      {"GIS", "3"},
      {"łódź", "4 5"},
      {"parasol", ""},
      // stop words help to rank and bring nothing by themselves, but among themselves they are a phrase
      {"w schronie", "1 2"},
      {"kto korzysta z GIS", "3"},
      {"być albo nie być", "4"},
      {"albo być nie być", ""},
      {"w", "1 4"},
      {"w -schron", "4"},
      {"-schron w", "4"},
      {"temat w", ""},
      // phrases
      {"\"ochrona ludności\"", "1"},
      {"\"ludność ochrony\"", ""},
      {"\"ochrona gmin\"", ""},
      {"\"ochrona gmin\"~1", ""},
      {"\"ochrona gmin\"~2", "1"},
      {"\"obrona cywilna\"", "1"},   // in the title
      {"\"cywilnej ochrona\"", ""},  // not across the edge of title and text
      {"\"dla =ludności\"", "2"},
      {"\"dla =ludność\"", ""},
      {"\"schron* są\"", "1"},
      {"\"plan miasta\"", "3"},
      // NEAR, in any order
      {"gmina NEAR/1 schron", "1"},  // "gminach. Schrony"
      {"schron NEAR/2 gmina", "1 2"},
      {"schron NEAR/1 szkoła", ""},
      {"\"ochrona ludności\" NEAR/2 gmina", "1"},
      {"\"ochrona ludności\" NEAR/1 gmina", ""},
      {"\"ludność cywilna\" NEAR/1 dla", "2"},  // words next to each other, however long the phrase is
      {"dla NEAR/1 \"ludność cywilna\"", "2"},
      {"(schron OR ukrycie) NEAR/2 szkoła", "2"},
      {"schron NEAR/1 schron", ""},  // two of them
      {"plan NEAR/1 \"ludność cywilna\"~3", ""},
      {"\"gmina szkoła\"~6 NEAR/1 ochrona", ""},
      {"ludność NEAR/2 \"gmina szkoła\"~4", "1"},  // "ludności w [gminach. Schrony są w szkołach]"
      // sentence and passage
      {"ochrona /z gmina", "1"},
      {"ochrona /z schron", ""},
      {"ochrona /a schron", "1"},
      {"geoportal /z \"plan miasta\"", "3"},
      {"GIS /z geoportal", ""},
      {"obrona /z cywilna", "1"},
      {"ochrona /z (ludność AND gmina)", "1"},
      {"ochrona /z (ludność AND schron)", ""},
      {"ochrona /z (ludność /a schron)", ""},
      {"ochrona /z ((ludność AND schron) OR parasol)", ""},
      {"ochrona /z ((ludność AND gmina) OR parasol)", "1"},
      {"ochrona /z ((ludność AND schron) OR gmina)", "1"},
      {"ochrona NEAR/3 ((ludność AND schron) OR parasol)", ""},
      {"ochrona NEAR/3 (parasol OR (ludność AND gmina))", "1"},
      {"ochrona NEAR/3 (ludność AND gmina)", "1"},
      {"ochrona NEAR/1 (ludność AND gmina)", ""},
      {"(ochrona AND ludność) NEAR/3 (gmina AND ludność)", ""},  // two of them: "ludność" is near no other
      // AND OR NOT
      {"schron AND gmina", "1 2"},
      {"schron AND ochrona", "1"},
      {"schron I ochrona", "1"},
      {"schron OR geoportal", "1 2 3"},
      {"schron LUB geoportal", "1 2 3"},
      {"schron NOT ochrona", "2"},
      {"schron NIE ochrona", "2"},
      {"schron AND NOT ochrona", "2"},
      {"schron AND NOT \"ochrona gmin\"", "1 2"},
      {"(schron OR geoportal) AND NOT (ochrona OR ludność)", "3"},
      {"schron AND (geoportal OR ukrycie)", "1 2"},
      {"geoportal AND w", ""},
      // plus and minus
      {"+schron geoportal", "1 2"},
      {"+schron -ochrona geoportal", "2"},
      {"schron -\"ochrona ludności\"", "2"},
      {"schron -\"ochrona gmin\"", "1 2"},
      {"schron -=gminach", "2"},
      {"schron -(w albo)", "1 2"},
      {"schron -(w dla)", "1 2"},  // stop words among themselves are a phrase here too
      {"geoportal -(w parasolu)", "3"},
      // the form as it stands
      {"=ludności", "1 2"},
      {"=ludność", ""},
      {"=LUDNOŚCI", "1 2"},
      {"=łodzi", "4"},
      {"=Łodzie", "5"},
      {"=gis", ""},
      {"=gis-u", "3"},
      // wildcards
      {"schron*", "1 2"},
      {"geoport*", "3"},
      {"*portal", "3"},
      {"parasol*", ""},
      {"szkołach*", "1"},  // by the form as written
      {"szkoły*", "2"},
      {"szkoła*", "1 2"},  // and by the lemma
      {"*kołach", "1"},
      {"*inach", "1"},
      {"GMINAC*", "1"},
      {"łodzi*", "4 5"},
      {"łodzia*", ""},
      {"xawerowiczo*", "6"},  // in no dictionary
      {"bublewskic*", "6"},
      {"tytuł:schronac*", "2"},
      {"schronac*", "2"},      // in the title too, as words are
      {"miejsce:wroc*", "3"},  // in no text
      {"miejsce:*ławiu", ""},
      {"miejsce:pol* -miejsce:łód*", "5"},
      {"\"szkoły ukryci*\"", "2"},
      {"\"są w szkołac*\"", "1"},
      {"gminac* NEAR/1 schrony", "1"},
      {"schron -szkołac*", "2"},
      {"+*kołach ochrona", "1"},
      // typing errors
      {"schorny~", "1 2"},
      {"geoprtal~1", "3"},
      {"geprtal~1", ""},
      // repair
      {"lodz", "4 5"},
      {"geoprotal", "3"},
      // fields
      {"tytuł:schron", "2"},
      {"tytuł:ukrycie", "1"},  // headings too
      {"tytuł:geoportal", ""},
      {"tytuł:(schron OR ukrycie)", "1 2"},
      {"tytuł:\"obrona cywilna\"", "1"},
      {"tytuł:(obrona NEAR/2 forum)", "1"},
      {"tytuł:forum geoportal", "1"},
      {"miejsce:Łódź", "1"},
      {"miejsce:łodzi", "1"},
      {"miejsce:\"Nowy Sącz\"", "2"},
      {"miejsce:Sącz schron", "2"},
      {"schron -miejsce:Łódź", "2"},
      {"data:2024", "1 5"},
      {"data:2024-02", "5"},
      {"data:2024-02-29", "5"},
      {"data:<2024-02-29", "3 6"},
      {"data:1863", "6"},
      {"data:1863-01-22", "6"},
      {"data:..1899", "6"},
      {"data:>2100", ""},
      {"data:2020..", "1 2 3 5"},
      {"data:2024-03..2025", "1 2"},
      {"schron -data:2024", "2"},
      {"być -data:2024", "4"},  // a report without a date is not of 2024
      {"plik:raport-7.md", "1"},
      {"plik:forum/", "1"},
      {"plik:.txt", "2 4 5 6"},
      {"schron -plik:debata", "1"},
      // boosts change nothing of what matches
      {"schron^2 geoportal^0.5", "1 2 3"},
      {"(schron geoportal)^3", "1 2 3"},
      {"\"obrona cywilna\"^0.1", "1"},
      // all together
      {"+(schron OR GIS) -tytuł:debata data:2023..2024", "1 3"},
      {"(\"ochrona ludności\" OR \"plan miasta\") AND NOT miejsce:Łódź", "3"},
      {"(schron NEAR/2 gmina) AND NOT (ochrona /z gmina)", "2"},
      {"=ludności schron* geoprotal", "1 2 3"},
  };
  for (const Row& row : rows) EXPECT_EQ(found(row.query, reports()), row.passages) << row.query;
}

TEST(CompiledQuery, WhatIsHighlighted) {
  const struct {
    const char *query, *text, *highlighted;
  } rows[] = {
      {"ochrona", "Ochrona i ochronie.", "[Ochrona] i [ochronie]."},
      {"ochrona", "„Ochrona”, (ochrony)", "„[Ochrona]”, ([ochrony])"},
      {"obronie", "Jan broni.", "Jan [broni]."},                    // a relative
      {"informatyczka", "O informatykach.", "O [informatykach]."},  // of the same stem
      {"obrona informatyczka", "Informatyczka i informatycy.", "[Informatyczka] i informatycy."},
      {"ochrona -ludność", "ochrona ludności", "[ochrona] ludności"},
      {"łódź GIS", "Łódź ma GIS-u.", "[Łódź] ma [GIS-u]."},
      {"w schronie", "w nowym schronie", "[w] nowym [schronie]"},
      {"zarządca powiat", "zarządzanie miastem", "[zarządzanie] miastem"},  // a relative
      {"zarządca AND miasto", "zarządzanie miastem",
       "zarządzanie [miastem]"},  // an operator wants the word itself
      {"\"obrona cywilna\"", "Obrona cywilna i obrona.", "[Obrona cywilna] i obrona."},
      {"\"obrona cywilna\"~2", "obrona tej ludności cywilnej", "[obrona] tej ludności [cywilnej]"},
      {"\"obrona cywilna\"~2", "obrona i obrona cywilna", "[obrona] i [obrona cywilna]"},
      {"\"obrona cywilna\" obrona", "Obrona cywilna i obrona.", "[Obrona cywilna] i [obrona]."},
      {"obrona NEAR/2 cywilna", "cywilna straż, obrona; obrona", "[cywilna] straż, [obrona]; obrona"},
      {"\"obrona cywilna\" NEAR/1 gmina", "obrona cywilna gminy i gmina", "[obrona cywilna] [gminy] i gmina"},
      {"obrona /z cywilna", "Obrona jest. Obrona nie jest cywilna.",
       "Obrona jest. [Obrona] nie jest [cywilna]."},
      {"obrona AND cywilna", "Obrona jest cywilna.", "[Obrona] jest [cywilna]."},
      {"obrona OR cywilna", "Obrona jest.", "[Obrona] jest."},
      {"+obrona cywilna", "Obrona jest cywilna.", "[Obrona] jest [cywilna]."},
      {"=obrony", "obrona i obrony", "obrona i [obrony]"},
      {"obron*", "obrona i obrońca", "[obrona] i obrońca"},
      {"*rona", "obrona i ochrona", "[obrona] i [ochrona]"},
      {"obrony*", "obrona, obrony, obroną", "obrona, [obrony], obroną"},
      {"*roną", "Obrona, obrony, OBRONĄ", "Obrona, obrony, [OBRONĄ]"},
      {"obrna~1", "obrona", "[obrona]"},
      {"tytuł:obrona cywilna", "obrona cywilna", "obrona [cywilna]"},
      {"miejsce:Łódź obrona", "obrona w Łodzi", "[obrona] w Łodzi"},
      {"data:2024 obrona", "obrona 2024", "[obrona] 2024"},
      {"być albo nie być", "Tak: być albo nie być, nie inaczej.", "Tak: [być albo nie być], nie inaczej."},
      {"\"15/2024\"", "Ustawa 15/2024, a nie 2024 ani 15.", "Ustawa [15/2024], a nie 2024 ani 15."},
  };
  for (const auto& row : rows) {
    MemoryCollection collection(
        real_keys(),
        {{.citation = "1", .text = row.text, .title = "obrona", .place = "Łódź", .date = 20240101},
         {.citation = "2", .text = "obrona ochrona zarządzanie", .title = ""}});
    const CompiledQuery query = compiled(row.query, collection);
    PassageScan scan(query, collection.table());
    EXPECT_EQ(scan.highlighted(collection.all().front()), row.highlighted) << row.query;
  }
}

TEST(CompiledQuery, Topics) {
  const std::vector<Topic> topics = {parse_topic(R"(
    label = "Ochrona ludności"
    [[aspect]]
    name = "schrony"
    words = ["schron", "geoport*", "=OC"]
    phrases = ["plan ewakuacji", "\"pompa agregat\"~1"]
    [[aspect]]
    name = "zasilanie"
    words = ["agregat"]
  )",
                                                 "ochrona.toml")};
  MemoryCollection collection(real_keys(),
                              {
                                  {.citation = "1", .text = "W schronach stoją agregaty."},
                                  {.citation = "2", .text = "Plany ewakuacji są w geoportalach."},
                                  {.citation = "3", .text = "Ewakuacja według planu."},
                                  {.citation = "4", .text = "OC to obrona cywilna."},
                                  {.citation = "6", .text = "Pompa i agregat; pompa, a nie agregat."},
                                  {.citation = "5", .text = "Pomoc w nocy, przemoc, obawa i odra."},
                              });
  const struct {
    const char *query, *passages, *first;
  } rows[] = {
      {"temat:ochrona", "1 2 4 6", "W [schronach] stoją [agregaty]."},
      {"temat:ochrona agregat", "1 2 4 6", "W [schronach] stoją [agregaty]."},
      {"temat:ochrona -agregat", "2 4", ""},
      {"temat:ochrona AND agregat", "1 6", "W [schronach] stoją [agregaty]."},
      {"pomoc -temat:ochrona", "5", ""},
      {"temat:parasole",
       "nie ma tematu „parasole”: oczekiwano jednego z: ochrona\n  temat:parasole\n  ^~~~~~~~~~~~~~", ""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(found(row.query, collection, topics), row.passages) << row.query;
    if (!*row.first) continue;
    const CompiledQuery query = compiled(row.query, collection, topics);
    EXPECT_EQ(PassageScan(query, collection.table()).highlighted(collection.all().front()), row.first)
        << row.query;
  }
}

// Words as they were read: typed, repaired, keys; and the notes.
TEST(CompiledQuery, TermsAndNotes) {
  const struct {
    const char *query, *terms, *notes;
  } rows[] = {
      {"ochrony", "ochrony: ochrona", ""},
      {"ochrona ochronie OCHRONA", "ochrona: ochrona; ochronie: ochrona", ""},  // the same form counts once
      {"lodz", "lodz > łódź: łódź LODZ", "Szukano: łódź (wpisano: lodz)"},
      {"geoprotal geoprotal", "geoprotal > geoportal: geoportal", "Szukano: geoportal (wpisano: geoprotal)"},
      {"=lodz", "lodz: łódź LODZ lodz", ""},
      {"geoport*", "geoport*: geoportal", ""},
      {"*portal", "*portal: geoportal", ""},
      {"parasolowat*", "parasolowat*: ", ""},
      {"szkołac*", "szkołac*: szkoła", ""},
  };
  for (const auto& row : rows) {
    const CompiledQuery query = compiled(row.query, reports());
    std::string terms, notes;
    for (const QueryTerm& term : query.terms) {
      terms += (terms.empty() ? "" : "; ") + term.typed +
               (term.repaired.empty() ? "" : " > " + term.repaired) + ": ";
      for (const std::string& key : term.keys) terms += (&key == &term.keys.front() ? "" : " ") + key;
    }
    for (const std::string& note : query.notes) notes += (notes.empty() ? "" : "\n") + note;
    EXPECT_EQ(terms, row.terms) << row.query;
    EXPECT_EQ(notes, row.notes) << row.query;
    EXPECT_EQ(query.terms.size(), query.patterns.size()) << row.query;
    EXPECT_EQ(query.terms.size(), query.words.size()) << row.query;
  }
}

TEST(CompiledQuery, WildcardsAreBounded) {
  std::vector<MemoryPassage> passages;
  for (int i = 0; i < 1100; ++i)
    passages.push_back({.citation = std::to_string(i), .text = "kot" + std::to_string(i) + "x"});
  MemoryCollection rare(real_keys(), passages);
  CompiledQuery query = compiled("kot*", rare);
  EXPECT_EQ(query.terms.front().keys.size(), 1000U);
  EXPECT_EQ(query.notes,
            std::vector<std::string>{"kot* pasuje do zbyt wielu słów: szukano 1000 najczęstszych"});
  // Frequent words are no more than a hundred.
  std::string all;
  for (int i = 0; i < 150; ++i) all += "kot" + std::to_string(i) + "x ";
  passages.assign(200, {.citation = "", .text = all});
  MemoryCollection frequent(real_keys(), passages);
  query = compiled("kot*", frequent);
  EXPECT_EQ(query.terms.front().keys.size(), 100U);
  EXPECT_EQ(query.notes.size(), 1U);
}

// The commonest beginnings and endings of Polish over all its forms.
TEST(CompiledQuery, ShortWildcardsTakeNoTime) {
  for (const char* query : {"nie*", "*nie", "*ami", "*ych", "naj*", "prz*"}) {
    const auto start = std::chrono::steady_clock::now();
    compiled(query, reports());
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << query;
  }
}

TEST(CompiledQuery, MoreWordsThanBits) {
  Query query = parse_query("schron");
  query.root = {};
  for (std::size_t i = 0; i <= kMaxLeaves; ++i) {
    QueryNode word;
    word.kind = NodeKind::word;
    word.text = "słowo" + std::to_string(i);
    query.root.children.push_back(word);
  }
  try {
    compile_query(query.root, query.text, *real_keys(), real_word_lists(), reports(), {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit);
    EXPECT_STREQ(error.what(), "zapytanie ma więcej niż 64 różnych słów (z tematami); skróć je.");
  }
}

TEST(CompiledQuery, BracketsBesideNearAreBounded) {
  const std::string four = "(gmina AND szkoła AND schron AND plan)";
  compiled(four + " NEAR/5 " + four + " NEAR/5 " + four, reports());  // 64 ways
  try {
    compiled(four + " NEAR/5 " + four + " NEAR/5 " + four + " NEAR/5 (gmina AND szkoła)", reports());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit);
    EXPECT_STREQ(
        error.what(),
        "AND w nawiasach obok NEAR lub /z daje więcej niż 64 połączeń; rozpisz zapytanie na prostsze.");
  }
}

// A phrase of one word again and again over a text of the same word again and again has more ways to match
// than there are atoms.
TEST(CompiledQuery, RepetitionsTakeNoTime) {
  std::string text, words;
  for (int i = 0; i < 600; ++i) text += "dom ";
  for (int i = 0; i < 40; ++i) words += "dom ";
  MemoryCollection collection(real_keys(), {{.citation = "1", .text = text}});
  for (const std::string& query : {"\"" + words + "\"~50", "\"" + words + "\"",
                                   std::string("dom NEAR/100 dom NEAR/100 dom NEAR/100 dom NEAR/100 dom"),
                                   std::string("dom /z dom /z dom /z dom /z dom")}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(found(query, collection), "1") << query;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2)) << query;
  }
}

}  // namespace
}  // namespace kwerenda
