// Results as text for people and as JSON, NDJSON or TREC lines for programs (docs/output.md describes the
// machine formats).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "searcher/searcher.h"

namespace kwerenda {

inline constexpr int kOutputSchemaVersion = 1;

struct TextStyle {
  bool color = false;       // ANSI colours; without them matches are not marked
  bool hyperlinks = false;  // OSC 8: citations lead to the report's address, or to its file if it is there
  bool quiet = false;       // hits alone
};

// Each returns whole lines, each ended by a newline.
std::string to_text(const SearchResult& result, std::string_view query, const SearchOptions& options,
                    const TextStyle& style);
std::string to_json(const SearchResult& result, std::string_view query, const SearchOptions& options);
// One hit a line; if facets were asked for, a last line with them.
std::string to_ndjson(const SearchResult& result, std::string_view query_id, const SearchOptions& options);
// `qid Q0 docid rank score tag`; docid is the report's id with white space as %20,
// rank is counted from options.offset, and `query_id` has to be without white space.
std::string to_trec(const SearchResult& result, std::string_view query_id, const SearchOptions& options);
std::string topics_to_text(const std::vector<TopicInfo>& topics);
std::string topics_to_json(const std::vector<TopicInfo>& topics);
std::string topics_to_ndjson(const std::vector<TopicInfo>& topics);  // one topic a line
// One line; `query_id` of a batch's line, or empty.
std::string error_to_json(const Error& error, std::string_view query_id = {});
std::string why_not_to_json(std::string_view citation, std::string_view answer);

}  // namespace kwerenda
