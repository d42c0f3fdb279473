// kwerenda-lexicon: compiles pl.lex from Debian's dictionaries, and answers questions about a finished one.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <zip.h>

#include "analysis/error.h"
#include "analysis/lexicon.h"
#include "analysis/lexicon_compiler/compile.h"
#include "analysis/lexicon_compiler/letters.h"
#include "analysis/lexicon_compiler/settle.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

const char* usage() {
  return message(
      R"(kwerenda-lexicon compile --polimorf=JAR --aff=PLIK --dic=PLIK --counts=PLIK --unigrams=PLIK --prefixes=PLIK --output=PLIK
    składa leksykon ze słowników Debiana: libmorfologik-stemming-java i hunspell-pl
kwerenda-lexicon lookup --lexicon=PLIK
    czyta formy, po jednej w wierszu; pisze: początek TAB koniec TAB forma TAB klucz|klucz
kwerenda-lexicon similar --lexicon=PLIK
    czyta słowa; pisze formy bez znaków, formy o jedną i dwie poprawki dalej i rodzinę słowa
kwerenda-lexicon explain --lexicon=PLIK
    czyta formy; pisze każde odczytanie z prawdopodobieństwem i pochodzeniem
)",
      R"(kwerenda-lexicon compile --polimorf=JAR --aff=FILE --dic=FILE --counts=FILE --unigrams=FILE --prefixes=FILE --output=FILE
    puts the lexicon together from Debian's dictionaries: libmorfologik-stemming-java and hunspell-pl
kwerenda-lexicon lookup --lexicon=FILE
    reads forms, one a line; writes: begin TAB end TAB form TAB key|key
kwerenda-lexicon similar --lexicon=FILE
    reads words; writes forms without marks, forms one and two edits away and the word's family
kwerenda-lexicon explain --lexicon=FILE
    reads forms; writes every reading with its probability and where it comes from
)");
}

using Arguments = std::map<std::string, std::string>;

std::string read_file(const std::string& path, const std::string& remedy) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw Error(ErrorKind::not_found,
                message("{}: nie można odczytać pliku; {}", "{}: cannot read the file; {}", path, remedy));
  return std::move(text).str();
}

std::string read_jar(const std::string& path, const char* entry) {
  const std::string remedy = message("zainstaluj pakiet libmorfologik-stemming-java",
                                     "install the package libmorfologik-stemming-java");
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_RDONLY, &code),
                                                         [](zip_t* z) { zip_discard(z); });
  if (!archive)
    throw Error(ErrorKind::not_found,
                message("{}: nie można otworzyć archiwum (libzip: {}); {}",
                        "{}: cannot open the archive (libzip: {}); {}", path, code, remedy));
  zip_stat_t status;
  if (zip_stat(archive.get(), entry, 0, &status) != 0) {
    throw Error(ErrorKind::incompatible,
                message("{}: brak wpisu {}; {}", "{}: the entry {} is missing; {}", path, entry, remedy));
  }
  std::string bytes(status.size, '\0');
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(archive.get(), entry, 0),
                                                               zip_fclose);
  if (!file || zip_fread(file.get(), bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size())) {
    throw Error(ErrorKind::corrupt, message("{}: nie można rozpakować wpisu {}; {}",
                                            "{}: cannot unpack the entry {}; {}", path, entry, remedy));
  }
  return bytes;
}

const std::string& need(const Arguments& arguments, const std::string& name) {
  const auto found = arguments.find(name);
  if (found == arguments.end())
    throw Error(ErrorKind::usage,
                message("brak opcji --{}\n{}", "the option --{} is missing\n{}", name, usage()));
  return found->second;
}

// The model counts 89 million words, the table one million.
constexpr std::uint32_t kUnigramDivisor = 40;

