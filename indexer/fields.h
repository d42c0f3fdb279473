// The fields at the head of a report: "Data: 14 maja 2024. Miejsce: Lublin, ul. Długa 3."
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kwerenda {

enum class FieldKey : std::uint8_t { none, title, date, place, url, other };

// A field's name as it stands at the beginning of `text` (after list and emphasis marks).
struct FieldName {
  FieldKey key = FieldKey::none;
  std::size_t value_begin = 0;  // bytes, behind the colon
};
FieldName field_at(std::string_view text);

// The key of a bare name ("Miejsce", "place", "źródło"), `other` for names that are known and not used, none
// if unknown.
FieldKey field_key(std::string_view name);

struct Fields {
  std::string title;
  std::uint32_t date = 0;
  std::string place;
  std::string url;
};

// Takes over what the line says, which may hold several fields; the first value of each counts. False if the
// line does not begin with a field.
bool read_fields(std::string_view line, Fields& fields);

// Sets one field from its value.
void set_field(FieldKey key, std::string_view value, Fields& fields);

// The first http:// or https:// address in `text`, without closing punctuation; empty if there is none.
std::string_view find_url(std::string_view text);

// Reads the field lines from `at` on: an unbroken run, single blank lines between them allowed, a line that
// is only an address counts. Returns the offset behind the last one, `at` if there is none.
std::size_t read_field_lines(std::string_view text, std::size_t at, Fields& fields);

}  // namespace kwerenda
