// A passage's impact for a key: BM25's term-frequency part with the document length already in it, as a small
// whole number.
//
// Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with the fields joined before
// saturation as in BM25F. The first ranking stage then is a sum of impact × idf
// (searcher/candidate_scan.h), which reads no document lengths. The pivot is a constant and not the
// collection's average: passages are cut to a like size, and an impact must not drift when reports come and
// go.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace kwerenda {

inline constexpr double kImpactK1 = 0.8;
inline constexpr double kImpactB = 0.6;
inline constexpr double kImpactPivotTokens = 80;
inline constexpr double kImpactTitleWeight =
    2.0;  // one occurrence in the title counts as so many in the text
inline constexpr double kImpactHeadingWeight = 1.0;
inline constexpr double kImpactScale = 40;  // impacts run to 72: one byte in a posting list

// `text`, `title`, `heading`: how often the key occurs in each; at least one is positive. `tokens`: of the
// passage's text.
inline std::uint32_t impact(double text, double title, double heading, double tokens) {
  const double frequency = text / (1 - kImpactB + kImpactB * tokens / kImpactPivotTokens) +
                           kImpactTitleWeight * title + kImpactHeadingWeight * heading;
  const double saturated = frequency * (kImpactK1 + 1) / (frequency + kImpactK1);
  return static_cast<std::uint32_t>(std::max(1L, std::lround(kImpactScale * saturated)));
}

}  // namespace kwerenda
