// What the indexer did, recorded in the index, so that the searcher does the same and needs no flags for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kwerenda {

inline constexpr std::uint32_t kFormatVersion = 3;  // layout of the index: schema.h, stored.h
inline constexpr std::uint32_t kOldestReadableFormat =
    2;  // whose stored passages and reports `dump` can read
inline constexpr std::uint32_t kAnalysisVersion =
    4;  // tokens and keys; a change that alters keys increments it

struct Manifest {
  std::uint32_t format_version = kFormatVersion;
  std::uint32_t analysis_version = kAnalysisVersion;
  std::uint64_t lexicon_hash = 0;
  std::uint64_t extra_lexicon_hash = 0;  // 0: none; its lines are kept under kExtraLexiconKey
  std::uint64_t passage_max_bytes = 0;   // passage settings, see indexer/passages.h
  std::uint64_t passage_min_bytes = 0;
  std::string created;  // UTC, ISO 8601

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

inline constexpr const char* kExtraLexiconKey = "lexicon-extra";

// JSON with sorted fields and a checksum over them; hashes as 16 hexadecimal digits.
std::string to_json(const Manifest& manifest);

// Throws Error{incompatible} if `json` is empty or no Kwerenda manifest (another program's index) or of a
// newer or older format or analysis version, Error{corrupt} if the checksum fails; the message names
// `index_path` and the remedy.
Manifest manifest_from_json(std::string_view json, const std::string& index_path);

// The same for `dump`, which reads what older programs stored: any analysis version, and every format version
// whose records this program still knows (kOldestReadableFormat). A newer format is refused all the same.
Manifest readable_manifest_from_json(std::string_view json, const std::string& index_path);

}  // namespace kwerenda
