#include "searcher/index_query.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/schema.h"
#include "searcher/compiled_query.h"
#include "searcher/date_terms.h"

namespace kwerenda {
namespace {

// Files are found among all names of reports; of so many more than this a posting list each no longer pays.
constexpr std::size_t kMostReportsOfFile = 5000;

std::string term(char prefix, std::string_view key) {
  std::string text(1, prefix);
  text += key;
  return text;
}

// A node becomes what finds its matches, and whether it finds them alone.
class Translator {
 public:
  Translator(const CompiledQuery& query, const IndexVocabulary& vocabulary, double relative)
      : query_(query), vocabulary_(vocabulary), relative_(relative) {}

  IndexQuery root() const { return of(query_.root, std::string(1, kLemmaPrefix)); }

 private:
  enum class Relatives { no, too };

  CandidateQuery leaf_query(std::size_t leaf, const std::string& prefixes, Relatives relatives) const {
    const LeafPattern& pattern = query_.patterns[leaf];
    // The index has no impacts for fields.
    const double weight =
        prefixes.front() == kLemmaPrefix ? query_.words[leaf].importance * query_.words[leaf].idf : 0;
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
      alternatives.push_back(CandidateQuery::of(terms(pattern.relatives), weight * relative_));
    }
    return CandidateQuery::any(std::move(alternatives));
  }

  // Without relatives: what an operator asks for must be there itself.
  IndexQuery strict_leaf(std::size_t leaf, const std::string& prefixes) const {
    const LeafPattern& pattern = query_.patterns[leaf];
    return {leaf_query(leaf, prefixes, Relatives::no),
            !pattern.exact && pattern.phrases.empty() && pattern.exact_keys.empty()};
  }

  IndexQuery of(const MatchNode& node, const std::string& prefixes) const {
    switch (node.kind) {
      case NodeKind::word:
      case NodeKind::aspect:
        return strict_leaf(leaf_number(node.leaf), prefixes);
      case NodeKind::date_range:
        return {date_query(node.dates, vocabulary_.years()), true};
      case NodeKind::file: {
        bool more = false;
        std::vector<std::string> reports = vocabulary_.terms_of_reports(node.text, kMostReportsOfFile, more);
        if (more) return {CandidateQuery::everything(), false};
        return {CandidateQuery::of(std::move(reports), 0), false};
      }
      case NodeKind::topic: {
        IndexQuery part = any_of(node, prefixes);
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
        IndexQuery part = conjunction(node, prefixes);
        part.exact = false;
        return part;
      }
      case NodeKind::title:
        return of(node.children.front(), std::string{kTitlePrefix, kHeadingPrefix});
      case NodeKind::place:
        return of(node.children.front(), std::string{kPlacePrefix});
      case NodeKind::must:
        return of(node.children.front(), prefixes);
      case NodeKind::negation: {
        IndexQuery child = of(node.children.front(), prefixes);
        if (!child.exact) return {CandidateQuery::everything(), false};
        return {CandidateQuery::except(CandidateQuery::everything(), std::move(child.candidates)), true};
      }
      case NodeKind::words:
        return words(node, prefixes);
    }
    return {};
  }

  IndexQuery any_of(const MatchNode& node, const std::string& prefixes) const {
    std::vector<CandidateQuery> parts;
    bool exact = true;
    for (const MatchNode& child : node.children) parts.push_back(taken(of(child, prefixes), exact));
    return {CandidateQuery::any(std::move(parts)), exact};
  }

  // AND, with negated children taken off instead of intersected with everything else.
  IndexQuery conjunction(const MatchNode& node, const std::string& prefixes) const {
    std::vector<CandidateQuery> wanted, unwanted;
    bool exact = true;
    for (const MatchNode& child : node.children) {
      if (child.kind == NodeKind::negation) {
        take_off(child, prefixes, unwanted, exact);
      } else {
        wanted.push_back(taken(of(child, prefixes), exact));
      }
    }
    return {without(wanted.empty() ? CandidateQuery::everything() : CandidateQuery::all(std::move(wanted)),
                    std::move(unwanted)),
            exact};
  }

  // Words side by side: any of them, ranked by all.
  IndexQuery words(const MatchNode& node, const std::string& prefixes) const {
    std::vector<CandidateQuery> wanted, must, unwanted;
    bool exact = true;
    for (const MatchNode& child : node.children) {
      if (child.only_ranks) {
        continue;
      } else if (child.kind == NodeKind::negation) {
        take_off(child, prefixes, unwanted, exact);
      } else if (child.kind == NodeKind::must) {
        must.push_back(taken(of(child, prefixes), exact));
      } else if (child.kind == NodeKind::word) {
        const std::size_t leaf = leaf_number(child.leaf);
        exact = exact && strict_leaf(leaf, prefixes).exact;
        wanted.push_back(leaf_query(leaf, prefixes, Relatives::too));
      } else {
        wanted.push_back(taken(of(child, prefixes), exact));
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

  static CandidateQuery taken(IndexQuery part, bool& exact) {
    exact = exact && part.exact;
    return std::move(part.candidates);
  }

  void take_off(const MatchNode& negation, const std::string& prefixes, std::vector<CandidateQuery>& unwanted,
                bool& exact) const {
    IndexQuery part = of(negation.children.front(), prefixes);
    exact = exact && part.exact;
    if (part.exact) unwanted.push_back(std::move(part.candidates));
  }

  static CandidateQuery without(CandidateQuery query, std::vector<CandidateQuery> unwanted) {
    if (unwanted.empty()) return query;
    return CandidateQuery::except(std::move(query), CandidateQuery::any(std::move(unwanted)));
  }

  const CompiledQuery& query_;
  const IndexVocabulary& vocabulary_;
  double relative_;
};

}  // namespace

IndexQuery index_query_of(const CompiledQuery& query, const IndexVocabulary& vocabulary,
                          const RankingSettings& ranking) {
  return Translator(query, vocabulary, ranking.relative).root();
}

}  // namespace kwerenda
