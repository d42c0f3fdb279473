// Whoever adds a message in one language only is told so here: the sources are read, and every Polish text in
// them has to be the first half of a message() pair or on the list of what is data.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = KWERENDA_SOURCE_DIR;

// Polish that is no message. A literal of nullptr means all in the file.
struct Data {
  const char *file, *literal, *why;
};
constexpr Data kData[] = {
    {"analysis/keys.cc", nullptr, "endings of the language"},
    {"analysis/sentences.cc", nullptr, "abbreviations and words of dates"},
    {"analysis/lexicon_compiler/families.cc", nullptr, "how words are derived"},
    {"analysis/lexicon.cc", nullptr, "letters"},
    {"analysis/lexicon_compiler/guesser_rules.cc", nullptr, "letters"},
    {"analysis/lexicon_compiler/settle.cc", nullptr, "words with irregular degrees"},
    {"analysis/quantity.h", nullptr, "nouns, each with its English beside it"},
    {"indexer/dates.cc", nullptr, "names of months"},
    {"indexer/fields.cc", nullptr, "names of fields in reports"},
    {"indexer/lines.cc", "„", "a quotation mark that a line may begin with"},
    {"indexer/readers/reader.cc", "standardowe wejście", "a title: stored, the same in every language"},
    {"searcher/output.cc", "pasujący fragment", "a noun, with its English beside it"},
    {"searcher/output.cc", "pasujące fragmenty", "the same"},
    {"searcher/output.cc", "pasujących fragmentów", "the same"},
    {"searcher/query_run.cc", "„", "a quotation mark of queries"},
    {"searcher/query_lexer.cc", "tytuł", "a field of queries"},
    {"searcher/query_tree.cc", "„", "a quotation mark of queries"},
    {"searcher/query_tree.cc", "tytuł:", "the notation of docs/query-language.md"},
    {"searcher/query_words.cc", nullptr, "endings of infinitives"},
    {"searcher/thesaurus.cc", "pojęcie", "a mark in MyThes files"},
};

struct Literal {
  std::string text;  // escapes as they are written; neighbours joined
  std::size_t line = 0;
  bool raw = false;
  int argument = -1;          // of the message() around it, from 0; -1 outside any
  std::size_t call = 0;       // which message() of the file
  std::size_t arguments = 0;  // of that call, once it is closed
};

// The string literals of a source. Comments, character literals and the names of includes are passed over.
class Source {
 public:
  explicit Source(std::string text) : text_(std::move(text)) {
    while (at_ < text_.size()) step();
    for (Literal& literal : literals) {
      if (literal.argument >= 0) literal.arguments = arguments_of_call_[literal.call];
    }
  }
  std::vector<Literal> literals;

 private:
  struct Bracket {
    bool message = false;
    std::size_t call = 0;
    int argument = 0;
  };

  bool starts(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }
  void skip_to(std::string_view what) { at_ = std::min(text_.find(what, at_), text_.size()); }
  static bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

  // The name that ends before `end`.
  std::string_view name_before(std::size_t end) const {
    std::size_t begin = end;
    while (begin > 0 && is_name(text_[begin - 1])) --begin;
    return std::string_view(text_).substr(begin, end - begin);
  }

  void step() {
    if (starts("//")) return skip_to("\n");
    if (starts("#include")) return skip_to("\n");
    if (starts("/*")) {
      skip_to("*/");
      return;
    }
    switch (text_[at_]) {
      case '"':
        return literal();
      case '\'':  // in 1'000 it is no quotation mark
        if (!name_before(at_).empty() && std::isdigit(static_cast<unsigned char>(name_before(at_).front())))
          break;
        for (++at_; text_[at_] != '\''; ++at_) at_ += text_[at_] == '\\';
        break;
      case '(':
        open_.push_back({});
        if (name_before(at_) == "message") {
          open_.back() = {true, arguments_of_call_.size(), 0};
          arguments_of_call_.push_back(1);
        }
        joins_ = false;
        break;
      case '[':
      case '{':
        open_.push_back({});
        joins_ = false;
        break;
      case ')':
      case ']':
      case '}':
        if (!open_.empty()) open_.pop_back();
        joins_ = false;
        break;
      case ',':
        if (!open_.empty() && open_.back().message) {
          ++open_.back().argument;
          ++arguments_of_call_[open_.back().call];
        }
        joins_ = false;
        break;
      default:
        if (!std::isspace(static_cast<unsigned char>(text_[at_])) && !starts("R\"")) joins_ = false;
        break;
    }
    ++at_;
  }

