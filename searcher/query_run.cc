#include "searcher/query_run.h"

#include <unicode/uchar.h>

#include "analysis/utf8.h"

namespace kwerenda {
namespace {

constexpr std::array<Quotes, 6> kQuotes = {{
    {"\"", {"\"", "\""}, "”"},
    {"„", {"”", "“"}, "\""},
    {"“", {"”", "“"}, "\""},
    {"”", {"”", "”"}, "\""},
    {"«", {"»", "»"}, ""},
    {"»", {"«", "«"}, ""},
}};

}  // namespace

std::size_t end_of_code_point(std::string_view text, std::size_t at) {
  return at + code_point_at(text, at).bytes;
}

bool is_space_at(std::string_view text, std::size_t at) {
  return u_isUWhiteSpace(code_point_at(text, at).value);
}

const Quotes* quotes_at(std::string_view text, std::size_t at) {
  for (const Quotes& quotes : kQuotes) {
    if (text.substr(at, quotes.open.size()) == quotes.open) return &quotes;
  }
  return nullptr;
}

QueryRun read_run(std::string_view text, std::size_t& pos, std::size_t end, bool in_phrase) {
  QueryRun run;
  run.begin = pos;
  while (pos < end && !is_space_at(text, pos)) {
    const char c = text[pos];
    if (!in_phrase && (c == '(' || c == ')' || quotes_at(text, pos) != nullptr)) break;
    bool escaped = false;
    if (c == '\\' && pos + 1 < end) {
      ++pos;
      escaped = true;
    }
    const std::size_t next = end_of_code_point(text, pos);
    for (; pos < next; ++pos) {
      run.text += text[pos];
      run.at.push_back(pos);
      run.escaped.push_back(escaped);
      escaped = escaped && pos + 1 < next;
    }
  }
  run.end = pos;
  return run;
}

std::size_t number_end(std::string_view text, std::size_t at) {
  auto digits_end = [&](std::size_t i) {
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i;
  };
  const std::size_t whole = digits_end(at);
  if (whole == at || whole >= text.size() || (text[whole] != '.' && text[whole] != ',')) return whole;
  const std::size_t fraction = digits_end(whole + 1);
  return fraction == whole + 1 ? whole : fraction;
}

bool has_word(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (u_isalnum(c.value)) return true;
    i += c.bytes;
  }
  return false;
}

std::size_t count_letters(std::string_view text, bool digits_too) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    if (u_isalpha(c.value) || (digits_too && u_isdigit(c.value))) ++count;
    i += c.bytes;
  }
  return count;
}
bool has_letter(std::string_view text) { return count_letters(text, false) > 0; }

}  // namespace kwerenda
