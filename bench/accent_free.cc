// How often a word typed without Polish marks still finds its key, over running text, each token counted.
//
// Every token loses its marks (ł too) and is looked up again; right is what leads to the best key of the
// token as it was written. Five ways:
//
//   as typed   keys_of() of the bare form, as if it stood in a text: what an index of bare text would hold
//   frequent   keys_of() of the most frequent form that the bare one may stand for, in its case
//   word       resolve_word() as for a query that has marks elsewhere: only unknown words are repaired
//   alone      resolve_word() as for a query of this word alone, which is too short to tell
//   query      resolve_word() as for a longer query without any marks
//
// The vocabulary is the text's own. `first` counts the best key alone, `any` all keys that are searched for,
// `keys` how many those are. `marked` are the tokens that lose something. Words without a letter and those of
// other alphabets are left out.
//
// Run: build/bin/accent_free [--wrong=N] TEXT...
//      --wrong prints the N most frequent words whose `first` is wrong, of `frequent` and of `query`
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/keys.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"
#include "searcher/query_words.h"

namespace {

using namespace kwerenda;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fmt::print(stderr, "accent_free: cannot read {}\n", path.string());
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

// The surface without marks, case kept.
std::string bare(std::string_view surface) {
  const std::string form = normalized(surface);
  const std::string small = without_marks(folded(form));
  std::string out;
  std::size_t at = 0;
  for (std::size_t i = 0; i < form.size() && at < small.size();) {
    std::size_t next = i + 1;
    while (next < form.size() && (static_cast<unsigned char>(form[next]) & 0xC0) == 0x80) ++next;
    std::size_t end = at + 1;
    while (end < small.size() && (static_cast<unsigned char>(small[end]) & 0xC0) == 0x80) ++end;
    const std::string letter = form.substr(i, next - i);
    const std::string plain = small.substr(at, end - at);
    out += folded(letter) == letter ? plain : upper_cased(plain);
    i = next;
    at = end;
  }
  return out;
}

class TextVocabulary : public Vocabulary {
 public:
  void add(const std::vector<std::string>& keys_of_passage) {
    for (const std::string& key : keys_of_passage) {
      Entry& entry = entries_[key];
      ++entry.passages;
      if (entry.bare.empty()) {
        entry.bare = without_marks(folded(key));
        by_bare_.emplace(entry.bare, key);
      }
    }
  }
  std::uint32_t passages_with(std::string_view key) const override {
    const auto found = entries_.find(std::string(key));
    return found == entries_.end() ? 0 : found->second.passages;
  }
  std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const override {
    const std::string wanted = without_marks(folded(key));
    std::vector<SimilarKey> found;
    if (edits == 0) {
      const auto [begin, end] = by_bare_.equal_range(wanted);
      for (auto at = begin; at != end; ++at) found.push_back({at->second, passages_with(at->second), 0});
    } else {
      for (const auto& [other, entry] : entries_) {
        const int distance = edit_distance(wanted, entry.bare, edits);
        if (distance <= edits) found.push_back({other, entry.passages, distance});
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const SimilarKey& a, const SimilarKey& b) {
      if (a.edits != b.edits) return a.edits < b.edits;
      return a.passages != b.passages ? a.passages > b.passages : a.key < b.key;
    });
    if (found.size() > limit) found.resize(limit);
    return found;
  }
  std::vector<std::string> keys_beginning_with(std::string_view beginning) const override {
    std::vector<std::string> found;
    for (const auto& [key, entry] : entries_) {
      if (key.starts_with(beginning)) found.push_back(key);
    }
    return found;
  }

