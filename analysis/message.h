// Both languages of a text side by side, where it is said:
//
//   throw Error(ErrorKind::io, message("{}: nie można zapisać", "{}: cannot write", path));
//
// Catalogues of a translation tool were the alternative. They keep the two apart, so that one is forgotten
// when the other changes, and nothing checks their placeholders; here the compiler checks those of both.
#pragma once

#include <fmt/format.h>

#include <string>

#include "analysis/language.h"

namespace kwerenda {

// The text of message_language(), formatted as by fmt::format().
template <typename... Arguments>
std::string message(fmt::format_string<Arguments...> polish, fmt::format_string<Arguments...> english,
                    Arguments&&... arguments) {
  const fmt::string_view text = message_language() == Language::english ? english : polish;
  return fmt::vformat(text, fmt::make_format_args(arguments...));
}

// Of two texts without placeholders; braces are just braces. Allocates nothing and leaves errno alone; safe
// in a signal handler.
inline const char* message(const char* polish, const char* english) noexcept {
  return message_language() == Language::english ? english : polish;
}

}  // namespace kwerenda
