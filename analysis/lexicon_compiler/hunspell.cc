#include "analysis/lexicon_compiler/hunspell.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "analysis/error.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

// ISO-8859-2 from 0xa0 on.
constexpr std::array<char16_t, 96> kLatin2 = {
    0x00a0, 0x0104, 0x02d8, 0x0141, 0x00a4, 0x013d, 0x015a, 0x00a7, 0x00a8, 0x0160, 0x015e, 0x0164,
    0x0179, 0x00ad, 0x017d, 0x017b, 0x00b0, 0x0105, 0x02db, 0x0142, 0x00b4, 0x013e, 0x015b, 0x02c7,
    0x00b8, 0x0161, 0x015f, 0x0165, 0x017a, 0x02dd, 0x017e, 0x017c, 0x0154, 0x00c1, 0x00c2, 0x0102,
    0x00c4, 0x0139, 0x0106, 0x00c7, 0x010c, 0x00c9, 0x0118, 0x00cb, 0x011a, 0x00cd, 0x00ce, 0x010e,
    0x0110, 0x0143, 0x0147, 0x00d3, 0x00d4, 0x0150, 0x00d6, 0x00d7, 0x0158, 0x016e, 0x00da, 0x0170,
    0x00dc, 0x00dd, 0x0162, 0x00df, 0x0155, 0x00e1, 0x00e2, 0x0103, 0x00e4, 0x013a, 0x0107, 0x00e7,
    0x010d, 0x00e9, 0x0119, 0x00eb, 0x011b, 0x00ed, 0x00ee, 0x010f, 0x0111, 0x0144, 0x0148, 0x00f3,
    0x00f4, 0x0151, 0x00f6, 0x00f7, 0x0159, 0x016f, 0x00fa, 0x0171, 0x00fc, 0x00fd, 0x0163, 0x02d9};

void append_utf8(std::string_view latin2, std::string& out) {
  for (const char c : latin2) {
    const auto b = static_cast<std::uint8_t>(c);
    if (b < 0x80) {
      out.push_back(c);
      continue;
    }
    const unsigned code = b < 0xa0 ? b : kLatin2[b - 0xa0u];
    out.push_back(static_cast<char>(0xc0u | (code >> 6)));
    out.push_back(static_cast<char>(0x80u | (code & 0x3fu)));
  }
}

struct Affix {
  std::string cut, add;
  std::vector<std::bitset<256>> condition;  // letters next to the edge of the stem, in reading order
};

struct AffixClass {
  bool prefix = false, crosses = false;
  std::vector<Affix> rules;
};

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  while (true) {
    at = line.find_first_not_of(" \t\r", at);
    if (at == std::string_view::npos) return fields;
    const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    fields.push_back(line.substr(at, end - at));
    at = end;
  }
}

template <typename Each>
void for_each_line(std::string_view text, Each each) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    each(text.substr(0, end), ++number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

[[noreturn]] void malformed(const std::string& name, std::size_t line, std::string_view expected) {
  throw Error(ErrorKind::corrupt,
              message("{}:{}: oczekiwano {}; zainstaluj ponownie pakiet hunspell-pl",
                      "{}:{}: expected {}; install the package hunspell-pl again", name, line, expected));
}

std::vector<std::bitset<256>> condition_of(std::string_view text, const std::string& name, std::size_t line) {
  std::vector<std::bitset<256>> condition;
  if (text == ".") return condition;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::bitset<256>& set = condition.emplace_back();
    if (text[i] == '.') {
      set.set();
    } else if (text[i] == '[') {
      const std::size_t close = text.find(']', i);
      if (close == std::string_view::npos)
        malformed(name, line, message("zamkniętego nawiasu w warunku", "a closed bracket in the condition"));
      const bool negated = text[i + 1] == '^';
      for (std::size_t k = i + 1 + (negated ? 1 : 0); k < close; ++k)
        set.set(static_cast<std::uint8_t>(text[k]));
      if (negated) set.flip();
      i = close;
    } else {
      set.set(static_cast<std::uint8_t>(text[i]));
    }
  }
  return condition;
}

using AffixTable = std::array<AffixClass, 256>;

