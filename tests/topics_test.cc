// Topic files in, topics and query trees out; every error with its whole message; the topics that come with
// the program.
#include "searcher/topics.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

class TopicDirectory {
 public:
  explicit TopicDirectory(const std::string& name)
      : path_(fs::temp_directory_path() / ("kwerenda-topics-" + std::to_string(getpid()) + "-" + name)) {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~TopicDirectory() { fs::remove_all(path_); }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

constexpr std::string_view kShelters = R"(label = "Ochrona ludności i obrona cywilna"
description = "Schrony."
aliases = ["OC", "schrony"]

[[aspect]]
name = "schrony"
weight = 1.5
words = ["schron", "=OC", "ukryci*"]
phrases = ["obrona cywilna", "„plan ewakuacji”~2"]

[[aspect]]
name = "alarm"
words = ["syrena"]
)";

Topic named(const std::string& name, const std::string& label, std::vector<std::string> aliases = {}) {
  Topic topic;
  topic.name = name;
  topic.label = label;
  topic.aliases = std::move(aliases);
  return topic;
}

TEST(Topics, AFileBecomesATree) {
  const Topic topic = parse_topic(kShelters, "katalog/ochrona-ludnosci.toml");
  EXPECT_EQ(topic.name, "ochrona-ludnosci");
  EXPECT_EQ(topic.label, "Ochrona ludności i obrona cywilna");
  EXPECT_EQ(topic.description, "Schrony.");
  EXPECT_EQ(topic.aliases, (std::vector<std::string>{"OC", "schrony"}));
  const QueryNode tree = topic_query(topic);
  EXPECT_EQ(to_sexpr(tree),
            "(topic \"Ochrona ludności i obrona cywilna\" (aspect \"schrony\" schron =OC ukryci* (phrase "
            "obrona cywilna) "
            "(phrase~2 plan ewakuacji))^1.5 (aspect \"alarm\" syrena))");
  EXPECT_EQ(to_query_text(tree), "temat:\"Ochrona ludności i obrona cywilna\"");
}

TEST(Topics, ALaterDirectoryWins) {
  const TopicDirectory first("first"), second("second");
  first.write("b.toml", kShelters);
  first.write("a.toml", kShelters);
  first.write("notatki.txt", "nie temat");
  second.write("b.toml", "label = \"Moje\"\n[[aspect]]\nname = \"x\"\nwords = [\"y\"]\n");
  const std::vector<fs::path> directories = {first.path(), second.path()};
  const std::vector<Topic> topics = load_topics(directories);
  ASSERT_EQ(topics.size(), 2u);
  EXPECT_EQ(topics[0].name, "a");
  EXPECT_EQ(topics[1].label, "Moje");
  EXPECT_EQ(topics[1].file, second.path() / "b.toml");
}

TEST(Topics, NamesAreFoundWithoutCaseAndMarks) {
  const std::vector<Topic> topics = {named("gis", "GIS i cyfrowe bliźniaki", {"mapy", "OC"}),
                                     named("oc", "Ochrona ludności", {"obrona cywilna", "GIS"})};
  struct Row {
    std::string_view wanted, name;
  };
  for (const Row& row : {Row{"gis", "gis"},
                         {"GIS", "gis"},
                         {"oc", "oc"},
                         {"gis i cyfrowe blizniaki", "gis"},
                         {"OCHRONA  LUDNOSCI", "oc"},
                         {"ochrona-ludnosci", "oc"},
                         {"„Mapy”", "gis"}}) {
    EXPECT_EQ(find_topic(row.wanted, topics).name, row.name) << row.wanted;
  }
}

std::string missing(std::string_view name, const std::vector<Topic>& topics) {
  try {
    return find_topic(name, topics).name;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    return error.what();
  }
}

TEST(Topics, AnUnknownNameGetsSuggestions) {
  const std::vector<Topic> topics = {named("gis", "GIS", {"mapy"}),
                                     named("ochrona-ludnosci", "Ochrona ludności")};
  EXPECT_EQ(missing("gsi", topics), "nie ma tematu „gsi”: może chodzi o: gis (GIS)");
  EXPECT_EQ(missing("ochrona", topics),
            "nie ma tematu „ochrona”: może chodzi o: ochrona-ludnosci (Ochrona ludności)");
  EXPECT_EQ(missing("zupa", topics), "nie ma tematu „zupa”: oczekiwano jednego z: gis, ochrona-ludnosci");
  EXPECT_EQ(missing("?", topics), "nie ma tematu „?”: oczekiwano jednego z: gis, ochrona-ludnosci");
  EXPECT_EQ(missing("gis", {}), "nie ma tematu „gis”: nie wczytano żadnych tematów");
}

TEST(Topics, QueriesAreResolved) {
  const std::vector<Topic> topics = {parse_topic(kShelters, "oc.toml")};
  Query query = parse_query("gmina temat:OC^2");
  resolve_topics(query.root, query.text, topics);
  const QueryNode& topic = query.root.children[1].children[0];
  EXPECT_EQ(topic.children.size(), 2u);
  EXPECT_EQ(topic.boost, 2);
  EXPECT_EQ(topic.children[0].children[0].range, topic.range);
  try {
    query = parse_query("gmina temat:oo");
    resolve_topics(query.root, query.text, topics);
    FAIL();
  } catch (const QueryError& error) {
    EXPECT_STREQ(error.what(),
                 "nie ma tematu „oo”: może chodzi o: oc (Ochrona ludności i obrona cywilna)\n  gmina "
                 "temat:oo\n        ^~~~~~~~");
  }
}

struct BadFile {
  std::string_view toml, message;
};

constexpr std::string_view kGood = "label = \"a\"\n[[aspect]]\nname = \"b\"\nwords = [\"c\"]\n";

constexpr BadFile kBadFiles[] = {
    {"", "t.toml:1: oczekiwano „label” tematu, a go nie ma"},
    {"label = 5\n", "t.toml:1: w „label” oczekiwano napisu, a jest liczba"},
    {"label = \"?\"\n", "t.toml:1: w „label” oczekiwano nazwy, a jest „?”"},
    {"label = \"a\"\nlabl = 1\n",
     "t.toml:2: oczekiwano jednego z kluczy label, description, aliases, aspect, a jest „labl”"},
    {"label = \"a\"\n", "t.toml:1: oczekiwano co najmniej jednej tabeli [[aspect]], a nie ma żadnej"},
    {"label = \"a\"\naspect = [1]\n", "t.toml:2: oczekiwano tabel [[aspect]], a jest lista"},
    {"label = \"a\"\naspect = []\n", "t.toml:2: oczekiwano tabel [[aspect]], a jest lista"},
    {"label = \"a\"\n[aspect]\nname = \"b\"\n", "t.toml:2: oczekiwano tabel [[aspect]], a jest tabela"},
    {"label = \"a\"\naliases = \"b\"\n", "t.toml:2: w „aliases” oczekiwano listy napisów, a jest napis"},
    {"label = \"a\"\naliases = [\n\"b\",\n1]\n", "t.toml:4: w „aliases” oczekiwano napisu, a jest liczba"},
    {"label = \"a\"\ndescription = true\n",
     "t.toml:2: w „description” oczekiwano napisu, a jest wartość logiczna"},
    {"label = \"a\"\n[[aspect]]\nwords = [\"c\"]\n", "t.toml:2: oczekiwano „name” aspektu, a go nie ma"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\n",
     "t.toml:2: w aspekcie „b” oczekiwano słów („words”) lub fraz („phrases”), a nie ma żadnych"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nword = [\"c\"]\n",
     "t.toml:4: oczekiwano jednego z kluczy name, weight, words, phrases, a jest „word”"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nweight = 0\nwords = [\"c\"]\n",
     "t.toml:4: w „weight” oczekiwano liczby od 0.01 do 100, a jest 0"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nweight = nan\nwords = [\"c\"]\n",
     "t.toml:4: w „weight” oczekiwano liczby od 0.01 do 100, a jest nan"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nweight = \"2\"\nwords = [\"c\"]\n",
     "t.toml:4: w „weight” oczekiwano liczby od 0.01 do 100, a jest napis"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nwords = [\"c\",\n \"d*\"]\n",
     "t.toml:5: przy „*” oczekiwano co najmniej 3 liter lub cyfr, a jest 1; sam znak zapisz „\\*”\n  d*\n  "
     "^~"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nwords = [\"c\",\n \"gmina^2\"]\n",
     "t.toml:5: wagę podaje się przy aspekcie („weight”), a nie przy słowie; sam znak zapisz „\\^”\n  "
     "gmina^2\n    "
     "   ^"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nphrases = [\"„a b”~2^3\"]\n",
     "t.toml:4: wagę podaje się przy aspekcie („weight”), a nie przy słowie; sam znak zapisz „\\^”\n  „a "
     "b”~2^3\n  "
     "       ^"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nwords = [\"-gmina\"]\n",
     "t.toml:4: oczekiwano słowa albo frazy, a jest operator zapytania; słowa jednego aspektu i tak są "
     "łączone "
     "przez LUB, a zwykły znak lub słowo poprzedza się „\\”\n  -gmina\n  ^"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nphrases = [\"gmina OR powiat\"]\n",
     "t.toml:4: oczekiwano słowa albo frazy, a jest operator zapytania; słowa jednego aspektu i tak są "
     "łączone "
     "przez LUB, a zwykły znak lub słowo poprzedza się „\\”\n  gmina OR powiat\n        ^~"},
    {"label = \"a\"\n[[aspect]]\nname = \"b\"\nphrases = [\"\"]\n",
     "t.toml:4: oczekiwano słowa lub frazy, a jest „”"},
};

TEST(Topics, BadFilesAreNamedWithTheLine) {
  EXPECT_NO_THROW(parse_topic(kGood, "t.toml"));
  for (const BadFile& bad : kBadFiles) {
    try {
      parse_topic(bad.toml, "t.toml");
      ADD_FAILURE() << "no error: " << bad.toml;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_EQ(error.what(), bad.message) << bad.toml;
    }
  }
  try {
    parse_topic("label = \"a\n", "t.toml");
    FAIL();
  } catch (const Error& error) {  // the rest of the message is the TOML library's
    EXPECT_TRUE(
        std::string(error.what())
            .starts_with(
                "t.toml:1: oczekiwano pliku TOML, a w kolumnie 11 jest błąd składni (opis po angielsku: "));
  }
}

ErrorKind kind_of(const std::vector<fs::path>& directories, std::string& message) {
  try {
    load_topics(directories);
  } catch (const Error& error) {
    message = error.what();
    return error.kind();
  }
  message = "no error";
  return ErrorKind::usage;
}

TEST(Topics, BadDirectoriesAndFiles) {
  const TopicDirectory directory("bad");
  std::string message;
  EXPECT_EQ(kind_of({directory.path() / "brak"}, message), ErrorKind::not_found);
  EXPECT_EQ(message,
            (directory.path() / "brak").string() +
                ": oczekiwano katalogu z plikami tematów (*.toml): nie ma takiego pliku ani katalogu");
  directory.write("a.toml", std::string(kMaxTopicBytes + 1, '\n'));
  EXPECT_EQ(kind_of({directory.path()}, message), ErrorKind::limit);
  EXPECT_EQ(message, (directory.path() / "a.toml").string() +
                         ": plik tematu jest za długi: najwyżej może mieć 262144 bajtów");
  EXPECT_EQ(kind_of({directory.path() / "a.toml"}, message), ErrorKind::not_found);
  fs::remove(directory.path() / "a.toml");
  fs::create_directory(directory.path() / "a.toml");
  EXPECT_EQ(kind_of({directory.path()}, message), ErrorKind::io);
  EXPECT_EQ(message, (directory.path() / "a.toml").string() +
                         ": nie można odczytać pliku tematu; sprawdź uprawnienia");
}

// No name of one built-in topic leads to another.
TEST(Topics, BuiltIn) {
  const std::vector<fs::path> directories = {KWERENDA_SOURCE_DIR "/searcher/topics"};
  const std::vector<Topic> topics = load_topics(directories);
  EXPECT_GE(topics.size(), 12u);
  for (const Topic& topic : topics) {
    EXPECT_EQ(find_topic(topic.name, topics).name, topic.name);
    EXPECT_EQ(find_topic(topic.label, topics).name, topic.name);
    for (const std::string& alias : topic.aliases)
      EXPECT_EQ(find_topic(alias, topics).name, topic.name) << alias;
    EXPECT_FALSE(topic.description.empty()) << topic.name;
  }
}

}  // namespace
}  // namespace kwerenda
