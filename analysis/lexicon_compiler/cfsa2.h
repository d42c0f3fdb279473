// Reader of Morfologik's CFSA2 automata, the format of PoliMorf inside Debian's libmorfologik-stemming-java.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kwerenda {

// One entry of the dictionary. Views live only during the call.
struct DictionaryEntry {
  std::string_view form;   // UTF-8
  std::string_view lemma;  // UTF-8
  std::string_view tags;   // "subst:sg:gen:f+adj:pl:nom:m1:pos", alternatives joined by '+'
};

// Calls `each` for every entry of the automaton in `bytes`, whose strings are form+code+tags, where the
// code's first letter says how many bytes to cut in front, its second how many at the end ('A' is none), and
// the rest is appended. Throws Error{incompatible} if `bytes` is not a CFSA2 automaton and Error{corrupt} if
// it breaks off; `name` goes into the message.
void read_morfologik(std::string_view bytes, const std::string& name,
                     const std::function<void(const DictionaryEntry&)>& each);

}  // namespace kwerenda
