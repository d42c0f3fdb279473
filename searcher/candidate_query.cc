#include "searcher/candidate_query.h"

#include <utility>

namespace kwerenda {
namespace {

CandidateQuery combined(CandidateQuery::Kind kind, std::vector<CandidateQuery> children) {
  if (children.empty()) return {};
  if (children.size() == 1) return std::move(children.front());
  return {kind, 0, {}, std::move(children)};
}

CandidateQuery pair_of(CandidateQuery::Kind kind, CandidateQuery first, CandidateQuery second) {
  CandidateQuery query;
  query.kind = kind;
  query.children.push_back(std::move(first));
  query.children.push_back(std::move(second));
  return query;
}

}  // namespace

CandidateQuery CandidateQuery::of(std::vector<std::string> terms, double weight) {
  if (terms.empty()) return {};
  return {Kind::terms, weight, std::move(terms), {}};
}

CandidateQuery CandidateQuery::any(std::vector<CandidateQuery> children) {
  return combined(Kind::any, std::move(children));
}

CandidateQuery CandidateQuery::all(std::vector<CandidateQuery> children) {
  return combined(Kind::all, std::move(children));
}

CandidateQuery CandidateQuery::except(CandidateQuery wanted, CandidateQuery unwanted) {
  return pair_of(Kind::except, std::move(wanted), std::move(unwanted));
}

CandidateQuery CandidateQuery::preferring(CandidateQuery wanted, CandidateQuery liked) {
  return pair_of(Kind::preferring, std::move(wanted), std::move(liked));
}

namespace {

// What is taken off adds nothing to a score. It is said without what would only score: of Xapian 1.4.22 an
// AND NOT whose right side has an AND MAYBE beneath an AND finds passages that it should not (2,106 for
// 1,374).
enum class Scores : std::uint8_t { used, unused };

Xapian::Query translated(const CandidateQuery& query, Scores scores) {
  using Kind = CandidateQuery::Kind;
  const auto joined = [&](Xapian::Query::op op) {
    std::vector<Xapian::Query> parts;
    for (const CandidateQuery& child : query.children) parts.push_back(translated(child, scores));
    return Xapian::Query(op, parts.begin(), parts.end());
  };
  switch (query.kind) {
    case Kind::nothing:
      return Xapian::Query::MatchNothing;
    case Kind::everything:
      return Xapian::Query(0.0, Xapian::Query::MatchAll);
    case Kind::terms: {
      // Without weight the operator does not matter, and this one is cheaper.
      const auto op = query.weight == 0 ? Xapian::Query::OP_OR : Xapian::Query::OP_SYNONYM;
      return Xapian::Query(query.weight, query.terms.size() == 1
                                             ? Xapian::Query(query.terms.front())
                                             : Xapian::Query(op, query.terms.begin(), query.terms.end()));
    }
    case Kind::any:
      return joined(Xapian::Query::OP_OR);
    case Kind::all:
      return joined(Xapian::Query::OP_AND);
    case Kind::except:
      return {Xapian::Query::OP_AND_NOT, translated(query.children.front(), scores),
              translated(query.children.back(), Scores::unused)};
    case Kind::preferring:
      if (scores == Scores::unused) return translated(query.children.front(), scores);
      return joined(Xapian::Query::OP_AND_MAYBE);
  }
  return {};
}

}  // namespace

Xapian::Query xapian_query(const CandidateQuery& query) { return translated(query, Scores::used); }

Xapian::TfIdfWeight impact_weighting() { return Xapian::TfIdfWeight("nnn"); }

}  // namespace kwerenda
