#include "memory_collection.h"

#include <algorithm>
#include <set>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/sentences.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

std::vector<std::string> most_frequent(std::vector<std::pair<std::uint32_t, std::string>> found,
                                       std::size_t limit, bool& more) {
  more = found.size() > limit;
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (more) found.resize(limit);
  std::vector<std::string> keys;
  for (auto& [count, key] : found) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

MemoryCollection::MemoryCollection(std::shared_ptr<const KeyMaker> keys, std::vector<MemoryPassage> passages)
    : collection_(std::move(passages)), table_(keys) {
  std::vector<Token> tokens;
  std::vector<Key> token_keys;
  for (const MemoryPassage& passage : collection_) {
    std::set<std::string> distinct;
    for (const std::string* text : {&passage.text, &passage.title, &passage.heading}) {
      tokenize(*text, tokens);
      for (const Token& token : tokens) {
        keys->keys_of(std::string_view(*text).substr(token.begin, token.end - token.begin), token_keys);
        for (const Key& key : token_keys) distinct.insert(key.text);
      }
    }
    for (const std::string& key : distinct) ++counts_[key];
  }
}

std::vector<std::uint32_t> MemoryCollection::years() const {
  std::set<std::uint32_t> years;
  for (const MemoryPassage& passage : collection_) {
    if (passage.date) years.insert(passage.date / 10000);
  }
  return {years.begin(), years.end()};
}

std::vector<std::string> MemoryCollection::place_keys() const {
  std::set<std::string> all;
  std::vector<Token> tokens;
  std::vector<Key> keys;
  for (const MemoryPassage& passage : collection_) {
    tokenize(passage.place, tokens);
    for (const Token& token : tokens) {
      table_.maker().keys_of(std::string_view(passage.place).substr(token.begin, token.end - token.begin),
                             keys);
      for (const Key& key : keys) all.insert(key.text);
    }
  }
  return {all.begin(), all.end()};
}

std::uint32_t MemoryCollection::passages_with(std::string_view key) const {
  const auto found = counts_.find(key);
  return found == counts_.end() ? 0 : found->second;
}

std::vector<SimilarKey> MemoryCollection::similar_keys(std::string_view key, int edits,
                                                       std::size_t limit) const {
  const std::string bare = without_marks(folded(key));
  std::vector<SimilarKey> found;
  for (const auto& [other, count] : counts_) {
    const int distance = edit_distance(bare, without_marks(folded(other)), edits);
    if (distance <= edits) found.push_back({other, count, distance});
  }
  std::stable_sort(found.begin(), found.end(), [](const SimilarKey& a, const SimilarKey& b) {
    return a.edits != b.edits ? a.edits < b.edits : a.passages > b.passages;
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

// It has no terms of reports: a query for files looks at all passages.
std::vector<std::string> MemoryCollection::terms_of_reports(std::string_view, std::size_t, bool& more) const {
  more = true;
  return {};
}

std::vector<std::string> MemoryCollection::keys_beginning_with(std::string_view beginning) const {
  std::vector<std::string> keys;
  for (const auto& [key, count] : counts_) {
    if (key.starts_with(beginning)) keys.push_back(key);
  }
  return keys;
}

std::vector<std::string> MemoryCollection::keys_with_prefix(std::string_view part, std::size_t limit,
                                                            bool& more) const {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  for (const auto& [key, count] : counts_) {
    if (key.starts_with(part) || key.starts_with(upper_cased(part))) found.emplace_back(count, key);
  }
  return most_frequent(std::move(found), limit, more);
}

std::vector<std::string> MemoryCollection::keys_with_suffix(std::string_view part, std::size_t limit,
                                                            bool& more) const {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  for (const auto& [key, count] : counts_) {
    if (key.ends_with(part) || key.ends_with(upper_cased(part))) found.emplace_back(count, key);
  }
  return most_frequent(std::move(found), limit, more);
}

void PassageScan::read(const MemoryPassage& passage) {
  matcher_.match(passage.text, texts_.body);
  matcher_.match(passage.title, texts_.title);
  matcher_.match(passage.heading, texts_.heading);
  matcher_.match(passage.place, texts_.place);
  sentences(passage.text, texts_.sentences);
  file_ = folded(passage.source);
  texts_.file = file_;
  texts_.date = passage.date;
}

bool PassageScan::matches(const MemoryPassage& passage) {
  read(passage);
  return kwerenda::matches(query_.root, texts_);
}

std::string PassageScan::highlighted(const MemoryPassage& passage) {
  read(passage);
  std::string out;
  std::size_t done = 0;
  for (const TokenSpan& span : highlighted_tokens(query_.root, texts_)) {
    const std::size_t begin = texts_.body.tokens[span.begin].begin,
                      end = texts_.body.tokens[span.end - 1].end;
    out += passage.text.substr(done, begin - done) + "[" + passage.text.substr(begin, end - begin) + "]";
    done = end;
  }
  return out + passage.text.substr(done);
}

std::shared_ptr<const KeyMaker> real_keys() {
  static const auto keys =
      std::make_shared<const KeyMaker>(Lexicon::open(KWERENDA_BINARY_DIR "/share/kwerenda/pl.lex"));
  return keys;
}

const WordLists& real_word_lists() {
  static const WordLists lists{StopWords::load(KWERENDA_SOURCE_DIR "/stopwords/pl.txt"),
                               StopWords::load(KWERENDA_SOURCE_DIR "/stopwords/questions-pl.txt")};
  return lists;
}

}  // namespace kwerenda
