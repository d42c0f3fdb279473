#include "searcher/thesaurus.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

[[noreturn]] void fail(const std::string& name, std::size_t line, const std::string& message) {
  throw Error(ErrorKind::incompatible, fmt::format("{}:{}: {}", name, line, message));
}

// ISO-8859-2's upper half, from 0xA0.
constexpr char16_t kLatin2[] =
    u"\u00a0\u0104\u02d8\u0141\u00a4\u013d\u015a\u00a7\u00a8\u0160\u015e\u0164\u0179\u00ad\u017d\u017b"
    u"\u00b0\u0105\u02db\u0142\u00b4\u013e\u015b\u02c7\u00b8\u0161\u015f\u0165\u017a\u02dd\u017e\u017c"
    u"\u0154\u00c1\u00c2\u0102\u00c4\u0139\u0106\u00c7\u010c\u00c9\u0118\u00cb\u011a\u00cd\u00ce\u010e"
    u"\u0110\u0143\u0147\u00d3\u00d4\u0150\u00d6\u00d7\u0158\u016e\u00da\u0170\u00dc\u00dd\u0162\u00df"
    u"\u0155\u00e1\u00e2\u0103\u00e4\u013a\u0107\u00e7\u010d\u00e9\u0119\u00eb\u011b\u00ed\u00ee\u010f"
    u"\u0111\u0144\u0148\u00f3\u00f4\u0151\u00f6\u00f7\u0159\u016f\u00fa\u0171\u00fc\u00fd\u0163\u02d9";

std::string from_latin2(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      text += byte;
      continue;
    }
    const char16_t letter = value < 0xa0 ? char16_t{value} : kLatin2[value - 0xa0];
    if (letter < 0x800) {  // as all of them are
      text += static_cast<char>(0xc0 | letter >> 6);
      text += static_cast<char>(0x80 | (letter & 0x3f));
    }
  }
  return text;
}

// Takes the next line off `rest`, without its end.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The word of "przedszkole (pot.)"; empty if it is none of ours.
std::string_view single_word(std::string_view item) {
  if (item.find("pojęcie") != std::string_view::npos) return {};
  if (const std::size_t note = item.find(" ("); note != std::string_view::npos) item = item.substr(0, note);
  item = trimmed(item);
  return item.find(' ') == std::string_view::npos ? item : std::string_view();
}

}  // namespace

Thesaurus Thesaurus::open(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes;
  const bool regular = in && !std::filesystem::is_directory(file);
  if (regular) {
    in.seekg(0, std::ios::end);
    const auto size = in.tellg();
    if (size > static_cast<std::streamoff>(kMaxThesaurusBytes)) {
      throw Error(ErrorKind::limit, message("{}: tezaurus jest za długi: najwyżej może mieć {} bajtów.",
                                            "{}: the thesaurus is too long: it may have {} bytes at most.",
                                            printable(file.string()), kMaxThesaurusBytes));
    }
    if (size >= 0) {
      bytes.resize(static_cast<std::size_t>(size));
      in.seekg(0);
      in.read(bytes.data(), size);
    }
  }
  if (!regular || !in) {
    throw Error(ErrorKind::io,
                message("{}: nie można odczytać tezaurusa; sprawdź ścieżkę i uprawnienia. W Debianie jest w "
                        "pakiecie mythes-pl: /usr/share/mythes/th_pl_PL_v2.dat",
                        "{}: cannot read the thesaurus; check the path and the permissions. Debian has it in "
                        "the package mythes-pl: /usr/share/mythes/th_pl_PL_v2.dat",
                        printable(file.string())));
  }
  return parse(std::move(bytes), printable(file.string()));
}

Thesaurus Thesaurus::parse(std::string bytes, const std::string& name) {
  Thesaurus thesaurus;
  std::string_view head = bytes;
  const std::string encoding = folded(trimmed(take_line(head)));
  if (encoding == "iso8859-2" || encoding == "iso-8859-2") {
    thesaurus.text_ = from_latin2(bytes);
  } else if (encoding == "utf-8" || encoding == "utf8") {
    thesaurus.text_ = std::move(bytes);
  } else {
    fail(name, 1,
         message(
             "oczekiwano tezaurusa MyThes z kodowaniem UTF-8 albo ISO8859-2 w pierwszym wierszu, jest „{}”",
             "expected a MyThes thesaurus with the encoding UTF-8 or ISO8859-2 on its first line, found “{}”",
             printable(encoding.substr(0, 40))));
  }
  std::string_view rest = thesaurus.text_;
  take_line(rest);
  for (std::size_t line = 2; !rest.empty(); ++line) {
    const std::string_view entry = take_line(rest);
    if (entry.empty()) continue;
    const std::size_t bar = entry.rfind('|');
    std::size_t senses = 0;
    const std::string_view number = bar == std::string_view::npos ? entry : entry.substr(bar + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), senses);
    if (bar == std::string_view::npos || error != std::errc() || end != number.data() + number.size()) {
      fail(name, line,
           message("oczekiwano hasła „słowo|liczba znaczeń”, jest „{}”",
                   "expected an entry “word|number of senses”, found “{}”",
                   printable(std::string(entry.substr(0, 40)))));
    }
    thesaurus.entries_.emplace(folded(entry.substr(0, bar)), thesaurus.text_.size() - rest.size());
    for (std::size_t i = 0; i < senses; ++i, ++line) {
      if (rest.empty())
        fail(name, line,
             message("oczekiwano dalszych znaczeń hasła, a plik się kończy",
                     "expected further senses of the entry, but the file ends"));
      take_line(rest);
    }
  }
  return thesaurus;
}

std::vector<std::string> Thesaurus::synonyms(std::string_view lemma) const {
  std::vector<std::string> found;
  const auto entry = entries_.find(std::string(lemma));
  if (entry == entries_.end()) return found;
  std::string_view rest = std::string_view(text_).substr(entry->second);
  // An entry's lines begin with the part of speech, "-" or "(noun)"; the next entry's with its word.
  while (!rest.empty() && (rest.front() == '-' || rest.front() == '(')) {
    std::string_view line = take_line(rest);
    line.remove_prefix(std::min(line.find('|'), line.size()));
    while (!line.empty()) {
      line.remove_prefix(1);
      const std::size_t end = std::min(line.find('|'), line.size());
      const std::string word = folded(single_word(line.substr(0, end)));
      line.remove_prefix(end);
      if (!word.empty() && word != lemma && std::find(found.begin(), found.end(), word) == found.end())
        found.push_back(word);
    }
  }
  return found;
}

}  // namespace kwerenda
