// An index as lines of JSON and back: for moving to another version, for looking inside, for other programs.
// The format is described in docs/dump-format.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "analysis/keys.h"
#include "indexer/index_writer.h"
#include "indexer/stored_index.h"

namespace kwerenda {

struct DumpCounts {
  std::uint64_t reports = 0, passages = 0;
};

// Hands the lines on, each with its line break; the same content gives the same bytes. `write` returns false
// when nobody reads any more, which ends the dump. The caller holds the index's lock. Throws as StoredIndex
// and what `write` throws.
DumpCounts dump_index(const StoredIndex& index, const std::function<bool(std::string_view)>& write);

// Builds a new index from a dump. `read_line` gives one line after another without its line break, false at
// the end. The index must not exist; it appears once the dump was read to its last line and found whole. Of
// `settings` the manifest is taken from the dump but for versions and lexicon, which are this program's.
// Throws Error: usage (the index exists), incompatible (no dump, or of a newer version), corrupt (a line that
// does not hold, a dump without its end), limit, and as IndexWriter.
DumpCounts restore_index(const std::filesystem::path& index, IndexWriterSettings settings,
                         const std::function<bool(std::string&)>& read_line);

}  // namespace kwerenda
