#include "analysis/extra_forms.h"

#include <algorithm>

#include <fmt/format.h>
#include <xxhash.h>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

constexpr std::size_t kLongestWord = 64;  // bytes; longer keys are hashed, and nobody inflects them
constexpr std::size_t kMostForms = 1'000'000;

std::string checked(std::string_view word, const char* what, const std::string& name, std::size_t line) {
  const auto fail = [&](std::string_view why) -> std::string {
    throw Error(ErrorKind::usage,
                message("{}:{}: {} {}; oczekiwano wiersza „forma TAB lemat”",
                        "{}:{}: {} {}; expected a line “form TAB lemma”", name, line, what, why));
  };
  if (word.empty()) return fail(message("jest pusta", "is empty"));
  if (word.size() > kLongestWord)
    return fail(message("ma ponad {} bajty", "has more than {} bytes", kLongestWord));
  if (std::any_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
    return fail(message("zawiera odstęp", "contains white space"));
  }
  std::string result = normalized(word);
  if (result.empty()) return fail(message("jest pusta", "is empty"));
  if (result.find("\uFFFD") != std::string::npos)
    return fail(message("nie jest poprawnym UTF-8", "is not valid UTF-8"));
  return result;
}

}  // namespace

void ExtraForms::add(std::string_view text, const std::string& name) {
  if (text.starts_with("\uFEFF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos || line.find('\t', tab + 1) != std::string_view::npos) {
      throw Error(ErrorKind::usage,
                  message("{}:{}: wiersz powinien mieć jeden tabulator; oczekiwano wiersza „forma TAB lemat”",
                          "{}:{}: the line should have one tab; expected “form TAB lemma”", name, number));
    }
    std::string form = checked(line.substr(0, tab), message("forma", "the form"), name, number);
    std::string lemma =
        checked(line.substr(tab + 1), message("nazwa lematu", "the name of the lemma"), name, number);
    std::vector<std::string>& lemmas = lemmas_of[std::move(form)];
    if (std::find(lemmas.begin(), lemmas.end(), lemma) == lemmas.end()) lemmas.push_back(std::move(lemma));
    if (lemmas_of.size() > kMostForms) {
      throw Error(ErrorKind::limit,
                  message("{}:{}: ponad {} własnych form; podziel spis lub skróć go",
                          "{}:{}: more than {} forms of your own; split the list or shorten it", name, number,
                          kMostForms));
    }
  }
}

std::string ExtraForms::text() const {
  std::string text;
  for (const auto& [form, lemmas] : lemmas_of) {
    for (const std::string& lemma : lemmas) text += fmt::format("{}\t{}\n", form, lemma);
  }
  return text;
}

std::uint64_t ExtraForms::hash() const {
  if (empty()) return 0;
  const std::string words = text();
  return XXH3_64bits(words.data(), words.size());
}

}  // namespace kwerenda
