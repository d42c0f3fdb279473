// Kwerenda's searcher: ranked passages of Polish reports. The whole public interface; no Xapian, ICU or Boost
// types.
//
//   kwerenda::Searcher searcher = kwerenda::Searcher::open("indeks");
//   for (const kwerenda::Hit& hit : searcher.search("ochrona ludności").hits)
//     std::cout << hit.citation << ": " << hit.text << '\n';
//
// Filters and paging:
//
//   kwerenda::SearchOptions options;
//   options.limit = 20;
//   options.date_from = 20240101;
//   options.topics = {"gis"};
//   kwerenda::SearchResult result = searcher.search("modele 3D miasta", options);
//
// All texts are UTF-8. Byte offsets point into the text that they are said to point into; code-point offsets
// count the same places in Unicode code points. Nothing here prints, exits, or touches the locale.
//
// Texts for people (errors, notes, why_not()) are Polish; kwerenda::set_message_language(Language::english)
// of analysis/language.h makes them English for the whole process, from any thread, at any time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/error.h"
#include "analysis/language.h"

namespace kwerenda {

enum class SortOrder { relevance, date_newest, date_oldest, report };
enum class QuerySyntax { language, plain };  // plain: every word is a word, no operators, no syntax errors
enum class Repair { on, off };  // look unknown words up without marks, then with one or two edits
enum class FoldDuplicates {
  on,
  off
};  // passages of the same text, or nearly the same in another report,
    // become one hit with a count

struct SearchOptions {
  std::uint32_t limit = 10;      // hits at most; 0 counts only; at most 10,000
  std::uint32_t offset = 0;      // hits to pass over first; offset + limit at most 10,000
  std::uint32_t per_report = 0;  // hits of one report at most, refilled up to limit; 0: no bound
  SortOrder sort = SortOrder::relevance;
  QuerySyntax syntax = QuerySyntax::language;
  Repair repair = Repair::on;
  FoldDuplicates fold_duplicates = FoldDuplicates::on;
  std::uint32_t date_from =
      0;  // YYYYMMDD, inclusive; 0: open. Reports without a date fail either bound; sorted, they come last
  std::uint32_t date_to = 0;
  std::string place;  // a place's name in any inflected form; empty: any
  std::vector<std::string>
      topics;                 // names, labels or aliases; with an empty query they are what is ranked by
  std::uint32_t context = 0;  // neighbouring passages on either side, to be shown with a hit
  bool facets = false;        // count all matches by report, month, place and topic
  bool explain = false;       // fill Hit::explanation
};

struct Highlight {
  std::uint32_t begin = 0, end = 0;                        // bytes of Hit::text
  std::uint32_t begin_code_point = 0, end_code_point = 0;  // the same in code points
};

// One query word's share of a hit's score.
struct ScoreShare {
  std::string word;               // as typed
  std::vector<std::string> keys;  // what it was looked up by
  double share = 0;               // summed with the other shares it is the hit's score
};

struct Hit {
  std::string report_id;  // path as given, lexically normal, or `_id`
  std::string source;     // the file it was read from
  std::string title, place, url;
  std::uint32_t date = 0;     // YYYYMMDD, 0 if unknown
  std::uint32_t ordinal = 0;  // of the passage in its report, from 1
  std::string citation;       // "file#p12": stable as long as the report does not change
  std::uint64_t begin = 0,
                end = 0;  // bytes of the report's text; text is what stands between them, unchanged
  std::string heading;    // headings that it stands under, joined by " › "
  std::string text;
  std::vector<Highlight> highlights;  // in order, not overlapping
  double score = 0;
  std::uint32_t duplicates = 0;  // further passages of the same or nearly the same text, folded into this
                                 // hit; of those that were looked at for the page
  std::string before, after;     // neighbouring passages if SearchOptions::context asked for them
  std::vector<ScoreShare> explanation;
};

// How one word of the query was read.
struct QueryWord {
  std::string typed;              // as it stands in the query
  std::string repaired;           // the form searched for instead; empty if the word was taken as typed
  std::vector<std::string> keys;  // lemmas and acronyms that it matches
  std::uint32_t passages = 0;     // passages that hold one of the keys
};

struct FacetCount {
  std::string value;
  std::uint32_t passages = 0;
};

struct SearchResult {
  std::string understood;  // the query's tree in the notation of docs/query-language.md
  std::vector<Hit> hits;
  std::uint64_t matches = 0;  // passages that match, copies included; an estimate if matches_exact is false
  bool matches_exact = true;
  std::vector<QueryWord> words;
  std::vector<std::string> notes;  // for people: what was repaired, which words were left out
  std::vector<FacetCount> by_report, by_month, by_place,
      by_topic;  // if asked for; most frequent first; a topic by its name
};

struct TopicInfo {
  std::string name;  // the file's stem
  std::string label, description;
  std::vector<std::string> aliases;
};

// `yes` reads each part of the index once when it is first opened, some .1 s a GB from the page cache. `no`
// looks at the checksum of each block, key stream and text when a search comes to it, half a microsecond a
// block; a table that Xapian reads (SortOrder::date_…) is verified as a whole first.
enum class VerifyFiles { yes, no };
// How many passages of each report match each topic.
struct TopicMatrix {
  struct Row {
    std::string report_id;
    std::vector<std::uint32_t> passages;  // by topic
  };
  std::vector<TopicInfo> topics;
  std::vector<Row> rows;           // reports that any topic matches, by id
  std::vector<std::string> notes;  // for people: of the place that was asked for
};

struct SearcherOptions {
  std::filesystem::path lexicon;  // empty: pl.lex in $KWERENDA_DATA, in ../share/kwerenda beside the program,
                                  // or where installed
  std::filesystem::path stopwords;  // directory of the word lists; empty: stopwords/ in the same places
  std::vector<std::filesystem::path>
      topics;  // further topic directories; a later one wins over an earlier and over the built-in ones
  std::filesystem::path
      thesaurus;  // a MyThes file (Debian: mythes-pl) whose synonyms help to rank; empty: none
  VerifyFiles verify = VerifyFiles::yes;
};

struct IndexInfo {
  std::uint64_t reports = 0, passages = 0;
  std::uint32_t format_version = 0, analysis_version = 0;
  std::string created;  // UTC, ISO 8601
};

// An open index. Movable, not copyable. search() may be called from several threads at once: each call takes
// a handle of its own from a pool. A search sees one committed state of the index; commits by an indexer
// become visible to the next search.
class Searcher {
 public:
  // Opens the index directory `index`. Throws Error: not_found, incompatible, corrupt, io.
  static Searcher open(const std::filesystem::path& index, const SearcherOptions& options = {});
  Searcher(Searcher&&) noexcept;
  Searcher& operator=(Searcher&&) noexcept;
  ~Searcher();

  // Ranks passages. No match is a result without hits, not an error. Throws Error: query (with a caret under
  // the place), usage (options that cannot be: a date that is none, a range from later to earlier), limit,
  // not_found (an unknown topic), corrupt, io.
  SearchResult search(std::string_view query, const SearchOptions& options = {}) const;

  // Passages alike to the one cited ("file#p12", or "id#p12"), best first, itself left out. Throws
  // Error{not_found} and as search().
  SearchResult similar(std::string_view citation, const SearchOptions& options = {}) const;

  // Why the passage cited is not among the first `options.limit` hits (options.offset is not looked at): one
  // line for people. Throws as search() and similar().
  std::string why_not(std::string_view citation, std::string_view query,
                      const SearchOptions& options = {}) const;

  // Over the reports that `filters` lets through: its dates and place; nothing else of it is looked at.
  // Throws as search().
  TopicMatrix topic_matrix(const SearchOptions& filters = {}) const;

  std::vector<TopicInfo> topics() const;
  // The same without an index. Throws Error{not_found, io} and what is wrong with a topic file.
  static std::vector<TopicInfo> list_topics(const SearcherOptions& options = {});
  IndexInfo info() const;

 private:
  struct Impl;
  explicit Searcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
