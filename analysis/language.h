// The language that people are spoken to in: messages of errors, notes about a query, labels, help.
#pragma once

#include <cstdint>
#include <functional>

namespace kwerenda {

enum class Language : std::uint8_t { polish, english };

// Of the whole process; Polish until it is set. A text has the language of the moment that it is made in:
// what() of an Error that was thrown before does not change. Both may be called from any thread at any time;
// a text that is made meanwhile is whole, in one of the two languages. No data depend on it: neither what is
// written into an index nor which passages are found, nor the keys and kinds of machine formats.
void set_message_language(Language language) noexcept;
Language message_language() noexcept;

// The language that an environment asks for: that of KWERENDA_LANG or else of the first of LC_ALL,
// LC_MESSAGES and LANG that is set and not empty. What begins with "en" is English, all else is Polish, "C",
// "POSIX" and nothing at all included. `environment` gives a variable's value, or null if it is not set. The
// programs set the language so at their start; the libraries never look at the environment for it.
Language language_from(const std::function<const char*(const char* name)>& environment);

}  // namespace kwerenda