AffixTable read_affixes(std::string_view aff, const std::string& name) {
  AffixTable table;
  for_each_line(aff, [&](std::string_view line, std::size_t number) {
    const auto fields = fields_of(line);
    if (fields.empty()) return;
    if (fields[0] == "SET" && (fields.size() < 2 || fields[1] != "ISO8859-2")) {
      throw Error(ErrorKind::incompatible,
                  message("{}:{}: oczekiwano kodowania ISO8859-2, jest „{}”",
                          "{}:{}: expected the encoding ISO8859-2, found “{}”", name, number, line));
    }
    if (fields[0] == "FLAG" || fields[0] == "AF" || fields[0] == "NEEDAFFIX" || fields[0] == "CIRCUMFIX") {
      throw Error(
          ErrorKind::incompatible,
          message("{}:{}: nieobsługiwana dyrektywa „{}”; oczekiwano słownika z pakietu hunspell-pl",
                  "{}:{}: unsupported directive “{}”; expected the dictionary of the package hunspell-pl",
                  name, number, fields[0]));
    }
    if (fields[0] != "SFX" && fields[0] != "PFX") return;
    if (fields.size() < 4 || fields[1].size() != 1)
      malformed(name, number, message("reguły SFX lub PFX", "an SFX or PFX rule"));
    AffixClass& affixes = table[static_cast<std::uint8_t>(fields[1][0])];
    if (fields.size() == 4) {  // the head of a class: flag, crosses, count
      affixes.prefix = fields[0] == "PFX";
      affixes.crosses = fields[2] == "Y";
      return;
    }
    if (fields[3].find('/') != std::string_view::npos) {
      throw Error(ErrorKind::incompatible,
                  message("{}:{}: nieobsługiwane końcówki dwustopniowe",
                          "{}:{}: endings in two steps are not supported", name, number));
    }
    affixes.rules.push_back({std::string(fields[2] == "0" ? "" : fields[2]),
                             std::string(fields[3] == "0" ? "" : fields[3]),
                             condition_of(fields[4], name, number)});
  });
  return table;
}

bool fits_end(const Affix& rule, std::string_view word) {
  if (word.size() < rule.condition.size() || word.size() <= rule.cut.size() || !word.ends_with(rule.cut))
    return false;
  const std::size_t start = word.size() - rule.condition.size();
  for (std::size_t i = 0; i < rule.condition.size(); ++i) {
    if (!rule.condition[i][static_cast<std::uint8_t>(word[start + i])]) return false;
  }
  return true;
}

}  // namespace

void read_hunspell(std::string_view aff, const std::string& aff_name, std::string_view dic,
                   const std::string& dic_name, const std::function<void(const HunspellForm&)>& each) {
  const AffixTable affixes = read_affixes(aff, aff_name);
  std::string form, stem, ending;
  for_each_line(dic, [&](std::string_view line, std::size_t number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (number == 1) {
      if (line.empty() || line.find_first_not_of("0123456789") != std::string_view::npos) {
        malformed(dic_name, number, message("liczby wpisów", "the number of entries"));
      }
      return;
    }
    const std::size_t slash = line.find('/');
    const std::string_view word = line.substr(0, slash);
    const std::string_view flags = slash == std::string_view::npos ? "" : line.substr(slash + 1);
    if (word.empty()) return;
    std::vector<std::string_view> prefixes{""};
    for (const char flag : flags) {
      const AffixClass& affix = affixes[static_cast<std::uint8_t>(flag)];
      if (!affix.prefix) continue;
      for (const Affix& rule : affix.rules) prefixes.push_back(rule.add);
    }
    for (const std::string_view prefix : prefixes) {
      stem.clear();
      append_utf8(prefix, stem);
      append_utf8(word, stem);
      each({stem, stem, "", flags.empty()});
      for (const char flag : flags) {
        const AffixClass& affix = affixes[static_cast<std::uint8_t>(flag)];
        if (affix.prefix || (!prefix.empty() && !affix.crosses)) continue;
        for (const Affix& rule : affix.rules) {
          if (!fits_end(rule, word)) continue;
          form.clear();
          ending.clear();
          append_utf8(prefix, form);
          append_utf8(word.substr(0, word.size() - rule.cut.size()), form);
          append_utf8(rule.add, ending);
          form += ending;
          each({form, stem, ending, false});
        }
      }
    }
  });
}

}  // namespace kwerenda
