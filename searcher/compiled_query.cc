#include "searcher/compiled_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"
#include "searcher/index_query.h"
#include "searcher/place_vocabulary.h"
#include "searcher/word_expansion.h"

namespace kwerenda {
namespace {

constexpr double kRelativeFloor =
    0.05;  // a relative's part of a word's weight below which it is not worth a posting list

constexpr std::size_t kMostNear = 64;  // that brackets beside one NEAR may come to

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
    // A word by itself is a list of one: its relatives count as they do beside others.
    if (root.kind == NodeKind::word && root.match == WordMatch::lemma && out_.root.kind == NodeKind::word &&
        out_.words.front().content) {
      MatchNode list;
      list.children.push_back(std::move(out_.root));
      out_.root = std::move(list);
    }
    settle_stop_words(out_.root);
    IndexQuery query = index_query_of(out_, vocabulary_, settings_.ranking);
    out_.candidates = std::move(query.candidates);
    out_.needs_verification = !query.exact;
    return std::move(out_);
  }

 private:
  enum class Field { body, title, place };

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
    if (to.kind != NodeKind::same_sentence && to.kind != NodeKind::near) return to;
    std::size_t left = kMostNear;
    return spread(std::move(to), left);
  }

  // NodeKind::all_of beneath /z and NEAR would find its words anywhere in the passage.
  static bool is_conjunction(const MatchNode& node) {
    return node.kind == NodeKind::all_of || node.kind == NodeKind::same_passage;
  }
  static bool holds_conjunction(const MatchNode& node) {
    return is_conjunction(node) || std::any_of(node.children.begin(), node.children.end(), holds_conjunction);
  }

  // "a /z (b AND c)": all three in one sentence. "a NEAR (b AND c)": a near b, and a near c.
  // "a /z (b AND c OR d)": the first, or a and d in one sentence. `left`: of kMostNear.
  static MatchNode spread(MatchNode to, std::size_t& left) {
    const auto found = std::find_if(to.children.begin(), to.children.end(), holds_conjunction);
    if (found == to.children.end()) {
      if (left == 0) {
        throw Error(ErrorKind::limit, message("AND w nawiasach obok NEAR lub /z daje więcej niż {} połączeń; "
                                              "rozpisz zapytanie na prostsze.",
                                              "AND in brackets beside NEAR or /z makes more than {} "
                                              "combinations; write the query as simpler ones.",
                                              kMostNear));
      }
      --left;
      return to;
    }
    const auto place = found - to.children.begin();
    const bool all = is_conjunction(*found);
    std::vector<MatchNode> parts = std::exchange(found->children, {});
    if (all && to.kind == NodeKind::same_sentence) {
      to.children.erase(found);
      to.children.insert(to.children.begin() + place, std::move_iterator(parts.begin()),
                         std::move_iterator(parts.end()));
      return spread(std::move(to), left);
    }
    MatchNode joined;
    joined.kind = all ? NodeKind::all_of : NodeKind::any_of;
    for (MatchNode& part : parts) {
      MatchNode one = to;
      one.children[static_cast<std::size_t>(place)] = std::move(part);
      joined.children.push_back(spread(std::move(one), left));
    }
    return joined;
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
    const auto resolve = [&](const ResolveSettings& settings) {
      return field == Field::place
                 ? resolve_place(surface, keys_, lists_.stop, lists_.question, places(), settings)
                 : resolve_word(surface, keys_, lists_.stop, lists_.question, vocabulary_, settings);
    };
    switch (from.match) {
      case WordMatch::lemma:
        resolved = resolve(resolve_);
        if (std::string repaired = repair_note(resolved); !repaired.empty()) note(std::move(repaired));
        if (resolved.role == WordRole::content && !resolved.has_digit)
          pattern.stems = keys_of_one_stem(resolved.keys, vocabulary_);
        break;
      case WordMatch::exact: {
        ResolveSettings as_written = resolve_;
        as_written.repair = false;
        resolved = resolve(as_written);
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

  const PlaceVocabulary& places() {
    if (!places_) places_.emplace(vocabulary_.place_keys());
    return *places_;
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

  QueryTerm wildcard(const QueryNode& from, std::string_view surface, Field field, LeafPattern& pattern) {
    const bool prefix = from.match == WordMatch::prefix;
    const std::string part = folded(surface);
    ExpandedWord found = expand_wildcard(part, prefix ? FormEnd::beginning : FormEnd::ending,
                                         field == Field::place ? WildcardOver::places : WildcardOver::texts,
                                         keys_.lexicon(), vocabulary_, settings_.expansion);
    QueryTerm resolved;
    resolved.typed = prefix ? fmt::format("{}*", surface) : fmt::format("*{}", surface);
    resolved.keys = std::move(found.keys);
    resolved.passages = found.passages;
    if (!found.keys_by_form.empty())
      (prefix ? pattern.form_beginnings : pattern.form_endings).push_back(part);
    if (found.more) {
      note(message("{} pasuje do zbyt wielu słów: szukano {} najczęstszych",
                   "{} matches too many words: searched for the {} most frequent", resolved.typed,
                   resolved.keys.size() + found.keys_by_form.size()));
    }
    add_keys(found.keys_by_form, pattern.exact_keys);
    return resolved;
  }

  static void add_keys(const std::vector<std::string>& more, std::vector<std::string>& to) {
    for (const std::string& key : more) {
      if (std::find(to.begin(), to.end(), key) == to.end()) to.push_back(key);
    }
  }

  QueryTerm fuzzy(const QueryNode& from, std::string_view surface) {
    QueryTerm resolved;
    resolved.typed = fmt::format("{}~", surface);
    resolved.keys = keys_within(surface, from.number, keys_, vocabulary_, settings_.expansion);
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
      return child.kind == NodeKind::word && !out_.words[leaf_number(child.leaf)].content;
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

  std::string_view text_;
  const KeyMaker& keys_;
  const WordLists& lists_;
  const IndexVocabulary& vocabulary_;
  const CompileSettings& settings_;
  ResolveSettings resolve_;
  std::optional<PlaceVocabulary> places_;  // made when a place is asked for
  CompiledQuery out_;
};

}  // namespace

CompiledQuery compile_query(const QueryNode& root, std::string_view text, const KeyMaker& keys,
                            const WordLists& lists, const IndexVocabulary& vocabulary,
                            const CompileSettings& settings) {
  return Compiler(text, keys, lists, vocabulary, settings).compile(root);
}

}  // namespace kwerenda
