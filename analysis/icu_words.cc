#include "analysis/icu_words.h"

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <string>

#include "analysis/icu_error.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

// Loading the rules takes 30 times as long as copying the iterator. The rules of Polish are those of the root
// locale.
const icu::BreakIterator& prototype() {
  static const std::unique_ptr<const icu::BreakIterator> iterator = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::BreakIterator> made(
        icu::BreakIterator::createWordInstance(icu::Locale("pl"), status));
    check_icu(status, "createWordInstance");
    return made;
  }();
  return *iterator;
}

// BreakIterator counts in 32 bits.
constexpr std::size_t kMaxStretch = std::size_t{1} << 30;

}  // namespace

struct IcuWords::State {
  std::unique_ptr<icu::BreakIterator> iterator{prototype().clone()};
  UText text = UTEXT_INITIALIZER;
  ~State() { utext_close(&text); }
};

IcuWords::IcuWords() = default;
IcuWords::~IcuWords() = default;

void IcuWords::add_words(std::string_view text, std::size_t begin, std::size_t end, PolishTokens& tokens) {
  if (!state_) state_ = std::make_unique<State>();
  while (begin < end) {
    std::size_t stop = end;
    if (end - begin > kMaxStretch) {
      stop = begin + kMaxStretch;
      while (stop > begin && !is_ascii_white(text[stop])) --stop;
      // A gibibyte without a space: cut it on a code-point edge.
      if (stop == begin) {
        stop = begin + kMaxStretch;
        while ((static_cast<unsigned char>(text[stop]) & 0xC0) == 0x80) --stop;
      }
    }
    const std::size_t from = begin == 0 ? 0 : begin - 1;
    UErrorCode status = U_ZERO_ERROR;
    utext_openUTF8(&state_->text, text.data() + from, static_cast<std::int64_t>(stop - from), &status);
    check_icu(status, "utext_openUTF8");
    state_->iterator->setText(&state_->text, status);
    check_icu(status, "BreakIterator::setText");
    auto word_begin = static_cast<std::size_t>(state_->iterator->first());
    for (std::int32_t edge = state_->iterator->next(); edge != icu::BreakIterator::DONE;
         edge = state_->iterator->next()) {
      const auto word_end = static_cast<std::size_t>(edge);
      tokens.add_word(from + word_begin, from + word_end);
      word_begin = word_end;
    }
    begin = stop;
  }
}

}  // namespace kwerenda
