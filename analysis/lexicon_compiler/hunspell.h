// Reader of a hunspell dictionary of the kind of Debian's hunspell-pl: ISO-8859-2, flags of one character,
// one-level suffixes and prefixes that may combine.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kwerenda {

// One form that the dictionary allows. Views live only during the call.
struct HunspellForm {
  std::string_view form;    // UTF-8
  std::string_view stem;    // UTF-8: the line's word, with the prefix if the form has one
  std::string_view ending;  // what the suffix rule adds, UTF-8; empty for the word itself
  bool bare = false;        // the line has no flags: often an inflected form by itself ("dzieci")
};

// Calls `each` for every form of every line of the dictionary, words first, in the order of the file.
// Throws Error{incompatible} naming file and line for a set of features it does not know, Error{corrupt} for
// a malformed line.
void read_hunspell(std::string_view aff, const std::string& aff_name, std::string_view dic,
                   const std::string& dic_name, const std::function<void(const HunspellForm&)>& each);

}  // namespace kwerenda