 private:
  struct Entry {
    std::uint32_t passages = 0;
    std::string bare;
  };
  std::unordered_map<std::string, Entry> entries_;
  std::multimap<std::string, std::string> by_bare_;
};

struct Score {
  std::size_t all = 0, first = 0, any = 0, keys = 0;
  void add(std::size_t times, const std::string& wanted, const std::vector<std::string>& got) {
    all += times;
    keys += times * got.size();
    if (!got.empty() && got.front() == wanted) first += times;
    if (std::find(got.begin(), got.end(), wanted) != got.end()) any += times;
  }
  void print(const char* name, const Score& marked) const {
    const auto share = [](std::size_t part, std::size_t whole) {
      return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    };
    fmt::print(
        "{:10} first {:6.2f} %  any {:6.2f} %  keys {:.3f}    of the marked: first {:6.2f} %  any {:6.2f} "
        "%\n",
        name, share(first, all), share(any, all), static_cast<double>(keys) / static_cast<double>(all),
        share(marked.first, marked.all), share(marked.any, marked.all));
  }
};

std::vector<std::string> texts_of(const std::vector<Key>& keys) {
  std::vector<std::string> texts;
  for (const Key& key : keys) texts.push_back(key.text);
  return texts;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t wrong_shown = 0;
  std::string text;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--wrong=")) {
      wrong_shown = std::strtoul(argv[i] + 8, nullptr, 10);
    } else {
      text += read(argument) + "\n";
    }
  }
  if (text.empty()) {
    fmt::print(stderr, "usage: accent_free [--wrong=N] TEXT...\n");
    return 2;
  }
  const char* given = std::getenv("KWERENDA_LEXICON");
  const std::filesystem::path path =
      given ? std::filesystem::path(given)
            : std::filesystem::path(KWERENDA_BINARY_DIR) / "share/kwerenda/pl.lex";
  const KeyMaker maker(Lexicon::open(path));
  const std::filesystem::path lists = std::filesystem::path(KWERENDA_SOURCE_DIR) / "stopwords";
  const StopWords stop = StopWords::load(lists / "pl.txt"),
                  question = StopWords::load(lists / "questions-pl.txt");

  TextVocabulary vocabulary;
  std::map<std::string, std::size_t> surfaces;
  std::vector<Token> tokens;
  std::vector<Key> keys;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    tokenize(line, tokens);
    std::vector<std::string> passage;
    for (const Token& token : tokens) {
      const std::string surface = normalized(line.substr(token.begin, token.end - token.begin));
      maker.keys_of(surface, keys);
      for (const Key& key : keys) passage.push_back(key.text);
      const std::string small = without_marks(folded(surface));
      const bool latin =
          std::all_of(small.begin(), small.end(), [](char c) { return static_cast<signed char>(c) >= 0; });
      if (latin && shape_of(surface).letters > 0) ++surfaces[surface];
    }
    std::sort(passage.begin(), passage.end());
    passage.erase(std::unique(passage.begin(), passage.end()), passage.end());
    vocabulary.add(passage);
  }

  Score as_typed[2], frequent[2], word[2], alone[2], query[2];
  struct Wrong {
    std::size_t times;
    std::string line;
  };
  std::vector<Wrong> wrong_frequent, wrong_query;
  ResolveSettings unsure, without;
  unsure.marks = Marks::unsure;
  without.marks = Marks::missing;
  for (const auto& [surface, times] : surfaces) {
    maker.keys_of(surface, keys);
    const std::string wanted = keys.front().text;
    const std::string plain = bare(surface);
    const auto score = [&](Score(&scores)[2], const std::vector<std::string>& got,
                           std::vector<Wrong>* wrong) {
      scores[0].add(times, wanted, got);
      if (plain != surface) scores[1].add(times, wanted, got);
      if (wrong == nullptr || got.front() == wanted) return;
      std::string found;
      for (const std::string& key : got) found += " " + key;
      wrong->push_back({times, fmt::format("{:6} {} {}: {}, not{}", times, surface, plain, wanted, found)});
    };
    maker.keys_of(plain, keys);
    score(as_typed, texts_of(keys), nullptr);
    std::vector<SimilarForm> forms;
    maker.lexicon().find_accent_free(plain, 1, forms);
    if (!forms.empty()) maker.keys_of(with_case_of(forms.front().form, plain), keys);
    score(frequent, texts_of(keys), &wrong_frequent);
    score(word, resolve_word(plain, maker, stop, question, vocabulary, {}).keys, nullptr);
    score(alone, resolve_word(plain, maker, stop, question, vocabulary, unsure).keys, nullptr);
    score(query, resolve_word(plain, maker, stop, question, vocabulary, without).keys, &wrong_query);
  }
  fmt::print("tokens {}, of which marked {}; distinct {}\n", query[0].all, query[1].all, surfaces.size());
  as_typed[0].print("as typed", as_typed[1]);
  frequent[0].print("frequent", frequent[1]);
  word[0].print("word", word[1]);
  alone[0].print("alone", alone[1]);
  query[0].print("query", query[1]);
  for (auto* wrong : {&wrong_frequent, &wrong_query}) {
    std::stable_sort(wrong->begin(), wrong->end(),
                     [](const Wrong& a, const Wrong& b) { return a.times > b.times; });
    if (wrong_shown > 0) fmt::print("wrong, {}:\n", wrong == &wrong_query ? "query" : "frequent");
    for (std::size_t i = 0; i < std::min(wrong_shown, wrong->size()); ++i)
      fmt::print("{}\n", (*wrong)[i].line);
  }
  return 0;
}
