#include "searcher/query_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace kwerenda {
namespace {

std::string boost_suffix(double boost) { return boost == 1 ? "" : fmt::format("^{:.6g}", boost); }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string with_modifiers(const QueryNode& word, std::string_view text) {
  switch (word.match) {
    case WordMatch::lemma:
      break;
    case WordMatch::exact:
      return fmt::format("={}", text);
    case WordMatch::prefix:
      return fmt::format("{}*", text);
    case WordMatch::suffix:
      return fmt::format("*{}", text);
    case WordMatch::fuzzy:
      return fmt::format("{}~{}", text, word.number);
  }
  return std::string(text);
}

std::string sexpr_head(const QueryNode& node) {
  switch (node.kind) {
    case NodeKind::word:
      return "word";
    case NodeKind::date_range:
      return "date";
    case NodeKind::file:
      return "file";
    case NodeKind::topic:
      return "topic";
    case NodeKind::phrase:
      return node.number == 0 ? "phrase" : fmt::format("phrase~{}", node.number);
    case NodeKind::words:
      return "words";
    case NodeKind::all_of:
      return "and";
    case NodeKind::any_of:
      return "or";
    case NodeKind::near:
      return fmt::format("near/{}", node.number);
    case NodeKind::same_sentence:
      return "sentence";
    case NodeKind::same_passage:
      return "passage";
    case NodeKind::negation:
      return "not";
    case NodeKind::must:
      return "must";
    case NodeKind::title:
      return "title";
    case NodeKind::place:
      return "place";
    case NodeKind::aspect:
      return "aspect";
  }
  return "";
}

void append_sexpr(const QueryNode& node, std::string& out) {
  if (node.kind == NodeKind::word) {
    out += with_modifiers(node, node.text);
  } else {
    out += '(';
    out += sexpr_head(node);
    if (node.kind == NodeKind::file || node.kind == NodeKind::topic || node.kind == NodeKind::aspect) {
      out += ' ';
      out += quoted(node.text);
    } else if (node.kind == NodeKind::date_range) {
      out += node.dates.from == kOpenStart ? " *" : fmt::format(" {:08}", node.dates.from);
      out += node.dates.to == kOpenEnd ? " *" : fmt::format(" {:08}", node.dates.to);
    }
    for (const QueryNode& child : node.children) {
      out += ' ';
      append_sexpr(child, out);
    }
    out += ')';
  }
  out += boost_suffix(node.boost);
}

// A word so that the parser reads it as this very word: everything that could be syntax gets a backslash.
std::string escaped_word(std::string_view text) {
  constexpr std::string_view kAlways = "\\()\"*~^:";
  constexpr std::array<std::string_view, 5> kQuotes = {"„", "”", "“", "«", "»"};
  constexpr std::array<std::string_view, 8> kOperators = {"AND", "OR",  "NOT",  "I",
                                                          "LUB", "NIE", "NEAR", "BLISKO"};
  std::string out;
  const bool operator_like = std::find(kOperators.begin(), kOperators.end(), text) != kOperators.end();
  if (operator_like || (!text.empty() && std::string_view("+-=/").find(text[0]) != std::string_view::npos))
    out += '\\';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool quote = std::any_of(kQuotes.begin(), kQuotes.end(), [&](std::string_view mark) {
      return text.substr(i, mark.size()) == mark;
    });
    if (quote || kAlways.find(text[i]) != std::string_view::npos) out += '\\';
    out += text[i];
  }
  return out;
}

std::string date_text(int date) {
  return fmt::format("{:04}-{:02}-{:02}", date / 10000, date / 100 % 100, date % 100);
}

void append_query_text(const QueryNode& node, std::string& out);

// As an operand: groups in brackets.
void append_operand(const QueryNode& node, std::string& out) {
  switch (node.kind) {
    case NodeKind::words:
    case NodeKind::all_of:
    case NodeKind::any_of:
    case NodeKind::near:
    case NodeKind::same_sentence:
    case NodeKind::same_passage: {
      QueryNode plain = node;
      plain.boost = 1;
      out += '(';
      append_query_text(plain, out);
      out += ')';
      out += boost_suffix(node.boost);
      return;
    }
    default:
      append_query_text(node, out);
  }
}

void append_joined(const QueryNode& node, std::string_view separator, std::string& out) {
  for (const QueryNode& child : node.children) {
    if (&child != &node.children.front()) out += separator;
    append_operand(child, out);
  }
}

void append_query_text(const QueryNode& node, std::string& out) {
  switch (node.kind) {
    case NodeKind::word:
      out += with_modifiers(node, escaped_word(node.text));
      out += boost_suffix(node.boost);
      return;
    case NodeKind::phrase:
      out += '"';
      append_joined(node, " ", out);
      out += '"';
      if (node.number > 0) out += fmt::format("~{}", node.number);
      out += boost_suffix(node.boost);
      return;
    case NodeKind::date_range:
      out += "data:";
      if (node.dates.from != kOpenStart) out += date_text(node.dates.from);
      if (node.dates.from == node.dates.to) return;
      out += "..";
      if (node.dates.to != kOpenEnd) out += date_text(node.dates.to);
      return;
    case NodeKind::file:
      out += "plik:" + quoted(node.text);
      return;
    case NodeKind::topic:
      out += "temat:" + quoted(node.text) + boost_suffix(node.boost);
      return;
    case NodeKind::negation:
      out += '-';
      break;
    case NodeKind::must:
      out += '+';
      break;
    case NodeKind::title:
      out += "tytuł:";
      break;
    case NodeKind::place:
      out += "miejsce:";
      break;
    default:
      break;
  }
  if (node.boost != 1 && node.children.size() > 1) return append_operand(node, out);
  switch (node.kind) {
    case NodeKind::title:
    case NodeKind::place:  // a sign behind the colon is refused
      if (const NodeKind child = node.children.front().kind;
          child == NodeKind::negation || child == NodeKind::must) {
        out += '(';
        append_operand(node.children.front(), out);
        out += ')';
        return;
      }
      return append_joined(node, " ", out);
    case NodeKind::all_of:
      return append_joined(node, " AND ", out);
    case NodeKind::any_of:
      return append_joined(node, " OR ", out);
    case NodeKind::near:
      return append_joined(node, fmt::format(" NEAR/{} ", node.number), out);
    case NodeKind::same_sentence:
      return append_joined(node, " /z ", out);
    case NodeKind::same_passage:
      return append_joined(node, " /a ", out);
    default:
      return append_joined(node, " ", out);
  }
}

void collect_wanted(const QueryNode& node, std::vector<const QueryNode*>& found) {
  if (node.kind == NodeKind::negation) return;
  if (node.kind == NodeKind::word) found.push_back(&node);
  for (const QueryNode& child : node.children) collect_wanted(child, found);
}

}  // namespace

std::string to_sexpr(const QueryNode& node) {
  std::string out;
  append_sexpr(node, out);
  return out;
}

std::string to_query_text(const QueryNode& node) {
  std::string out;
  append_query_text(node, out);
  return out;
}

std::vector<const QueryNode*> wanted_words(const QueryNode& node) {
  std::vector<const QueryNode*> found;
  collect_wanted(node, found);
  return found;
}

}  // namespace kwerenda
