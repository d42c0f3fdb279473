// Topics: what a subject such as "ochrona ludności" is about, as small TOML files that users can write too.
//
//   label = "Ochrona ludności i obrona cywilna"
//   description = "Schrony, ukrycia, alarmowanie."       # may be left out
//   aliases = ["OC", "schrony"]                          # may be left out
//   [[aspect]]                                           # 1 or more
//   name = "schrony i ukrycia"
//   weight = 1.5                                         # 1 if left out; kMinBoost to kMaxBoost
//   words = ["schron", "ukrycie", "=OC"]                 # words and phrases: at least one in all;
//   parse_term() reads each phrases = ["obrona cywilna", "\"plan ewakuacji\"~2"]
//
// The terms of an aspect are synonyms of one another and count as one word; the aspects' scores sum up. So a
// passage that touches much of the topic stands before one that repeats a single word of it.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/query_parser.h"

namespace kwerenda {

struct TopicAspect {
  std::string name;
  double weight = 1;
  std::vector<QueryNode> terms;  // words and phrases with empty ranges
};

struct Topic {
  std::string name;  // the file's stem: "ochrona-ludnosci"
  std::string label, description;
  std::vector<std::string> aliases;
  std::vector<TopicAspect> aspects;
  std::filesystem::path file;
};

inline constexpr std::size_t kMaxTopicBytes = 256u << 10;

// All *.toml directly in the directories, by name. A later directory's file takes the place of an earlier
// one's with the same stem. Throws Error whose message begins with file and line: not_found (no such
// directory), io (unreadable), limit (longer than kMaxTopicBytes), usage (not TOML or not as above; unknown
// keys too, since they are typing errors). Safe from several threads at once.
std::vector<Topic> load_topics(std::span<const std::filesystem::path> directories);

// One file's text; `file` is named in errors and gives the topic its name. Throws as above.
Topic parse_topic(std::string_view toml, const std::filesystem::path& file);

// The topic of that stem, label or alias, in this order of preference; case, marks, hyphens and punctuation
// make no difference. Points into `topics`. Throws Error{not_found}, which names the nearest topics or,
// failing these, all.
const Topic& find_topic(std::string_view name, std::span<const Topic> topics);

// The topic as a resolved node: kind topic, `text` its label, children its aspects boosted by their weights.
QueryNode topic_query(const Topic& topic);

// Gives every topic node of the tree its aspects, with the topic node's range. `text` is the query that the
// ranges point into. Throws QueryError with a caret under a name that find_topic() does not find.
void resolve_topics(QueryNode& root, std::string_view text, std::span<const Topic> topics);

}  // namespace kwerenda
