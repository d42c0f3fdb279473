// How many single edits lie between two words.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

// Optimal string alignment (Damerau's insertions, deletions, substitutions and transpositions of neighbours,
// no substring edited twice) over code points. Stops early: any value above `limit` means "more than limit".
// UTF-8; invalid bytes count as one each. Boytsov, "Indexing methods for approximate dictionary searching"
// (2011), section 2.
int edit_distance(std::string_view a, std::string_view b, int limit);

// The one of `candidates` closest to `word`, if within 2 edits and a third of its length; failing that, the
// shortest that begins with `word`, and failing that the shortest with the letters of `word` in their order,
// the first in front ("rm" of "remove"), if it has two bytes beside leading dashes; empty otherwise. For "did
// you mean".
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace kwerenda
