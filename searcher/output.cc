#include "searcher/output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/message.h"
#include "analysis/quantity.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

using nlohmann::ordered_json;

// A passage for a terminal: its own line breaks and tabs stay, other control characters are escaped.
std::string printable_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
    out += printable(text.substr(0, end));
    if (end < text.size()) out += text[end];
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

struct Paint {
  const char *title = "", *match = "", *faint = "", *reset = "";
};

Paint paint_of(const TextStyle& style) {
  return style.color ? Paint{"\033[1m", "\033[1;33m", "\033[2m", "\033[0m"} : Paint{};
}

// What a citation leads to; empty if nothing is there.
std::string link_target(const Hit& hit) {
  if (hit.url.starts_with("https://") || hit.url.starts_with("http://")) {
    return std::all_of(hit.url.begin(), hit.url.end(), [](char c) { return c > ' ' && c < 0x7f; }) ? hit.url
                                                                                                   : "";
  }
  std::error_code error;
  const std::filesystem::path file = std::filesystem::absolute(hit.source, error);
  if (error || hit.source.empty() || !std::filesystem::is_regular_file(file, error)) return {};
  std::string target = "file://";
  for (const char c : file.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-._~").find(c) != std::string_view::npos;
    target += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return target;
}

std::string linked(const std::string& text, const std::string& target) {
  return target.empty() ? text : fmt::format("\033]8;;{}\033\\{}\033]8;;\033\\", target, text);
}

std::string date_text(std::uint32_t date) {
  return fmt::format("{:04}-{:02}-{:02}", date / 10000, date / 100 % 100, date % 100);
}

std::string marked(const Hit& hit, const Paint& paint) {
  std::string out;
  std::size_t done = 0;
  for (const Highlight& highlight : hit.highlights) {
    out += printable_text(std::string_view(hit.text).substr(done, highlight.begin - done));
    out += paint.match;
    out +=
        printable_text(std::string_view(hit.text).substr(highlight.begin, highlight.end - highlight.begin));
    out += paint.reset;
    done = highlight.end;
  }
  return out + printable_text(std::string_view(hit.text).substr(done));
}

constexpr Noun kMatchNoun{"pasujący fragment", "pasujące fragmenty", "pasujących fragmentów",
                          "matching passage", "matching passages"};

void append_facet(std::string& out, const char* name, const std::vector<FacetCount>& counts) {
  constexpr std::size_t kShown = 10;
  if (counts.empty()) return;
  out += fmt::format("{}:\n", name);
  for (std::size_t i = 0; i < std::min(kShown, counts.size()); ++i) {
    out += fmt::format("  {:>6}  {}\n", counts[i].passages, printable(counts[i].value));
  }
  if (counts.size() > kShown)
    out += message("          … i jeszcze {}\n", "          … and {} more\n", counts.size() - kShown);
}

// Wildcards stand for hundreds.
std::string some_of(const std::vector<std::string>& keys) {
  constexpr std::size_t kShown = 8;
  const auto end = keys.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, keys.size()));
  std::string out = fmt::format("{}", fmt::join(keys.begin(), end, " | "));
  if (keys.size() > kShown) out += message(" | … i jeszcze {}", " | … and {} more", keys.size() - kShown);
  return out;
}

ordered_json facet_json(const std::vector<FacetCount>& counts) {
  ordered_json array = ordered_json::array();
  for (const FacetCount& count : counts)
    array.push_back({{"value", count.value}, {"passages", count.passages}});
  return array;
}

ordered_json facets_json(const SearchResult& result) {
  return {{"report", facet_json(result.by_report)},
          {"month", facet_json(result.by_month)},
          {"place", facet_json(result.by_place)},
          {"topic", facet_json(result.by_topic)}};
}

