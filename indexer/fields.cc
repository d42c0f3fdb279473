#include "indexer/fields.h"

#include <algorithm>
#include <array>

#include "analysis/utf8.h"
#include "indexer/dates.h"
#include "indexer/lines.h"

namespace kwerenda {
namespace {

struct NamedKey {
  std::string_view name;
  FieldKey key;
};

constexpr auto kNames = std::to_array<NamedKey>({
    {"tytuł", FieldKey::title},
    {"temat", FieldKey::title},
    {"title", FieldKey::title},
    {"data", FieldKey::date},
    {"date", FieldKey::date},
    {"termin", FieldKey::date},
    {"kiedy", FieldKey::date},
    {"dnia", FieldKey::date},
    {"data zdarzenia", FieldKey::date},
    {"data wydarzenia", FieldKey::date},
    {"data publikacji", FieldKey::date},
    {"data i miejsce", FieldKey::date},
    {"miejsce", FieldKey::place},
    {"miejsce zdarzenia", FieldKey::place},
    {"miejsce wydarzenia", FieldKey::place},
    {"miejscowość", FieldKey::place},
    {"lokalizacja", FieldKey::place},
    {"gdzie", FieldKey::place},
    {"place", FieldKey::place},
    {"location", FieldKey::place},
    {"źródło", FieldKey::url},
    {"adres", FieldKey::url},
    {"link", FieldKey::url},
    {"url", FieldKey::url},
    {"source", FieldKey::url},
    {"autor", FieldKey::other},
    {"jednostka", FieldKey::other},
    {"kategoria", FieldKey::other},
    {"organizator", FieldKey::other},
    {"organizatorzy", FieldKey::other},
    {"rodzaj", FieldKey::other},
    {"rodzaj wydarzenia", FieldKey::other},
    {"sporządził", FieldKey::other},
    {"sporządziła", FieldKey::other},
    {"tagi", FieldKey::other},
});
constexpr std::size_t kLongestName = 24;  // bytes

bool is_mark(char c) { return c == '*' || c == '_'; }

// "Lublin, ul. Długa 3." gives "Lublin".
std::string_view place_of(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ',' || value[i] == ';' || value[i] == '(' || value[i] == '|')
      return trimmed(value.substr(0, i));
    if (value[i] != '.') continue;
    // A full stop after a word of up to three bytes or "św" is an abbreviation's: "św. Katarzyna", "os.
    // Leśne".
    const bool at_end = i + 1 == value.size() || value[i + 1] == ' ';
    const std::size_t space = value.rfind(' ', i);
    const std::size_t word = i - (space == std::string_view::npos ? 0 : space + 1);
    if (at_end && word > 3) return trimmed(value.substr(0, i));
  }
  return trimmed(value);
}

}  // namespace

FieldKey field_key(std::string_view name) {
  const std::string lower = lowered(trimmed(name));
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const NamedKey& known) { return known.name == lower; });
  return found == kNames.end() ? FieldKey::none : found->key;
}

FieldName field_at(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size() && begin < 4 && is_mark(text[begin])) ++begin;
  std::size_t colon = text.substr(0, begin + kLongestName + 6).find(':', begin);
  if (colon == std::string_view::npos) return {};
  std::size_t end = colon;
  while (end > begin && is_mark(text[end - 1])) --end;
  const FieldKey key = field_key(text.substr(begin, end - begin));
  if (key == FieldKey::none) return {};
  ++colon;
  while (colon < text.size() && is_mark(text[colon])) ++colon;
  // "Data:text/plain" and "link://" are no fields.
  if (colon < text.size() && !is_ascii_white(text[colon]) && static_cast<unsigned char>(text[colon]) < 0x80 &&
      text[colon] == '/') {
    return {};
  }
  return {key, colon};
}

void set_field(FieldKey key, std::string_view value, Fields& fields) {
  value = trimmed(value);
  while (!value.empty() && is_mark(value.back())) value.remove_suffix(1);
  switch (key) {
    case FieldKey::title:
      if (fields.title.empty()) fields.title = value;
      break;
    case FieldKey::date:
      if (fields.date == 0) fields.date = find_date(value);
      break;
    case FieldKey::place:
      if (fields.place.empty()) fields.place = place_of(value);
      break;
    case FieldKey::url:
      if (fields.url.empty()) fields.url = find_url(value);
      break;
    case FieldKey::other:
    case FieldKey::none:
      break;
  }
}

bool read_fields(std::string_view line, Fields& fields) {
  FieldName name = field_at(line);
  if (name.key == FieldKey::none) return false;
  std::size_t value = name.value_begin;
  FieldKey key = name.key;
  // Further fields of the line stand behind ". ", "; " or "| ".
  for (std::size_t at = value; at + 1 < line.size(); ++at) {
    if ((line[at] != '.' && line[at] != ';' && line[at] != '|') || line[at + 1] != ' ') continue;
    const FieldName next = field_at(line.substr(at + 2));
    if (next.key == FieldKey::none) continue;
    set_field(key, line.substr(value, at - value), fields);
    key = next.key;
    value = at + 2 + next.value_begin;
    at = value - 1;
  }
  set_field(key, line.substr(value), fields);
  return true;
}

std::string_view find_url(std::string_view text) {
  std::size_t begin = text.find("https://");
  if (const std::size_t plain = text.find("http://"); plain < begin) begin = plain;
  if (begin == std::string_view::npos) return {};
  std::size_t end = begin;
  while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && text[end] != '<' &&
         text[end] != '>' && text[end] != '"' && text[end] != ')' && text[end] != ']') {
    ++end;
  }
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == ',' || text[end - 1] == ';')) --end;
  return text.substr(begin, end - begin);
}

std::size_t read_field_lines(std::string_view text, std::size_t at, Fields& fields) {
  std::size_t last = at;
  bool blank_before = false;
  while (at < text.size()) {
    const Line line = next_line(text, at);
    if (line.blank()) {
      if (blank_before) break;
      blank_before = true;
      continue;
    }
    const std::string_view content = line.in(text);
    if (!read_fields(content, fields)) {
      if (find_url(content).size() != content.size()) break;
      set_field(FieldKey::url, content, fields);
    }
    blank_before = false;
    last = at;
  }
  return last;
}

}  // namespace kwerenda
