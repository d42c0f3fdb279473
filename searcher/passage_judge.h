// One query over one reader: whether a passage matches, how good it is, and which of its tokens say so.
//
// There are two ways to look at a passage. Its key streams cost about a microsecond and say a little too much
// and never too little; its text costs ten and has the last word. What either found is in texts() until the
// next passage is looked at.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>

#include "searcher/compiled_query.h"
#include "searcher/index_reader.h"
#include "searcher/ranking.h"

namespace kwerenda {

// Not for several threads at once; the reader and the query must outlive it.
class PassageJudge {
 public:
  PassageJudge(IndexReader& reader, const CompiledQuery& query, const RankingSettings& settings);

  // True if what the streams refuse can be left out without a look at the text.
  bool streams_can_reject() const { return streams_can_reject_; }
  // True if a phrase that the streams have is in the text but once in ten thousand times.
  bool streams_are_nearly_right() const { return !phrase_.empty() && !wants_forms_; }

  // All three throw Error{corrupt}.
  // True if the streams match. Leaves texts() alone where it can tell without.
  bool may_match(Xapian::docid id);
  // Fills texts() and keys() from the streams.
  void look_at_streams(Xapian::docid id);
  // Fills passage() and texts() from the text; true if it matches.
  bool look_at_text(Xapian::docid id);

  // Of the passage looked at last.
  const PassageKeys& keys() const { return keys_; }
  const StoredPassage& passage() const { return passage_; }
  const PassageTexts& texts() const { return texts_; }
  // By what texts() holds. `elsewhere`, `shares`: as of Ranking::score().
  double score(LeafMask elsewhere, std::span<double> shares = {}) const {
    return ranking_.score(evidence(elsewhere), shares);
  }
  LeafMask seen() const { return seen_words(evidence(0)); }

  const Ranking& ranking() const { return ranking_; }
  // Good as long as the judge. Throws Error{corrupt}.
  const StoredReport& report(std::uint64_t key) { return texts_of_report(key).stored; }

 private:
  struct ReportTexts {
    StoredReport stored;
    bool matched = false;  // what follows is filled
    MatchedText title, place;
    std::string file;  // as of file_text_of()
  };
  // A text that was read, for it will be shown.
  struct ReadPassage {
    StoredPassage passage;
    MatchedText body;
  };

  void open(Xapian::docid id);
  ReportTexts& texts_of_report(std::uint64_t key);
  const ReportTexts& matched_report(std::uint64_t key);
  const MatchedText& matched_heading(const std::string& text);
  PassageEvidence evidence(LeafMask elsewhere) const {
    return {&texts_.body, &texts_.title, &texts_.heading, keys_.text_bytes, elsewhere};
  }

  IndexReader& reader_;
  const CompiledQuery& query_;
  PassageMatcher matcher_;
  Ranking ranking_;
  bool wants_sentences_, wants_forms_, streams_can_reject_;
  StreamPhrase phrase_;        // if the query is nothing else
  Xapian::docid at_ = 0;       // that keys_ is of; 0: none
  Xapian::docid text_at_ = 0;  // the same, if passage_ and the body are of it too
  PassageKeys keys_;
  StoredPassage passage_;
  PassageTexts texts_;
  std::unordered_map<Xapian::docid, ReadPassage> read_;
  std::unordered_map<std::uint64_t, ReportTexts> reports_;
  std::unordered_map<std::string, MatchedText> headings_;
};

}  // namespace kwerenda
