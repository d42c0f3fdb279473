#include "searcher/compiled_query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

constexpr double kRelativeFloor =
    0.05;  // a relative's part of a word's weight below which it is not worth a posting list

// Files are found among all names of reports; of so many more than this a posting list each no longer pays.
constexpr std::size_t kMostReportsOfFile = 5000;

std::string term(char prefix, std::string_view key) {
  std::string text(1, prefix);
  text += key;
  return text;
}

std::uint32_t last_day_of_month(std::uint32_t year, std::uint32_t month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// The index's part of a node: the query, and whether it finds exactly the node's matches.
struct Part {
  CandidateQuery query;
  bool exact = true;
};

class Compiler {
 public:
  Compiler(std::string_view text, const KeyMaker& keys, const WordLists& lists,
           const IndexVocabulary& vocabulary, const CompileSettings& settings)
      : text_(text), keys_(keys), lists_(lists), vocabulary_(vocabulary), settings_(settings) {
    resolve_.repair = settings.repair;
    resolve_.marks = marks_of(text);
    resolve_.thesaurus = settings.thesaurus;
  }

  CompiledQuery compile(const QueryNode& root) {
    if (text_.find('?') != std::string_view::npos) out_.manner = QueryManner::question;
    out_.root = node(root, 1, Field::body);
    settle_stop_words(out_.root);
    Part part = candidates(out_.root, std::string(1, kLemmaPrefix));
    out_.candidates = std::move(part.query);
    out_.needs_verification = !part.exact;
    return std::move(out_);
  }

 private:
  enum class Field { body, title, place };
  enum class Relatives { no, too };

  // --- the tree ---

  MatchNode node(const QueryNode& from, double boost, Field field) {
    boost *= from.boost;
    MatchNode to;
    to.kind = from.kind;
    to.number = from.number;
    to.dates = from.dates;
    switch (from.kind) {
      case NodeKind::word:
        return word(from, boost, field);
      case NodeKind::file:
        to.text = folded(from.text);
        out_.needs_report = true;
        return to;
      case NodeKind::date_range:
        out_.needs_report = true;
        return to;
      case NodeKind::aspect:
        return aspect(from, boost);
      case NodeKind::title:
        field = Field::title;
        break;
      case NodeKind::place:
        field = Field::place;
        out_.needs_report = true;
        break;
      default:
        break;
    }
    for (const QueryNode& child : from.children) to.children.push_back(node(child, boost, field));
    return to;
  }

  MatchNode word(const QueryNode& from, double boost, Field field) {
    std::vector<Token> tokens;
    tokenize(from.text, tokens);
    MatchNode to;
    if (from.match == WordMatch::lemma && tokens.size() > 1) {  // "15/2024": its parts side by side
      to.kind = NodeKind::phrase;
      for (const Token& token : tokens) {
        to.children.push_back(leaf(
            from, std::string_view(from.text).substr(token.begin, token.end - token.begin), boost, field));
      }
      return to;
    }
    return leaf(from, from.text, boost, field);
  }

  MatchNode leaf(const QueryNode& from, std::string_view surface, double boost, Field field) {
    QueryTerm resolved;
    LeafPattern pattern;
    switch (from.match) {
      case WordMatch::lemma:
        resolved = resolve_word(surface, keys_, lists_.stop, lists_.question, vocabulary_, resolve_);
        if (!resolved.repaired.empty() && folded(resolved.repaired) != folded(surface)) {
          note(message("Szukano: {} (wpisano: {})", "Searched for: {} (typed: {})", resolved.repaired,
                       surface));
        }
        if (resolved.role == WordRole::content && !resolved.has_digit)
          pattern.stems = keys_of_one_stem(resolved.keys, vocabulary_);
        break;
      case WordMatch::exact: {
        ResolveSettings as_written = resolve_;
        as_written.repair = false;
        resolved = resolve_word(surface, keys_, lists_.stop, lists_.question, vocabulary_, as_written);
        resolved.relatives.clear();
        resolved.role = WordRole::content;
        add_keys_of_other_cases(surface, resolved);
        pattern.exact = true;
        break;
      }
      case WordMatch::prefix:
      case WordMatch::suffix:
        resolved = wildcard(from, surface, field, pattern);
        break;
      case WordMatch::fuzzy:
        resolved = fuzzy(from, surface);
        break;
    }
    pattern.keys = resolved.keys;
    pattern.relatives = resolved.relatives;
    pattern.form = resolved.form;
    for (const std::string& key : pattern.exact_keys) resolved.keys.push_back(key);  // to be shown
    return add_leaf(std::move(resolved), std::move(pattern), boost, field);
  }

  // The lexicon tells "Warta" from "warta"; a form that is asked for as it stands is found in either case.
  void add_keys_of_other_cases(std::string_view surface, QueryTerm& resolved) const {
    std::vector<Key> keys;
    for (const std::string& other : {lower_cased(surface), title_cased(surface), upper_cased(surface)}) {
      keys_.keys_of(other, keys);
      for (const Key& key : keys) {
        if (std::find(resolved.keys.begin(), resolved.keys.end(), key.text) == resolved.keys.end())
          resolved.keys.push_back(key.text);
      }
    }
    count(resolved);
  }

  // A token fits by its form as written or by its lemma. The index knows lemmas alone: those that fit need no
  // look at the text, those of forms that fit do.
  QueryTerm wildcard(const QueryNode& from, std::string_view surface, Field field, LeafPattern& pattern) {
    const bool prefix = from.match == WordMatch::prefix;
    const std::string part = folded(surface);
    QueryTerm resolved;
    resolved.typed = prefix ? fmt::format("{}*", surface) : fmt::format("*{}", surface);
    bool more = false;
    const std::size_t most = 10 * std::size_t{settings_.wildcard_keys};
    std::vector<WildcardKey> by_lemma, by_form;
    const std::vector<std::string> places =
        field == Field::place ? vocabulary_.place_keys() : std::vector<std::string>();
    const auto passages_with = [&](const std::string& key) -> std::uint32_t {
      if (field != Field::place) return vocabulary_.passages_with(key);
      return std::binary_search(places.begin(), places.end(), key);
    };
    const auto fits = [&](const std::string& key) {
      return prefix ? key.starts_with(part) : key.ends_with(part);
    };
    if (field == Field::place) {
      for (const std::string& key : places) {
        if (fits(folded(key))) by_lemma.push_back({1, 1, key});
      }
    } else {
      for (std::string& key : prefix ? vocabulary_.keys_with_prefix(part, most, more)
                                     : vocabulary_.keys_with_suffix(part, most, more)) {
        const std::uint32_t passages = vocabulary_.passages_with(key);
        by_lemma.push_back({passages, passages, std::move(key)});
      }
    }
    std::vector<LemmaOfForms> lemmas = keys_.lexicon().lemmas_of_forms(
        part, prefix ? FormEnd::beginning : FormEnd::ending, settings_.wildcard_lemmas, more);
    if (prefix) {
      for (std::string& key : unknown_keys_like(part, most)) lemmas.push_back({std::move(key), 0});
    }
    for (LemmaOfForms& found : lemmas) {
      if (fits(found.lemma)) continue;
      // The lemma may be frequent in other forms.
      if (const std::uint32_t passages = passages_with(found.lemma))
        by_form.push_back({std::min(passages, found.frequency), passages, std::move(found.lemma)});
    }
    keep_most_frequent(by_lemma, more);
    keep_most_frequent(by_form, more);
    for (const WildcardKey& found : by_lemma) resolved.keys.push_back(found.key);
    for (const WildcardKey& found : by_form) add_key(found.key, pattern.exact_keys);
    if (!by_form.empty()) (prefix ? pattern.form_beginnings : pattern.form_endings).push_back(part);
    if (more) {
      note(message("{} pasuje do zbyt wielu słów: szukano {} najczęstszych",
                   "{} matches too many words: searched for the {} most frequent", resolved.typed,
                   by_lemma.size() + by_form.size()));
    }
    for (const auto* found : {&by_lemma, &by_form}) {
      for (const WildcardKey& key : *found) resolved.passages += key.passages;
    }
    return resolved;
  }

  struct WildcardKey {
    std::uint32_t weight = 0;    // passages, or fewer
    std::uint32_t passages = 0;  // that hold the key
    std::string key;
  };

  void keep_most_frequent(std::vector<WildcardKey>& keys, bool& more) const {
    std::sort(keys.begin(), keys.end(), [](const WildcardKey& a, const WildcardKey& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.key < b.key;
    });
    std::uint64_t passages = 0;
    std::size_t kept = 0;
    for (; kept < keys.size() && kept < std::size_t{10} * settings_.wildcard_keys; ++kept) {
      passages += keys[kept].passages;
      if (kept >= settings_.wildcard_keys && passages > settings_.wildcard_passages) break;
    }
    more = more || kept < keys.size();
    keys.resize(kept);
  }

  // What no dictionary has the indexer reads by likeness: "bublewskich" as "bublewski". So of the keys that
  // begin like `part` but for an ending those are taken that the lexicon does not know.
  std::vector<std::string> unknown_keys_like(std::string_view part, std::size_t most) const {
    constexpr std::size_t kLeastLetters = 4, kEnding = 4;
    std::vector<std::size_t> letters;  // where each begins
    for (std::size_t i = 0; i < part.size(); ++i) {
      if ((part[i] & 0xc0) != 0x80) letters.push_back(i);
    }
    std::vector<std::string> found;
    if (letters.size() <= kLeastLetters) return found;
    const std::size_t kept = std::max(kLeastLetters, letters.size() - std::min(letters.size(), kEnding));
    bool unused = false;
    std::vector<Reading> readings;
    for (std::string& key : vocabulary_.keys_with_prefix(part.substr(0, letters[kept]), most, unused)) {
      readings.clear();
      if (!keys_.lexicon().lookup(key, readings)) found.push_back(std::move(key));
    }
    return found;
  }

  static void add_key(const std::string& key, std::vector<std::string>& to) {
    if (std::find(to.begin(), to.end(), key) == to.end()) to.push_back(key);
  }

  QueryTerm fuzzy(const QueryNode& from, std::string_view surface) {
    QueryTerm resolved;
    resolved.typed = fmt::format("{}~", surface);
    std::vector<Key> keys;
    keys_.query_keys_of(surface, keys);
    for (const Key& key : keys) resolved.keys.push_back(key.text);
    const auto add = [&](const std::string& key) {
      if (resolved.keys.size() < settings_.wildcard_keys && vocabulary_.passages_with(key) > 0 &&
          std::find(resolved.keys.begin(), resolved.keys.end(), key) == resolved.keys.end()) {
        resolved.keys.push_back(key);
      }
    };
    std::vector<SimilarForm> forms;
    keys_.lexicon().find_within(folded(surface), from.number, settings_.wildcard_keys, forms);
    for (const SimilarForm& form : forms) {
      keys_.keys_of(form.form, keys);
      for (const Key& key : keys) add(key.text);
    }
    for (const SimilarKey& similar :
         vocabulary_.similar_keys(resolved.keys.front(), from.number, settings_.wildcard_keys)) {
      add(similar.key);
    }
    count(resolved);
    return resolved;
  }

  void count(QueryTerm& resolved) const {
    resolved.passages = 0;
    for (const std::string& key : resolved.keys) resolved.passages += vocabulary_.passages_with(key);
  }

  // An aspect of a topic is one leaf: its words are keys of it, its phrases runs of keys.
  MatchNode aspect(const QueryNode& from, double boost) {
    QueryTerm resolved;
    LeafPattern pattern;
    resolved.typed = from.text;
    ResolveSettings as_written;
    as_written.repair = false;
    as_written.max_relatives = 0;
    const auto keys_of = [&](std::string_view surface) {
      return resolve_word(surface, keys_, lists_.stop, lists_.question, vocabulary_, as_written).keys;
    };
    const auto keys_of_word = [&](const QueryNode& word, LeafPattern& to) {
      switch (word.match) {
        case WordMatch::prefix:
        case WordMatch::suffix:
          return wildcard(word, word.text, Field::body, to).keys;
        case WordMatch::fuzzy:
          return fuzzy(word, word.text).keys;
        default:
          return keys_of(word.text);
      }
    };
    const auto add_keys = [](const std::vector<std::string>& more, std::vector<std::string>& to) {
      for (const std::string& key : more) {
        if (std::find(to.begin(), to.end(), key) == to.end()) to.push_back(key);
      }
    };
    for (const QueryNode& child : from.children) {
      if (child.kind == NodeKind::phrase) {
        KeyRun& run = pattern.phrases.emplace_back();
        run.gap = static_cast<std::uint32_t>(child.number);
        for (const QueryNode& part : child.children) {
          LeafPattern by_form;  // runs are of keys: of a wildcard the lemmas that fit
          run.places.push_back(keys_of_word(part, by_form));
        }
      } else if (child.match == WordMatch::exact) {
        QueryTerm written;
        add_keys_of_other_cases(child.text, written);
        add_keys(written.keys, pattern.exact_keys);
        pattern.exact_forms.push_back(folded(child.text));
      } else if (child.match == WordMatch::lemma) {
        std::vector<Token> tokens;
        tokenize(child.text, tokens);
        if (tokens.size() == 1) {
          add_keys(keys_of(child.text), resolved.keys);
          continue;
        }
        KeyRun& run = pattern.phrases.emplace_back();
        for (const Token& token : tokens) {
          run.places.push_back(
              keys_of(std::string_view(child.text).substr(token.begin, token.end - token.begin)));
        }
      } else {
        add_keys(keys_of_word(child, pattern), resolved.keys);
      }
    }
    pattern.keys = resolved.keys;
    count(resolved);
    for (const std::string& key : pattern.exact_keys) resolved.passages += vocabulary_.passages_with(key);
    for (const KeyRun& phrase : pattern.phrases) {
      std::uint32_t rarest = UINT32_MAX;
      for (const auto& alternatives : phrase.places) {
        std::uint32_t passages = 0;
        for (const std::string& key : alternatives) passages += vocabulary_.passages_with(key);
        rarest = std::min(rarest, passages);
      }
      resolved.passages += rarest;
    }
    MatchNode to = add_leaf(std::move(resolved), std::move(pattern), boost, Field::body);
    to.kind = NodeKind::aspect;
    return to;
  }

  MatchNode add_leaf(QueryTerm resolved, LeafPattern pattern, double boost, Field field) {
    MatchNode to;
    to.kind = NodeKind::word;
    // "Kto …", "W którym roku …"; further on the same words join clauses.
    if (resolved.role == WordRole::question && out_.patterns.size() < 2) out_.manner = QueryManner::question;
    const double importance = boost * weight_of(resolved) * (field == Field::place ? 0 : 1);
    if (importance * settings_.ranking.relative <= kRelativeFloor) pattern.relatives.clear();
    for (std::size_t i = 0; i < out_.patterns.size(); ++i) {
      // A word said twice counts once; the heavier boost holds.
      if (out_.patterns[i].keys == pattern.keys && out_.patterns[i].exact == pattern.exact &&
          out_.patterns[i].phrases == pattern.phrases &&
          out_.patterns[i].exact_forms == pattern.exact_forms &&
          out_.patterns[i].form_beginnings == pattern.form_beginnings &&
          out_.patterns[i].form_endings == pattern.form_endings && out_.patterns[i].form == pattern.form) {
        out_.words[i].importance = std::max(out_.words[i].importance, importance);
        to.leaf = LeafMask{1} << i;
        return to;
      }
    }
    if (out_.patterns.size() == kMaxLeaves) {
      throw Error(
          ErrorKind::limit,
          message("zapytanie ma więcej niż {} różnych słów (z tematami); skróć je.",
                  "the query has more than {} different words (with topics); shorten it.", kMaxLeaves));
    }
    to.leaf = LeafMask{1} << out_.patterns.size();
    out_.words.push_back(
        {inverse_passage_frequency(vocabulary_.passages(),
                                   std::min<double>(resolved.passages, vocabulary_.passages())),
         importance, resolved.role == WordRole::content});
    out_.terms.push_back(std::move(resolved));
    out_.patterns.push_back(std::move(pattern));
    return to;
  }

  double weight_of(const QueryTerm& resolved) const {
    const RankingSettings& ranking = settings_.ranking;
    if (resolved.role == WordRole::stop) return ranking.stop;
    if (resolved.role == WordRole::question) return ranking.question;
    if (resolved.has_digit) return ranking.number;
    double weight = resolved.known ? 1 : ranking.unknown;
    // The first word's capital is grammar.
    if (resolved.capitalised && !out_.patterns.empty()) {
      weight *= ranking.capitalised;
    } else if (resolved.verb && out_.manner == QueryManner::question) {
      weight *= ranking.asked_verb;
    }
    return weight;
  }

  void note(std::string text) {
    if (std::find(out_.notes.begin(), out_.notes.end(), text) == out_.notes.end())
      out_.notes.push_back(std::move(text));
  }

  // Among other words stop words only help to rank. By themselves they are about their order ("być albo nie
  // być").
  void settle_stop_words(MatchNode& node) const {
    for (MatchNode& child : node.children) settle_stop_words(child);
    if (node.kind != NodeKind::words) return;
    const auto is_stop = [&](const MatchNode& child) {
      return child.kind == NodeKind::word && !out_.words[index_of(child.leaf)].content;
    };
    if (std::all_of(node.children.begin(), node.children.end(), is_stop)) {
      node.kind = NodeKind::phrase;
      node.number = 0;
      return;
    }
    const bool others = std::any_of(node.children.begin(), node.children.end(), [&](const MatchNode& child) {
      return child.kind != NodeKind::negation && !is_stop(child);
    });
    for (MatchNode& child : node.children) child.only_ranks = others && is_stop(child);
  }

  static std::size_t index_of(LeafMask leaf) { return static_cast<std::size_t>(__builtin_ctzll(leaf)); }

  // --- what the index is asked for ---

  CandidateQuery leaf_query(std::size_t leaf, const std::string& prefixes, Relatives relatives) const {
    const LeafPattern& pattern = out_.patterns[leaf];
    // The index has no impacts for fields.
    const double weight =
        prefixes.front() == kLemmaPrefix ? out_.words[leaf].importance * out_.words[leaf].idf : 0;
    const auto terms = [&](const std::vector<std::string>& keys) {
      std::vector<std::string> found;
      for (const std::string& key : keys) {
        for (char prefix : prefixes) found.push_back(term(prefix, key));
      }
      return found;
    };
    std::vector<std::string> written = terms(pattern.keys);
    for (std::string& text : terms(pattern.exact_keys)) written.push_back(std::move(text));
    std::vector<CandidateQuery> alternatives;
    if (!written.empty()) alternatives.push_back(CandidateQuery::of(std::move(written), weight));
    for (const KeyRun& phrase : pattern.phrases) {
      std::vector<CandidateQuery> places;
      for (const auto& keys : phrase.places) {
        std::vector<std::string> choice;
        for (const std::string& key : keys) choice.push_back(term(kLemmaPrefix, key));
        places.push_back(CandidateQuery::of(std::move(choice), weight));
      }
      alternatives.push_back(CandidateQuery::all(std::move(places)));
    }
    if (alternatives.empty()) return {};
    if (relatives == Relatives::too && !pattern.relatives.empty()) {
      alternatives.push_back(
          CandidateQuery::of(terms(pattern.relatives), weight * settings_.ranking.relative));
    }
    return CandidateQuery::any(std::move(alternatives));
  }

  // Without relatives: what an operator asks for must be there itself.
  Part strict_leaf(std::size_t leaf, const std::string& prefixes) const {
    const LeafPattern& pattern = out_.patterns[leaf];
    return {leaf_query(leaf, prefixes, Relatives::no),
            !pattern.exact && pattern.phrases.empty() && pattern.exact_keys.empty()};
  }

  Part candidates(const MatchNode& node, const std::string& prefixes) {
    switch (node.kind) {
      case NodeKind::word:
      case NodeKind::aspect:
        return strict_leaf(index_of(node.leaf), prefixes);
      case NodeKind::date_range:
        return {date_query(node.dates, vocabulary_.years()), true};
      case NodeKind::file: {
        bool more = false;
        std::vector<std::string> reports = vocabulary_.terms_of_reports(node.text, kMostReportsOfFile, more);
        if (more) return {CandidateQuery::everything(), false};
        return {CandidateQuery::of(std::move(reports), 0), false};
      }
      case NodeKind::topic: {
        Part part = any_of(node, prefixes);
        part.exact = false;  // a phrase of an aspect may not stand in the text
        return part;
      }
      case NodeKind::any_of:
        return any_of(node, prefixes);
      case NodeKind::all_of:
      case NodeKind::same_passage:
        return conjunction(node, prefixes);
      case NodeKind::phrase:
      case NodeKind::near:
      case NodeKind::same_sentence: {
        Part part = conjunction(node, prefixes);
        part.exact = false;
        return part;
      }
      case NodeKind::title:
        return candidates(node.children.front(), std::string{kTitlePrefix, kHeadingPrefix});
      case NodeKind::place:
        return candidates(node.children.front(), std::string{kPlacePrefix});
      case NodeKind::must:
        return candidates(node.children.front(), prefixes);
      case NodeKind::negation: {
        Part child = candidates(node.children.front(), prefixes);
        if (!child.exact) return {CandidateQuery::everything(), false};
        return {CandidateQuery::except(CandidateQuery::everything(), std::move(child.query)), true};
      }
      case NodeKind::words:
        return words(node, prefixes);
    }
    return {};
  }

  Part any_of(const MatchNode& node, const std::string& prefixes) {
    std::vector<CandidateQuery> parts;
    bool exact = true;
    for (const MatchNode& child : node.children) parts.push_back(taken(candidates(child, prefixes), exact));
    return {CandidateQuery::any(std::move(parts)), exact};
  }

  // AND, with negated children taken off instead of intersected with everything else.
  Part conjunction(const MatchNode& node, const std::string& prefixes) {
    std::vector<CandidateQuery> wanted, unwanted;
    bool exact = true;
    for (const MatchNode& child : node.children) {
      if (child.kind == NodeKind::negation) {
        take_off(child, prefixes, unwanted, exact);
      } else {
        wanted.push_back(taken(candidates(child, prefixes), exact));
      }
    }
    return {without(wanted.empty() ? CandidateQuery::everything() : CandidateQuery::all(std::move(wanted)),
                    std::move(unwanted)),
            exact};
  }

  // Words side by side: any of them, ranked by all.
  Part words(const MatchNode& node, const std::string& prefixes) {
    std::vector<CandidateQuery> wanted, must, unwanted;
    bool exact = true;
    for (const MatchNode& child : node.children) {
      if (child.only_ranks) {
        continue;
      } else if (child.kind == NodeKind::negation) {
        take_off(child, prefixes, unwanted, exact);
      } else if (child.kind == NodeKind::must) {
        must.push_back(taken(candidates(child, prefixes), exact));
      } else if (child.kind == NodeKind::word) {
        const std::size_t leaf = index_of(child.leaf);
        exact = exact && !out_.patterns[leaf].exact;
        wanted.push_back(leaf_query(leaf, prefixes, Relatives::too));
      } else {
        wanted.push_back(taken(candidates(child, prefixes), exact));
      }
    }
    const bool any_wanted = !wanted.empty();
    CandidateQuery query = CandidateQuery::any(std::move(wanted));
    if (!must.empty()) {
      CandidateQuery required = CandidateQuery::all(std::move(must));
      query = any_wanted ? CandidateQuery::preferring(std::move(required), std::move(query)) : required;
    } else if (!any_wanted) {
      query = CandidateQuery::everything();
    }
    return {without(std::move(query), std::move(unwanted)), exact};
  }

  static CandidateQuery taken(Part part, bool& exact) {
    exact = exact && part.exact;
    return std::move(part.query);
  }

  void take_off(const MatchNode& negation, const std::string& prefixes, std::vector<CandidateQuery>& unwanted,
                bool& exact) {
    Part part = candidates(negation.children.front(), prefixes);
    exact = exact && part.exact;
    if (part.exact) unwanted.push_back(std::move(part.query));
  }

  static CandidateQuery without(CandidateQuery query, std::vector<CandidateQuery> unwanted) {
    if (unwanted.empty()) return query;
    return CandidateQuery::except(std::move(query), CandidateQuery::any(std::move(unwanted)));
  }

  std::string_view text_;
  const KeyMaker& keys_;
  const WordLists& lists_;
  const IndexVocabulary& vocabulary_;
  const CompileSettings& settings_;
  ResolveSettings resolve_;
  CompiledQuery out_;
};

// --- deciding on the text ---

// Which text a node is looked for in.
using Text = const MatchedText PassageTexts::*;

constexpr Text kBodyTexts[] = {&PassageTexts::body, &PassageTexts::title, &PassageTexts::heading};
constexpr Text kTitleTexts[] = {&PassageTexts::title, &PassageTexts::heading};
constexpr Text kPlaceTexts[] = {&PassageTexts::place};

// The sentence a token of the body is in; other texts are one sentence.
std::uint32_t sentence_of(const PassageTexts& texts, Text text, std::size_t token) {
  if (text != &PassageTexts::body) return 0;
  const auto& starts = texts.sentences;
  return static_cast<std::uint32_t>(
      std::upper_bound(starts.begin(), starts.end(), texts.body.tokens[token].begin) - starts.begin());
}

std::vector<TokenSpan> spans_of(const MatchNode& node, const PassageTexts& texts, Text text);

void sort_spans(std::vector<TokenSpan>& spans) {
  std::sort(spans.begin(), spans.end(), [](const TokenSpan& a, const TokenSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
}

// Where the children follow one another with at most `slop` tokens between them, all in all: every pair of a
// begin and an end. For each begin the ends are found child by child with the smallest gap to each, not way
// by way: a phrase that repeats a word over a text that repeats it has more ways than could be tried.
std::vector<TokenSpan> phrase_spans(const std::vector<std::vector<TokenSpan>>& children, std::uint32_t slop) {
  struct Reached {
    std::uint32_t end, gap;
  };
  std::vector<TokenSpan> spans;
  std::vector<Reached> reached, further;
  for (const TokenSpan& first : children.front()) {
    reached.assign(1, {first.end, 0});
    for (std::size_t i = 1; i < children.size() && !reached.empty(); ++i) {
      further.clear();
      auto next = std::lower_bound(children[i].begin(), children[i].end(), reached.front().end,
                                   [](const TokenSpan& span, std::uint32_t at) { return span.begin < at; });
      std::size_t before = 0;  // ends in `reached` up to the next span's begin
      std::int64_t least = std::numeric_limits<std::int64_t>::max();  // of their gap - end
      for (; next != children[i].end() && next->begin <= reached.back().end + slop; ++next) {
        for (; before < reached.size() && reached[before].end <= next->begin; ++before) {
          least = std::min(least, std::int64_t{reached[before].gap} - reached[before].end);
        }
        const std::int64_t gap = next->begin + least;
        if (gap <= slop) further.push_back({next->end, static_cast<std::uint32_t>(gap)});
      }
      std::sort(further.begin(), further.end(),
                [](Reached a, Reached b) { return a.end != b.end ? a.end < b.end : a.gap < b.gap; });
      further.erase(
          std::unique(further.begin(), further.end(), [](Reached a, Reached b) { return a.end == b.end; }),
          further.end());
      reached.swap(further);
    }
    for (const Reached& last : reached) spans.push_back({first.begin, last.end});
  }
  return spans;
}

// Windows that hold one span of every child, no two of them sharing a token, and at most `gap` tokens beside
// those. Greedy: every child in turn takes its first span in the window that is free.
std::vector<TokenSpan> near_spans(const std::vector<std::vector<TokenSpan>>& children, std::uint32_t gap) {
  std::vector<TokenSpan> found, taken;
  for (std::size_t first = 0; first < children.size(); ++first) {
    for (const TokenSpan& anchor : children[first]) {  // the window begins here
      taken.assign(1, anchor);
      std::uint32_t limit = anchor.end + gap;
      bool all = true;
      for (std::size_t i = 0; i < children.size() && all; ++i) {
        if (i == first) continue;
        all = false;
        auto next = std::lower_bound(children[i].begin(), children[i].end(), anchor.begin,
                                     [](const TokenSpan& span, std::uint32_t at) { return span.begin < at; });
        for (; next != children[i].end(); ++next) {
          const bool free = std::none_of(taken.begin(), taken.end(), [&](const TokenSpan& other) {
            return next->begin < other.end && other.begin < next->end;
          });
          if (!free) continue;
          taken.push_back(*next);
          limit += next->end - next->begin;
          all = true;
          break;
        }
      }
      const auto last = std::max_element(
          taken.begin(), taken.end(), [](const TokenSpan& a, const TokenSpan& b) { return a.end < b.end; });
      if (all && last->end <= limit) found.insert(found.end(), taken.begin(), taken.end());
    }
  }
  return found;
}

std::vector<TokenSpan> sentence_spans(const std::vector<std::vector<TokenSpan>>& children,
                                      const PassageTexts& texts, Text text) {
  std::vector<TokenSpan> found;
  for (const TokenSpan& anchor : children.front()) {
    const std::uint32_t sentence = sentence_of(texts, text, anchor.begin);
    std::vector<TokenSpan> taken;
    bool all = true;
    for (const auto& spans : children) {
      const std::size_t before = taken.size();
      for (const TokenSpan& span : spans) {
        if (sentence_of(texts, text, span.begin) == sentence &&
            sentence_of(texts, text, span.end - 1) == sentence)
          taken.push_back(span);
      }
      all = all && taken.size() > before;
    }
    if (all) found.insert(found.end(), taken.begin(), taken.end());
  }
  return found;
}

// Where the node shows in one text.
std::vector<TokenSpan> spans_of(const MatchNode& node, const PassageTexts& texts, Text text) {
  const MatchedText& matched = texts.*text;
  std::vector<TokenSpan> spans;
  switch (node.kind) {
    case NodeKind::word:
    case NodeKind::aspect:
      if (matched.seen & node.leaf) {
        for (const TokenMatch& match : matched.matches) {
          if (match.leaves & node.leaf) spans.push_back({match.token, match.token + 1});
        }
      }
      return spans;
    case NodeKind::phrase:
    case NodeKind::near:
    case NodeKind::same_sentence: {
      std::vector<std::vector<TokenSpan>> children;
      for (const MatchNode& child : node.children) {
        children.push_back(spans_of(child, texts, text));
        if (children.back().empty()) return {};
      }
      if (node.kind == NodeKind::phrase) {
        spans = phrase_spans(children, static_cast<std::uint32_t>(node.number));
      } else if (node.kind == NodeKind::near) {
        spans = near_spans(children, static_cast<std::uint32_t>((node.children.size() - 1) *
                                                                static_cast<std::size_t>(node.number - 1)));
      } else {
        spans = sentence_spans(children, texts, text);
      }
      sort_spans(spans);
      return spans;
    }
    case NodeKind::negation:
    case NodeKind::date_range:
    case NodeKind::file:
    case NodeKind::title:
    case NodeKind::place:
      return {};
    default:
      for (const MatchNode& child : node.children) {
        const auto more = spans_of(child, texts, text);
        spans.insert(spans.end(), more.begin(), more.end());
      }
      sort_spans(spans);
      return spans;
  }
}

bool matches_in(const MatchNode& node, const PassageTexts& texts, std::span<const Text> where) {
  const auto child_matches = [&](const MatchNode& child) { return matches_in(child, texts, where); };
  switch (node.kind) {
    case NodeKind::word:
    case NodeKind::aspect:
      return std::any_of(where.begin(), where.end(),
                         [&](Text text) { return ((texts.*text).seen & node.leaf) != 0; });
    case NodeKind::phrase:
    case NodeKind::near:
    case NodeKind::same_sentence:
      return std::any_of(where.begin(), where.end(),
                         [&](Text text) { return !spans_of(node, texts, text).empty(); });
    case NodeKind::date_range:
      return texts.date != 0 && static_cast<int>(texts.date) >= node.dates.from &&
             static_cast<int>(texts.date) <= node.dates.to;
    case NodeKind::file:
      return texts.file.find(node.text) != std::string_view::npos;
    case NodeKind::any_of:
    case NodeKind::topic:
      return std::any_of(node.children.begin(), node.children.end(), child_matches);
    case NodeKind::all_of:
    case NodeKind::same_passage:
      return std::all_of(node.children.begin(), node.children.end(), child_matches);
    case NodeKind::negation:
      return !child_matches(node.children.front());
    case NodeKind::must:
      return child_matches(node.children.front());
    case NodeKind::title:
      return matches_in(node.children.front(), texts, kTitleTexts);
    case NodeKind::place:
      return matches_in(node.children.front(), texts, kPlaceTexts);
    case NodeKind::words: {
      bool any = false, all_required = true, has_wanted = false, has_must = false;
      for (const MatchNode& child : node.children) {
        if (child.kind == NodeKind::must || child.kind == NodeKind::negation) {
          has_must = has_must || child.kind == NodeKind::must;
          all_required = all_required && child_matches(child);
        } else if (!child.only_ranks) {
          has_wanted = true;
          any = any || child_matches(child);
          // A word among words may be stood for by its relatives.
          if (child.kind == NodeKind::word) {
            any = any || std::any_of(where.begin(), where.end(), [&](Text text) {
                    return ((texts.*text).seen_relatives & child.leaf) != 0;
                  });
          }
        }
      }
      return all_required && (any || !has_wanted || has_must);
    }
  }
  return false;
}

LeafMask leaves_below(const MatchNode& node) {
  LeafMask leaves = node.leaf;
  for (const MatchNode& child : node.children) leaves |= leaves_below(child);
  return leaves;
}

void collect(const MatchNode& node, const PassageTexts& texts, std::vector<TokenSpan>& spans) {
  switch (node.kind) {
    case NodeKind::words:
      for (const MatchNode& child : node.children) {
        collect(child, texts, spans);
        if (child.kind != NodeKind::word || !(texts.body.seen_relatives & child.leaf)) continue;
        for (const TokenMatch& match : texts.body.matches) {
          if (match.relatives & child.leaf) spans.push_back({match.token, match.token + 1});
        }
      }
      return;
    case NodeKind::any_of:
    case NodeKind::all_of:
    case NodeKind::same_passage:
    case NodeKind::must:
    case NodeKind::topic:
      for (const MatchNode& child : node.children) collect(child, texts, spans);
      return;
    default: {
      // Of a phrase with gaps, and of what holds one, the words and not the gaps.
      const LeafMask wanted = leaves_below(node);
      for (const TokenSpan& span : spans_of(node, texts, &PassageTexts::body)) {
        for (std::uint32_t i = span.begin, begin = i; i <= span.end; ++i) {
          if (i < span.end && (texts.body.leaves_of(i) & wanted)) continue;
          if (begin < i) spans.push_back({begin, i});
          begin = i + 1;
        }
      }
    }
  }
}

}  // namespace

// Dates as few terms as possible: whole years, then whole months, then days.
CandidateQuery date_query(const DateRange& dates, std::span<const std::uint32_t> years) {
  const std::uint32_t first = static_cast<std::uint32_t>(std::max(dates.from, 10000101));
  const std::uint32_t last = static_cast<std::uint32_t>(std::min(dates.to, 99991231));
  std::vector<std::string> terms;
  for (const std::uint32_t year : years) {
    if (year < first / 10000 || year > last / 10000) continue;
    if (first <= year * 10000 + 101 && year * 10000 + 1231 <= last) {
      terms.push_back(fmt::format("{}{:04}", kYearPrefix, year));
      continue;
    }
    for (std::uint32_t month = 1; month <= 12; ++month) {
      const std::uint32_t start = year * 10000 + month * 100 + 1,
                          end = year * 10000 + month * 100 + last_day_of_month(year, month);
      if (end < first || start > last) continue;
      if (first <= start && end <= last) {
        terms.push_back(fmt::format("{}{:06}", kMonthPrefix, year * 100 + month));
        continue;
      }
      for (std::uint32_t day = std::max(start, first); day <= std::min(end, last); ++day) {
        terms.push_back(fmt::format("{}{:08}", kDayPrefix, day));
      }
    }
  }
  return CandidateQuery::of(std::move(terms), 0);
}

CompiledQuery compile_query(const QueryNode& root, std::string_view text, const KeyMaker& keys,
                            const WordLists& lists, const IndexVocabulary& vocabulary,
                            const CompileSettings& settings) {
  return Compiler(text, keys, lists, vocabulary, settings).compile(root);
}

bool matches(const MatchNode& root, const PassageTexts& texts) { return matches_in(root, texts, kBodyTexts); }

std::vector<TokenSpan> highlighted_tokens(const MatchNode& root, const PassageTexts& texts) {
  std::vector<TokenSpan> spans;
  collect(root, texts, spans);
  sort_spans(spans);
  std::vector<TokenSpan> merged;
  for (const TokenSpan& span : spans) {
    if (!merged.empty() && span.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

bool is_monotone(const MatchNode& root) {
  // NEAR is greedy: one more span may take the place of another.
  return root.kind != NodeKind::negation && root.kind != NodeKind::near &&
         std::all_of(root.children.begin(), root.children.end(), is_monotone);
}

bool asks_for_sentences(const MatchNode& root) {
  return root.kind == NodeKind::same_sentence ||
         std::any_of(root.children.begin(), root.children.end(), asks_for_sentences);
}

}  // namespace kwerenda
