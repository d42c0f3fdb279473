#include "indexer/tokens_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/tokenizer.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

std::string_view source_name(ReadingSource source) {
  switch (source) {
    case ReadingSource::lexicon:
      return message("leksykon", "lexicon");
    case ReadingSource::extra:
      return message("leksykon własny", "lexicon of your own");
    case ReadingSource::acronym:
      return message("skrótowiec", "acronym");
    case ReadingSource::guesser:
      return message("odgadnięty", "guessed");
    case ReadingSource::as_written:
      return message("jak zapisano", "as written");
  }
  return "?";
}

std::string percent(float probability) {
  return fmt::format("{:5.1f} %", static_cast<double>(probability) * 100);
}

}  // namespace

void append_token_lines(std::string_view text, const KeyMaker& keys, std::string& out) {
  std::vector<Token> tokens;
  tokenize(text, tokens);
  std::vector<Key> found;
  for (const Token& token : tokens) {
    const std::string_view surface = text.substr(token.begin, token.end - token.begin);
    keys.keys_of(surface, found);
    fmt::format_to(std::back_inserter(out), "{}\t{}\t", token.begin, token.end);
    const std::size_t at = out.size();
    out += surface;
    std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(), is_ascii_white, ' ');
    for (std::size_t i = 0; i < found.size(); ++i) {
      out += i == 0 ? '\t' : '|';
      out += found[i].text;
    }
    out += '\n';
  }
}

std::string explain_word(std::string_view word, const KeyMaker& keys) {
  std::vector<Token> tokens;
  tokenize(word, tokens);
  if (tokens.empty()) return message("{}: brak wyrazów\n", "{}: no words\n", printable(word));
  std::string out;
  for (const Token& token : tokens) {
    const std::string_view surface = word.substr(token.begin, token.end - token.begin);
    out += fmt::format("{}\n", printable(surface));
    std::vector<Reading> readings;
    const std::string form = normalized(surface);
    const bool known = keys.lexicon().lookup(form, readings);
    if (!known) keys.lexicon().guess(form, readings);
    out += message("  {} (w tekstach: {})\n", "  {} (in texts: {})\n",
                   known ? message("forma znana leksykonowi", "the lexicon knows this form")
                         : message("formy nie ma w leksykonie", "the lexicon does not have this form"),
                   keys.lexicon().frequency(folded(surface)));
    for (const Reading& reading : readings) {
      out += message("  odczytanie {}  {}  {}{}\n", "  reading    {}  {}  {}{}\n",
                     percent(reading.probability), reading.lemma, source_name(reading.source),
                     reading.proper ? message(", nazwa własna", ", proper name") : "");
    }
    std::vector<Key> found;
    keys.keys_of(surface, found);
    for (const Key& key : found) {
      out += message("  klucz      {}  {}  {}\n", "  key        {}  {}  {}\n", percent(key.probability),
                     key.text, source_name(key.source));
    }
  }
  return out;
}

}  // namespace kwerenda
