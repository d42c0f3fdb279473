#include "searcher/passage_judge.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "analysis/sentences.h"

namespace kwerenda {
namespace {

constexpr std::size_t kMostKept = 256;  // texts that are kept for the hits

// Empty unless the query is a phrase of words that stand side by side.
StreamPhrase phrase_of(const CompiledQuery& query) {
  if (query.root.kind != NodeKind::phrase || query.root.number != 0) return {};
  std::vector<std::vector<std::string>> words;
  for (const MatchNode& child : query.root.children) {
    if (child.kind != NodeKind::word) return {};
    const LeafPattern& pattern = query.patterns[leaf_number(child.leaf)];
    if (!pattern.phrases.empty()) return {};
    words.push_back(pattern.keys);
    words.back().insert(words.back().end(), pattern.exact_keys.begin(), pattern.exact_keys.end());
  }
  return words.empty() || words.size() > kMaxLeaves ? StreamPhrase() : StreamPhrase(words);
}

// Streams say nothing of them.
bool wants_forms(const CompiledQuery& query) {
  return std::any_of(query.patterns.begin(), query.patterns.end(),
                     [](const LeafPattern& pattern) { return pattern.exact || !pattern.exact_keys.empty(); });
}

}  // namespace

PassageJudge::PassageJudge(IndexReader& reader, const CompiledQuery& query, const RankingSettings& settings)
    : reader_(reader),
      query_(query),
      matcher_(query.patterns, reader.table()),
      ranking_(settings, query.words, query.manner, reader.mean_passage_bytes()),
      wants_sentences_(asks_for_sentences(query.root)),
      wants_forms_(wants_forms(query)),
      streams_can_reject_(!query.needs_report && !wants_sentences_ && is_monotone(query.root)),
      phrase_(phrase_of(query)) {}

void PassageJudge::open(Xapian::docid id) {
  if (id == at_) return;
  if (text_at_ != 0 && read_.size() < kMostKept)
    read_.try_emplace(text_at_, ReadPassage{std::move(passage_), std::move(texts_.body)});
  at_ = text_at_ = 0;
  reader_.read_keys(id, keys_);
  at_ = id;
}

bool PassageJudge::may_match(Xapian::docid id) {
  open(id);
  if (!phrase_.empty())
    return phrase_.is_in(keys_.text) || phrase_.is_in(keys_.title) || phrase_.is_in(keys_.heading);
  look_at_streams(id);
  return matches(query_.root, texts_);
}

void PassageJudge::look_at_streams(Xapian::docid id) {
  open(id);
  text_at_ = 0;
  matcher_.match(keys_.text, texts_.body);
  matcher_.match(keys_.title, texts_.title);
  matcher_.match(keys_.heading, texts_.heading);
}

bool PassageJudge::look_at_text(Xapian::docid id) {
  open(id);
  if (const auto known = read_.find(id); known != read_.end()) {
    passage_ = std::move(known->second.passage);
    texts_.body = std::move(known->second.body);
    read_.erase(known);
  } else if (text_at_ != id) {
    reader_.read(id, passage_);
    matcher_.match(passage_.text, keys_.text, texts_.body);
  }
  text_at_ = id;
  if (!query_.needs_verification) {  // title and heading only help to rank: streams will do
    matcher_.match(keys_.title, texts_.title);
    matcher_.match(keys_.heading, texts_.heading);
    return true;
  }
  const ReportTexts& report = matched_report(passage_.report_key);
  texts_.title = report.title;
  texts_.heading = matched_heading(passage_.heading);
  if (query_.needs_report) {
    texts_.place = report.place;
    texts_.file = report.file;
    texts_.date = report.stored.date;
  }
  if (wants_sentences_) sentences(passage_.text, texts_.sentences);
  return matches(query_.root, texts_);
}

PassageJudge::ReportTexts& PassageJudge::texts_of_report(std::uint64_t key) {
  auto [known, is_new] = reports_.try_emplace(key);
  if (is_new) known->second.stored = reader_.report(key);
  return known->second;
}

const PassageJudge::ReportTexts& PassageJudge::matched_report(std::uint64_t key) {
  ReportTexts& texts = texts_of_report(key);
  if (texts.matched) return texts;
  matcher_.match(texts.stored.title, texts.title);
  if (query_.needs_report) {
    matcher_.match(texts.stored.place, texts.place);
    texts.file = file_text_of(texts.stored);
  }
  texts.matched = true;
  return texts;
}

const MatchedText& PassageJudge::matched_heading(const std::string& text) {
  auto [known, is_new] = headings_.try_emplace(text);
  if (is_new) matcher_.match(text, known->second);
  return known->second;
}

}  // namespace kwerenda
