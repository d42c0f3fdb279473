// A passage of the result list as its readers get it.
#pragma once

#include <string>
#include <string_view>

#include "searcher/passage_judge.h"
#include "searcher/result_list.h"
#include "searcher/searcher.h"

namespace kwerenda {

// Reads the passage's text, with `judge`, and its report; neighbours and an explanation if the options ask
// for them. Throws Error{corrupt}.
Hit make_hit(const Candidate& candidate, const CompiledQuery& query, const SearchOptions& options,
             IndexReader& reader, PassageJudge& judge);

// The citation of a passage: "id#p12", the id made printable.
std::string citation_of(std::string_view report_id, std::uint32_t ordinal);

}  // namespace kwerenda
