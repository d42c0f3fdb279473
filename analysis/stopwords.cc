#include "analysis/stopwords.h"

#include <fmt/core.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"

namespace kwerenda {

StopWords StopWords::load(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int reason = errno;
    throw Error(reason == ENOENT ? ErrorKind::not_found : ErrorKind::io,
                message("{}: nie można otworzyć listy słów pomijanych: {}",
                        "{}: cannot open the list of stop words: {}", path.string(), system_reason(reason)));
  }
  StopWords list;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    const auto fail = [&](std::string_view what) {
      throw Error(ErrorKind::corrupt, fmt::format("{}:{}: {}", path.string(), number, what));
    };
    if (find_invalid_utf8(line) != std::string::npos)
      fail(message("niepoprawny UTF-8; zapisz plik w UTF-8", "invalid UTF-8; save the file as UTF-8"));
    const std::string_view word = trimmed(std::string_view(line).substr(0, line.find('#')));
    if (word.empty()) continue;
    if (word.find_first_of(" \t") != std::string_view::npos) {
      fail(message("„{}”: w wierszu może stać jedno słowo", "“{}”: a line may hold one word", word));
    }
    if (folded(word) != word) {
      fail(message("„{}”: słowo ma być zapisane małymi literami, w NFC: „{}”",
                   "“{}”: the word has to be written in small letters, in NFC: “{}”", word, folded(word)));
    }
    list.words_.emplace_back(word);
  }
  if (file.bad())
    throw Error(ErrorKind::io, message("{}: błąd odczytu: {}", "{}: reading failed: {}", path.string(),
                                       system_reason(errno)));

  std::sort(list.words_.begin(), list.words_.end());
  list.words_.erase(std::unique(list.words_.begin(), list.words_.end()), list.words_.end());
  std::string joined;
  for (const std::string& word : list.words_) joined += word + "\n";
  if (!joined.empty()) list.hash_ = XXH3_64bits(joined.data(), joined.size());
  return list;
}

bool StopWords::contains(std::string_view folded_form) const {
  return std::binary_search(words_.begin(), words_.end(), folded_form, std::less<>());
}

}  // namespace kwerenda
