// The case of a short piece of UTF-8, code point by code point, by ICU's simple mappings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kwerenda {

// What a form is made of.
struct Shape {
  std::size_t letters = 0;  // code points that are letters
  std::size_t upper = 0;    // of these, capitals
  std::size_t digits = 0;
  std::size_t hyphens = 0;      // U+002D
  std::size_t apostrophes = 0;  // U+0027
  std::size_t others = 0;       // full stops, commas, marks without a letter of their own
  bool starts_upper = false;

  bool only_letters() const { return digits + hyphens + apostrophes + others == 0; }
};

Shape shape_of(std::string_view form);

// A word of small letters of the Latin alphabets below U+0180, perhaps with a capital first: nine tokens in
// ten. Such a form is its own normal form (fold.h); in small letters it is its own folded form.
enum class Plain : std::uint8_t { no, small, title };
Plain plainness(std::string_view form);

std::string upper_cased(std::string_view form);
std::string lower_cased(std::string_view form);
// The first letter a capital, the rest small.
std::string title_cased(std::string_view form);
// `form` with the case of `model`, letter by letter: (łódzki, Lodzki) is Łódzki. Letters beyond its end take
// the case of its last.
std::string with_case_of(std::string_view form, std::string_view model);

}  // namespace kwerenda
