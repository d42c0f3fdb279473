// The dead passages of an index (analysis/schema.h) as a query, to be taken off any other that Xapian's
// matcher answers: orders by date.
//
// The one part of a query that Xapian does not bring along: no term tells a dead passage from a living one,
// since the segment that holds it was finished before it died.
#pragma once

#include <xapian.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kwerenda {

// Document numbers within a segment, increasing, by the segment's UUID.
using DeadDocuments = std::map<std::string, std::vector<Xapian::docid>>;

// Matches the dead, without weight.
Xapian::Query dead_passages_query(std::shared_ptr<const DeadDocuments> dead);

}  // namespace kwerenda
