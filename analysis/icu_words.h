// The UAX #29 words of a stretch of text, by ICU's BreakIterator.
#pragma once

#include <memory>
#include <string_view>

#include "analysis/polish_tokens.h"

namespace kwerenda {

// A BreakIterator of one's own, made when it is first needed: most texts never need it. For one thread at a
// time.
class IcuWords {
 public:
  IcuWords();
  ~IcuWords();
  IcuWords(const IcuWords&) = delete;
  IcuWords& operator=(const IcuWords&) = delete;

  // Hands the words of text[begin, end) to `tokens`. Both ends must be ends of the text or stand at ASCII
  // white space. ICU sees the stretch with the white space before it, which is all of the context that its
  // rules can reach.
  void add_words(std::string_view text, std::size_t begin, std::size_t end, PolishTokens& tokens);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kwerenda