ordered_json hit_json(const Hit& hit) {
  ordered_json highlights = ordered_json::array();
  for (const Highlight& h : hit.highlights) {
    highlights.push_back({{"begin", h.begin},
                          {"end", h.end},
                          {"begin_code_point", h.begin_code_point},
                          {"end_code_point", h.end_code_point}});
  }
  ordered_json json{{"citation", hit.citation},
                    {"score", hit.score},
                    {"report_id", hit.report_id},
                    {"source", hit.source},
                    {"title", hit.title}};
  if (hit.date) json["date"] = date_text(hit.date);
  if (!hit.place.empty()) json["place"] = hit.place;
  if (!hit.url.empty()) json["url"] = hit.url;
  json["passage"] = hit.ordinal;
  json["begin"] = hit.begin;
  json["end"] = hit.end;
  if (!hit.heading.empty()) json["heading"] = hit.heading;
  json["text"] = hit.text;
  json["highlights"] = std::move(highlights);
  if (hit.duplicates) json["duplicates"] = hit.duplicates;
  if (!hit.before.empty()) json["before"] = hit.before;
  if (!hit.after.empty()) json["after"] = hit.after;
  if (!hit.explanation.empty()) {
    ordered_json shares = ordered_json::array();
    for (const ScoreShare& share : hit.explanation) {
      shares.push_back({{"word", share.word}, {"keys", share.keys}, {"share", share.share}});
    }
    json["explanation"] = std::move(shares);
  }
  return json;
}

ordered_json topic_json(const TopicInfo& topic) {
  return {{"name", topic.name},
          {"label", topic.label},
          {"description", topic.description},
          {"aliases", topic.aliases}};
}