void compile(const Arguments& arguments) {
  const std::string& jar = need(arguments, "polimorf");
  const std::string &aff = need(arguments, "aff"), &dic = need(arguments, "dic"),
                    &table = need(arguments, "counts");
  const std::string& output = need(arguments, "output");
  const std::string entry = "morfologik/dictionaries/pl.dict";
  Morphology morphology = read_morphology(
      read_jar(jar, entry.c_str()), jar + "!" + entry,
      read_file(aff, message("zainstaluj pakiet hunspell-pl", "install the package hunspell-pl")), aff,
      read_file(dic, message("zainstaluj pakiet hunspell-pl", "install the package hunspell-pl")), dic);
  auto counts = parse_counts(
      read_file(table, message("to część źródeł programu", "it is part of the program's sources")), table);
  const std::string& unigrams = need(arguments, "unigrams");
  add_unigrams(
      read_file(unigrams, message("zainstaluj pakiet onboard-data", "install the package onboard-data")),
      unigrams, kUnigramDivisor, counts);
  const std::vector<VerbalNoun> verbal_nouns = find_verbal_nouns(morphology);
  settle(morphology, counts, LemmaRules());
  const Estimate estimate(morphology, counts, EstimateOptions());
  LexiconParts parts;
  parts.rules = learn_guesser(morphology, estimate, GuesserOptions());
  settle_bare_forms(morphology, parts.rules);
  parts.families = find_families(morphology, verbal_nouns);
  std::istringstream prefixes(
      read_file(need(arguments, "prefixes"),
                message("to część źródeł programu", "it is part of the program's sources")));
  for (std::string line; std::getline(prefixes, line);) {
    if (!line.empty() && line[0] != '#') parts.prefixes.push_back(line);
  }
  CompileReport report;
  const std::string bytes = compile_lexicon(morphology, estimate, counts, parts, CompileOptions(), report);
  const std::string temporary = output + ".part";
  {
    std::ofstream file(temporary, std::ios::binary);
    file << bytes;
    file.close();
    if (!file) throw Error(ErrorKind::io, message("{}: nie można zapisać", "{}: cannot write", temporary));
  }
  std::filesystem::rename(temporary, output);
  fmt::print(
      "{}\n",
      message(
          "{}: {} bajtów, {} form, {} stanów, {} przejść, {} komórek, {} bajtów odczytań, {} reguł, {} "
          "rodzin",
          "{}: {} bytes, {} forms, {} states, {} arcs, {} cells, {} bytes of readings, {} rules, {} families",
          output, bytes.size(), report.forms, report.states, report.arcs, report.cells, report.record_bytes,
          report.rules, report.families));
}

const char* name_of(ReadingSource source) {
  switch (source) {
    case ReadingSource::lexicon:
      return message("leksykon", "lexicon");
    case ReadingSource::extra:
      return message("leksykon własny", "lexicon of your own");
    case ReadingSource::acronym:
      return message("skrótowiec", "acronym");
    case ReadingSource::guesser:
      return message("odgadnięte", "guessed");
    case ReadingSource::as_written:
      return message("jak w tekście", "as in the text");
  }
  return "";
}

void lookup(const Arguments& arguments, bool explain) {
  const auto lexicon = Lexicon::open(need(arguments, "lexicon"));
  const auto option = arguments.find("threshold");
  const float threshold = option == arguments.end() ? 2.0f : std::stof(option->second);
  std::vector<Reading> readings;
  for (std::string form; std::getline(std::cin, form);) {
    readings.clear();
    if (!lexicon->lookup(form, readings)) lexicon->guess(form, readings);
    if (explain) {
      fmt::print("{}\n", form);
      for (const Reading& r : readings) {
        fmt::print("    {} {:.2f} {}{}\n", r.lemma, r.probability, name_of(r.source),
                   r.proper ? message(", nazwa własna", ", proper name") : "");
      }
      continue;
    }
    std::string keys;
    std::vector<std::string> seen;
    for (const Reading& r : readings) {
      if (!seen.empty() && r.probability < threshold) continue;
      std::string key = lower_case(r.lemma);
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
      if (!seen.empty()) keys.push_back('|');
      keys += key;
      seen.push_back(std::move(key));
    }
    if (keys.empty()) keys = lower_case(form);
    fmt::print("0\t{}\t{}\t{}\n", form.size(), form, keys);
  }
}

void similar(const Arguments& arguments) {
  const auto lexicon = Lexicon::open(need(arguments, "lexicon"));
  for (std::string word; std::getline(std::cin, word);) {
    const auto print = [&](const char* label, const std::vector<SimilarForm>& found) {
      fmt::print("  {}:", label);
      for (const SimilarForm& s : found) fmt::print(" {} ({}, {})", s.form, s.edits, s.frequency);
      fmt::print("\n");
    };
    fmt::print("{}\n", word);
    std::vector<SimilarForm> found;
    lexicon->find_accent_free(word, 8, found);
    print(message("bez znaków", "without marks"), found);
    found.clear();
    lexicon->find_within(word, 1, 8, found);
    print("1", found);
    found.clear();
    lexicon->find_within(word, 2, 8, found);
    print("2", found);
    fmt::print("  {}:", message("rodzina", "family"));
    for (const std::string& relative : lexicon->relatives(word)) fmt::print(" {}", relative);
    fmt::print("\n");
  }
}

int run(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  Arguments arguments;
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string::npos) {
      throw Error(ErrorKind::usage, message("oczekiwano --nazwa=wartość, jest „{}”\n{}",
                                            "expected --name=value, found “{}”\n{}", argument, usage()));
    }
    arguments[argument.substr(2, equals - 2)] = argument.substr(equals + 1);
  }
  if (command == "compile") {
    compile(arguments);
  } else if (command == "lookup" || command == "explain") {
    lookup(arguments, command == "explain");
  } else if (command == "similar") {
    similar(arguments);
  } else {
    throw Error(ErrorKind::usage, usage());
  }
  return 0;
}

}  // namespace
}  // namespace kwerenda

int main(int argc, char** argv) {
  kwerenda::set_message_language(kwerenda::language_from([](const char* name) { return std::getenv(name); }));
  try {
    return kwerenda::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "kwerenda-lexicon: %s\n", error.what());
    return 2;
  }
}
