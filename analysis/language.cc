#include "analysis/language.h"

#include <atomic>

namespace kwerenda {
namespace {

// Read in signal handlers and where memory ran out.
std::atomic<Language> g_language{Language::polish};
static_assert(std::atomic<Language>::is_always_lock_free);

}  // namespace

void set_message_language(Language language) noexcept {
  g_language.store(language, std::memory_order_relaxed);
}

Language message_language() noexcept { return g_language.load(std::memory_order_relaxed); }

Language language_from(const std::function<const char*(const char* name)>& environment) {
  for (const char* name : {"KWERENDA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* const value = environment(name);
    if (value == nullptr || *value == '\0') continue;
    const bool english = (value[0] == 'e' || value[0] == 'E') && (value[1] == 'n' || value[1] == 'N');
    return english ? Language::english : Language::polish;
  }
  return Language::polish;
}

}  // namespace kwerenda
