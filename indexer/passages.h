// A report's body to passages: the unit that is ranked, shown and cited as `file#p12`.
//
// Paragraphs stay whole where they can: a paragraph is what its author thought belongs together. Long ones
// are split at sentence boundaries into parts of about equal length, tiny ones join a neighbour, headings go
// with what follows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "indexer/report.h"

namespace kwerenda {

// All in bytes of UTF-8. What the index was built with stands in its manifest; a change needs a new index.
struct PassageSettings {
  // Up to here a paragraph stays one passage. 95 % of the paragraphs of Polish Wikipedia and nearly all of
  // press releases are below 2,200 bytes; splitting them would divide evidence that ranking should see
  // together.
  std::uint32_t max_bytes = 2500;
  // About the length of the parts of a longer one: a screenful, four to eight sentences.
  std::uint32_t target_bytes = 1200;
  // What is shorter joins a neighbour: a signature, a lead-in, a line of a dialogue.
  std::uint32_t min_bytes = 80;

  friend bool operator==(const PassageSettings&, const PassageSettings&) = default;
};

struct Passage {
  // Half-open range in bytes of Report::text, on code-point edges, no white space at its ends, never empty.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t ordinal = 0;  // from 1 within the report: the 12 of `file#p12`
  // The headings in force where the passage begins, outermost first, joined by " › ", without markup; those
  // whose bytes lie inside the passage are left out, so that nothing is said twice. UTF-8, often empty. The
  // report's title is not in it.
  std::string heading;

  friend bool operator==(const Passage&, const Passage&) = default;
};

// The passages of the body, in order. They do not overlap, and every byte of the body that is not white space
// is in exactly one. None is longer than 1.5 × max_bytes. Empty for a white body. A pure function, linear in
// the text; safe from several threads at once. REQUIRES: text is valid UTF-8 below 2 GiB, settings with
// min_bytes ≤ target_bytes ≤ max_bytes, and max_bytes ≥ 400.
std::vector<Passage> passages_of(const Report& report, const PassageSettings& settings);

}  // namespace kwerenda