// Texts and file names may hold any bytes; JSON must be UTF-8.
std::string dump(const ordered_json& json, int indent = -1) {
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_text(const SearchResult& result, std::string_view, const SearchOptions& options,
                    const TextStyle& style) {
  const Paint paint = paint_of(style);
  std::string out;
  if (!style.quiet) {
    if (options.explain && !result.understood.empty()) {
      out += message("{}Zrozumiano: {}{}\n", "{}Understood: {}{}\n", paint.faint,
                     printable(result.understood), paint.reset);
    }
    for (const std::string& note : result.notes)
      out += fmt::format("{}{}{}\n", paint.faint, printable(note), paint.reset);
    if (!out.empty()) out += '\n';
  }
  std::size_t rank = options.offset;
  for (const Hit& hit : result.hits) {
    out += fmt::format("{}. {}{}{}\n", ++rank, paint.title,
                       printable(hit.title.empty() ? hit.report_id : hit.title), paint.reset);
    std::string line = linked(printable(hit.citation), style.hyperlinks ? link_target(hit) : "");
    if (hit.date) line += " · " + date_text(hit.date);
    if (!hit.place.empty()) line += " · " + printable(hit.place);
    line += " · " + decimal(hit.score, 2);
    out += fmt::format("   {}{}{}\n", paint.faint, line, paint.reset);
    if (!hit.heading.empty())
      out += fmt::format("   {}{}{}\n", paint.faint, printable(hit.heading), paint.reset);
    if (!hit.before.empty())
      out += fmt::format("{}{}{}\n\n", paint.faint, printable_text(hit.before), paint.reset);
    out += marked(hit, paint);
    out += '\n';
    if (!hit.after.empty())
      out += fmt::format("\n{}{}{}\n", paint.faint, printable_text(hit.after), paint.reset);
    if (hit.duplicates) {
      out += message("   {}+ {} {} o tej samej lub prawie tej samej treści{}\n",
                     "   {}+ {} {} of the same or nearly the same text{}\n", paint.faint, hit.duplicates,
                     form_of(kPassageNoun, hit.duplicates), paint.reset);
    }
    for (const ScoreShare& share : hit.explanation) {
      out += fmt::format("   {}{:>8}  {} → {}{}\n", paint.faint, decimal(share.share, 3),
                         printable(share.word), some_of(share.keys), paint.reset);
    }
    out += '\n';
  }
  append_facet(out, message("Raporty", "Reports"), result.by_report);
  append_facet(out, message("Miesiące", "Months"), result.by_month);
  append_facet(out, message("Miejsca", "Places"), result.by_place);
  append_facet(out, message("Tematy", "Topics"), result.by_topic);
  if (style.quiet) return out;
  if (result.hits.empty() && result.matches == 0) {
    out += message("Nic nie znaleziono.\n", "Nothing found.\n");
  } else {
    out += fmt::format("{}{}{} {}{}\n", paint.faint, result.matches_exact ? "" : message("około ", "about "),
                       result.matches, form_of(kMatchNoun, result.matches), paint.reset);
  }
  return out;
}

std::string to_json(const SearchResult& result, std::string_view query, const SearchOptions& options) {
  ordered_json words = ordered_json::array();
  for (const QueryWord& word : result.words) {
    ordered_json json{{"typed", word.typed}, {"keys", word.keys}, {"passages", word.passages}};
    if (!word.repaired.empty()) json["repaired"] = word.repaired;
    words.push_back(std::move(json));
  }
  ordered_json hits = ordered_json::array();
  for (const Hit& hit : result.hits) hits.push_back(hit_json(hit));
  ordered_json json{{"schema_version", kOutputSchemaVersion},
                    {"query", query},
                    {"offset", options.offset},
                    {"matches", result.matches},
                    {"matches_exact", result.matches_exact},
                    {"words", std::move(words)},
                    {"notes", result.notes},
                    {"hits", std::move(hits)}};
  if (options.explain && !result.understood.empty()) json["understood"] = result.understood;
  if (options.facets) json["facets"] = facets_json(result);
  return dump(json, 2);
}

std::string to_ndjson(const SearchResult& result, std::string_view query_id, const SearchOptions& options) {
  std::string out;
  std::uint32_t rank = options.offset;
  for (const Hit& hit : result.hits) {
    ordered_json json{{"schema_version", kOutputSchemaVersion}};
    if (!query_id.empty()) json["query_id"] = query_id;
    json["rank"] = ++rank;
    json.update(hit_json(hit));
    out += dump(json);
  }
  if (options.facets) {
    ordered_json json{{"schema_version", kOutputSchemaVersion}};
    if (!query_id.empty()) json["query_id"] = query_id;
    json["matches"] = result.matches;
    json["matches_exact"] = result.matches_exact;
    json["facets"] = facets_json(result);
    out += dump(json);
  }
  return out;
}

std::string to_trec(const SearchResult& result, std::string_view query_id, const SearchOptions& options) {
  std::string out;
  std::uint32_t rank = options.offset;
  for (const Hit& hit : result.hits) {
    std::string id;
    for (char c : hit.report_id) {
      if (static_cast<unsigned char>(c) <= ' ') {
        id += fmt::format("%{:02X}", static_cast<unsigned char>(c));
      } else {
        id += c;
      }
    }
    out += fmt::format("{} Q0 {} {} {:.6f} kwerenda\n", query_id, id, ++rank, hit.score);
  }
  return out;
}

std::string topics_to_text(const std::vector<TopicInfo>& topics) {
  std::string out;
  for (const TopicInfo& topic : topics) {
    out += fmt::format("{}\n    {}\n", topic.name, topic.label);
    if (!topic.description.empty()) out += fmt::format("    {}\n", topic.description);
    if (!topic.aliases.empty())
      out += message("    też: {}\n", "    also: {}\n", fmt::join(topic.aliases, ", "));
  }
  return out;
}

std::string topics_to_json(const std::vector<TopicInfo>& topics) {
  ordered_json array = ordered_json::array();
  for (const TopicInfo& topic : topics) array.push_back(topic_json(topic));
  return dump({{"schema_version", kOutputSchemaVersion}, {"topics", std::move(array)}}, 2);
}

std::string topics_to_ndjson(const std::vector<TopicInfo>& topics) {
  std::string out;
  for (const TopicInfo& topic : topics) {
    ordered_json json{{"schema_version", kOutputSchemaVersion}};
    json.update(topic_json(topic));
    out += dump(json);
  }
  return out;
}

std::string error_to_json(const Error& error, std::string_view query_id) {
  static constexpr const char* kNames[] = {"usage",   "query",  "not_found", "incompatible",
                                           "corrupt", "locked", "io",        "limit"};
  ordered_json json{{"schema_version", kOutputSchemaVersion}};
  if (!query_id.empty()) json["query_id"] = query_id;
  json["error"] = {{"kind", kNames[static_cast<std::size_t>(error.kind())]}, {"message", error.what()}};
  return dump(json);
}

std::string why_not_to_json(std::string_view citation, std::string_view answer) {
  return dump({{"schema_version", kOutputSchemaVersion}, {"citation", citation}, {"why_not", answer}});
}

}  // namespace kwerenda