  void literal() {
    Literal found;
    found.line = 1 + static_cast<std::size_t>(
                         std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    found.raw = name_before(at_) == "R";
    if (found.raw) {
      const std::size_t open = text_.find('(', at_);
      const std::string close = ")" + text_.substr(at_ + 1, open - at_ - 1) + "\"";
      const std::size_t end = text_.find(close, open);
      found.text = text_.substr(open + 1, end - open - 1);
      at_ = end + close.size();
    } else {
      const std::size_t begin = ++at_;
      for (; text_[at_] != '"'; ++at_) at_ += text_[at_] == '\\';
      found.text = text_.substr(begin, at_ - begin);
      ++at_;
    }
    if (!open_.empty() && open_.back().message) {
      found.argument = open_.back().argument;
      found.call = open_.back().call;
    }
    if (joins_ && !found.raw) {
      literals.back().text += found.text;
    } else {
      literals.push_back(std::move(found));
    }
    joins_ = true;
  }

  std::string text_;
  std::size_t at_ = 0;
  bool joins_ = false;  // nothing but white space since the last literal
  std::vector<Bracket> open_;
  std::vector<std::size_t> arguments_of_call_;
};

bool has_polish_letter(const std::string& text) {
  for (const char* letter :
       {"ą", "ć", "ę", "ł", "ń", "ó", "ś", "ź", "ż", "Ą", "Ć", "Ę", "Ł", "Ń", "Ó", "Ś", "Ź", "Ż", "„"}) {
    if (text.find(letter) != std::string::npos) return true;
  }
  return false;
}

// Also what needs no such letter: "brak zapytania".
bool is_polish(const std::string& text) {
  static const std::regex words(
      "(^|[^a-z])(brak|nie|jest|oczekiwano|pliku?|katalogu?|indeksu?|raportu?|fragmentu?|zrzutu?|albo|lub|"
      "wiersza?|"
      "dalszych|uwaga|kopia|klucz)([^a-z]|$)");
  return has_polish_letter(text) || (text.find(' ') != std::string::npos && std::regex_search(text, words));
}

// The arguments that a text asks for, sorted: "{}: {:02}" is "{} {:02}".
std::vector<std::string> placeholders(const std::string& text) {
  static const std::regex pattern(R"(\{\{|\}\}|(\{[0-9]*(?::[^{}]*)?\}))");
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    if ((*it)[1].matched) found.push_back((*it)[1]);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> sources() {
  std::vector<fs::path> found;
  for (const char* folder : {"analysis", "indexer", "searcher"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSource / folder)) {
      if (entry.path().extension() == ".cc" || entry.path().extension() == ".h")
        found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

Source source_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Source({std::istreambuf_iterator<char>(in), {}});
}

TEST(MessagePairs, EveryPolishTextHasItsEnglish) {
  std::set<const Data*> needed;
  std::size_t pairs = 0;
  for (const fs::path& file : sources()) {
    const std::string name = fs::relative(file, kSource).string();
    const Source source = source_of(file);
    for (const Literal& literal : source.literals) {
      if (literal.argument == 0) ++pairs;
      if (literal.argument == 0 || !is_polish(literal.text)) continue;
      if (literal.argument == 1 && literal.raw) continue;  // a help page, whose examples are Polish
      const Data* const data = std::find_if(std::begin(kData), std::end(kData), [&](const Data& known) {
        return name == known.file && (!known.literal || literal.text == known.literal);
      });
      EXPECT_NE(data, std::end(kData)) << name << ":" << literal.line << ": \"" << literal.text
                                       << "\" is neither in a message() pair nor known data";
      needed.insert(data);
    }
  }
  EXPECT_GT(pairs, 300U) << "the sources were not read";
  for (const Data& known : kData)
    EXPECT_TRUE(needed.contains(&known))
        << known.file << " no longer has " << (known.literal ? known.literal : "any");
}

// The compiler takes a text that leaves an argument out, and one without arguments as plain.
TEST(MessagePairs, BothHalvesSayTheSame) {
  for (const fs::path& file : sources()) {
    const std::string name = fs::relative(file, kSource).string();
    const Source source = source_of(file);
    for (std::size_t i = 0; i < source.literals.size(); ++i) {
      const Literal& polish = source.literals[i];
      if (polish.argument != 0) continue;
      const std::string where = name + ":" + std::to_string(polish.line) + ": " + polish.text.substr(0, 80);
      ASSERT_LT(i + 1, source.literals.size()) << where;
      const Literal& english = source.literals[i + 1];
      ASSERT_TRUE(english.argument == 1 && english.call == polish.call)
          << where << " has no English beside it";
      EXPECT_EQ(english.text.find("„"), std::string::npos) << where;
      if (polish.raw) continue;
      EXPECT_EQ(placeholders(polish.text), placeholders(english.text)) << where;
      if (polish.arguments > 2) {
        EXPECT_FALSE(placeholders(polish.text).empty()) << where;
      } else {
        EXPECT_TRUE(placeholders(polish.text).empty()) << where;
      }
      for (const char* end : {".", ":", "\\n", " "})
        EXPECT_EQ(polish.text.ends_with(end), english.text.ends_with(end)) << where;
    }
  }
}

// What this file itself relies on.
TEST(MessagePairs, TheReaderKnowsAPairFromWhatStandsAround) {
  const Source source(R"src(
    #include "zażółć.h"
    // "komentarz"
    f(message("raz {}: "   // "uwaga"
              "dwa", "one {}", g("trzy", 1'000) ? message("tak", "yes") : "nie"), 'x', '"', "cztery");
    constexpr Noun k{"pięć"};
    const char* help = message(R"(sześć)", R"(six)");)src");
  std::string found;
  for (const Literal& literal : source.literals)
    found +=
        literal.text + "/" + std::to_string(literal.argument) + "/" + std::to_string(literal.arguments) + " ";
  EXPECT_EQ(found,
            "raz {}: dwa/0/3 one {}/1/3 trzy/-1/0 tak/0/2 yes/1/2 nie/2/3 cztery/-1/0 pięć/-1/0 sześć/0/2 "
            "six/1/2 ");
}

}  // namespace
}  // namespace kwerenda
