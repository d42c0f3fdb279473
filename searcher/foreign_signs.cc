#include "searcher/foreign_signs.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

bool has_letter_at(std::string_view text, std::size_t at) {
  return at < text.size() && u_isalpha(code_point_at(text, at).value);
}
bool ends_in_letter(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && U8_IS_TRAIL(static_cast<unsigned char>(text[--at]))) {
  }
  return has_letter_at(text, at);
}
std::string_view without_end_punctuation(std::string_view text) {
  return text.substr(0, text.find_last_not_of(".,;:!?'") + 1);
}

// "near/3" and "Blisko/3" to what they would be as operators; empty for anything else.
std::string near_in_small_letters(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size() ||
      text.find_first_not_of("0123456789", slash + 1) != std::string_view::npos)
    return {};
  const std::string name = folded(text.substr(0, slash));
  if (name != "near" && name != "blisko") return {};
  const std::string capitals = std::string(name == "near" ? "NEAR" : "BLISKO").append(text.substr(slash));
  return text == capitals ? std::string() : capitals;
}

void note_inner_signs(std::string_view query, std::string_view text, const NoteOfQuery& note) {
  const std::string_view body = without_end_punctuation(text);
  const bool address = text.find_first_of("/=") != std::string_view::npos;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if ((text[i] != '*' && (text[i] != '?' || address)) || !has_letter(text.substr(0, i)) ||
        !has_letter_at(text, i + 1) || !ends_in_letter(text.substr(0, i)))
      continue;
    note(
        text[i] == '*'
            ? message("„{}”: gwiazdka działa na początku albo na końcu słowa; tu rozdzieliła słowa.",
                      "“{}”: an asterisk works in front of a word or at its end; here it parted words.", body)
            : message("„{}”: znak „?” nie zastępuje litery; tu rozdzielił słowa. Zob. „*” i „~”.",
                      "“{}”: “?” does not stand for a letter; here it parted words. See “*” and “~”.", body));
    return;
  }
  // Two of them on either side are how Markdown writes bold.
  if (query.find("**") != query.rfind("**")) return;
  if (body.size() > 2 && body.ends_with("**") && ends_in_letter(body.substr(0, body.size() - 2))) {
    note(message("„{0}”: dwie gwiazdki nic nie znaczą; dowolne zakończenie to „{1}*”.",
                 "“{0}”: two asterisks mean nothing; any ending is “{1}*”.", body,
                 body.substr(0, body.size() - 2)));
  } else if (body.starts_with("**") && has_letter_at(body, 2)) {
    note(message("„{0}”: dwie gwiazdki nic nie znaczą; dowolny początek to „*{1}”.",
                 "“{0}”: two asterisks mean nothing; any beginning is “*{1}”.", body, body.substr(2)));
  }
}

}  // namespace

void note_foreign_signs(std::string_view query, const QueryRun& run, const std::vector<Lexeme>& lexemes,
                        const NoteOfQuery& note) {
  if (run.has_escapes()) return;
  const std::string_view text = run.text;
  const Lexeme* before =
      !lexemes.empty() && lexemes.back().range.end == run.begin ? &lexemes.back() : nullptr;
  const bool word_start = before == nullptr || before->kind == LexemeKind::open;
  for (const bool both : {true, false}) {
    if (text.find(both ? "&&" : "||") == std::string_view::npos) continue;
    note(both ? message("„&&” pominięto; oba słowa muszą wystąpić, gdy stoi między nimi AND albo I.",
                        "“&&” was passed over; both words must be there with AND between them.")
              : message("„||” pominięto; jedno ze słów wystarczy, gdy stoi między nimi OR albo LUB.",
                        "“||” was passed over; one of the words is enough with OR between them."));
  }
  if (word_start && text.size() > 1 && (text[0] == '!' || text[0] == '~') && has_letter_at(text, 1)) {
    const std::string_view word = without_end_punctuation(text.substr(1));
    note(text[0] == '!'
             ? message("„!” pominięto; wykluczenie zapisuje się „-{}”.",
                       "“!” was passed over; an exclusion is written “-{}”.", word)
             : message("„~” pominięto; literówkę dopuszcza ten znak za słowem: „{}~”.",
                       "“~” was passed over; behind the word it allows a typing error: “{}~”.", word));
  }
  for (const std::string_view dash : {"–", "—", "−"}) {
    if (!word_start || !text.starts_with(dash) || !has_letter_at(text, dash.size())) continue;
    note(message("„{0}” przed słowem niczego nie wyklucza; wykluczenie zapisuje się „-{1}”.",
                 "“{0}” before a word excludes nothing; an exclusion is written “-{1}”.", dash,
                 without_end_punctuation(text.substr(dash.size()))));
  }
  if (const std::string name = near_in_small_letters(text); !name.empty()) {
    note(message("„{}” szukano jak słów; operator pisze się wielkimi literami: „{}”.",
                 "“{}” was searched for as words; the operator is written in capitals: “{}”.", text, name));
  }
  if (word_start && !lexemes.empty() && text.size() > 1 &&
      text.find_first_not_of("0123456789", 1) == std::string_view::npos) {
    const Lexeme& last = lexemes.back();
    if (text[0] == '~' && last.kind == LexemeKind::operand && quotes_at(query, last.range.begin)) {
      note(message("„{}” szukano jak słowa; znak ten pisze się tuż za cudzysłowem, bez odstępu.",
                   "“{}” was searched for as a word; it is written right behind the quotation mark.", text));
    } else if (text[0] == '^' && (last.kind == LexemeKind::operand || last.kind == LexemeKind::close)) {
      note(message(
          "„{}” szukano jak słowa; wagę pisze się tuż za słowem, cudzysłowem albo nawiasem, bez odstępu.",
          "“{}” was searched for as a word; a weight is written right behind the word, quotation mark "
          "or bracket.",
          text));
    }
  }
  if (text == "*" && before != nullptr && before->kind == LexemeKind::operand &&
      (quotes_at(query, before->range.begin) || query[before->range.begin] == '=')) {
    note(message("Gwiazdkę za cudzysłowem pominięto; pisze się ją przy słowie, także w cudzysłowie.",
                 "The asterisk behind the quotation mark was passed over; it is written at a word, inside "
                 "quotation marks too."));
  }
  note_inner_signs(query, run.text, note);
}

}  // namespace kwerenda
