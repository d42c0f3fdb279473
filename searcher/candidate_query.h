// What the first ranking stage looks for: terms of the index, how they combine, and what they weigh.
//
// A passage's score is the sum, over the terms that it matches by, of their weight times its impact for them
// (analysis/impact.h). Two ways to answer it give the same: our own scan (candidate_scan.h), and Xapian's
// matcher, where an order by value, a match spy or a remote database is wanted.
#pragma once

#include <xapian.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kwerenda {

struct CandidateQuery {
  enum class Kind : std::uint8_t {
    nothing,
    everything,
    terms,       // any of `terms`; their impacts are added
    any,         // any of the children
    all,         // all of the children
    except,      // the first child without the second
    preferring,  // the first child; the second adds to the score
  };

  Kind kind = Kind::nothing;
  double weight = 0;  // of `terms`; 0 or above
  std::vector<std::string> terms;
  std::vector<CandidateQuery> children;

  static CandidateQuery everything() { return {Kind::everything, 0, {}, {}}; }
  // No terms match nothing.
  static CandidateQuery of(std::vector<std::string> terms, double weight);
  // No children match nothing, one is itself.
  static CandidateQuery any(std::vector<CandidateQuery> children);
  static CandidateQuery all(std::vector<CandidateQuery> children);
  static CandidateQuery except(CandidateQuery wanted, CandidateQuery unwanted);
  static CandidateQuery preferring(CandidateQuery wanted, CandidateQuery liked);
};

// The same for Xapian. Its scores are right under impact_weighting().
Xapian::Query xapian_query(const CandidateQuery& query);

// wdf times weight: our wdf are impacts.
Xapian::TfIdfWeight impact_weighting();

}  // namespace kwerenda
