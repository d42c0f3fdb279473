// A lexicon file damaged in any way, even one whose checksum is right again, and any word: an Error or an
// answer, never more.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target lexicon_fuzz && mkdir -p build-fuzz/found-lexicon
//   build-fuzz/tests/fuzz/lexicon_fuzz -max_total_time=600 build-fuzz/found-lexicon
#include <xxhash.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "analysis/error.h"
#include "analysis/lexicon.h"
#include "analysis/lexicon_compiler/compile.h"
#include "analysis/lexicon_compiler/settle.h"

namespace {

// A lexicon of a few dozen forms: every section is there, and a flip is likely to matter.
const std::string& small_lexicon() {
  static const std::string bytes = [] {
    using namespace kwerenda;
    Morphology morphology;
    const char* rows[][2] = {
        {"domami", "dom"},         {"domu", "dom"},          {"dom", "dom"},    {"łódź", "łódź"},
        {"Łodzi", "Łódź"},         {"rad", "rada"},          {"rad", "rad"},    {"radny", "radny"},
        {"największy", "duży"},    {"zarządca", "zarządca"}, {"stali", "stal"}, {"stali", "stać"},
        {"zarządzać", "zarządzać"}};
    for (const auto& [form, lemma] : rows) {
      morphology.analyses.push_back({morphology.strings.add(form), morphology.strings.add(lemma),
                                     morphology.tags.add("subst:sg:nom:m3"), WordClass::noun});
    }
    morphology.sort();
    const std::vector<FormCount> counts =
        parse_counts("rad\t3\t0\t0\nstali\t5\t0\t0\ndomu\t9\t1\t0\n", "fuzz");
    const Estimate estimate(morphology, counts, EstimateOptions());
    LexiconParts parts;
    parts.rules = {{"ami", false, "ami", "", 1.0f}, {"", true, "", "", 0.5f}, {"em", true, "em", "", 0.9f}};
    parts.families = {{"zarządca", {"zarządzać"}}, {"zarządzać", {"zarządca"}}};
    parts.prefixes = {"cyber", "nie"};
    CompileReport report;
    return compile_lexicon(morphology, estimate, counts, parts, CompileOptions(), report);
  }();
  return bytes;
}

}  // namespace

// data: one byte n, then n damages of three bytes each (place, place, value), then the word.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes = small_lexicon();
  const std::size_t damages = std::min<std::size_t>(data[0], (size - 1) / 3);
  for (std::size_t i = 0; i < damages; ++i) {
    const std::uint8_t* const d = data + 1 + 3 * i;
    const std::size_t place = static_cast<std::size_t>(d[0]) << 8 | d[1];
    bytes[place * 7 % bytes.size()] = static_cast<char>(d[2]);
  }
  const std::uint64_t file_bytes = bytes.size();
  std::memcpy(bytes.data() + 16, &file_bytes, sizeof file_bytes);
  const std::uint64_t checksum = XXH3_64bits(bytes.data() + 32, bytes.size() - 32);
  std::memcpy(bytes.data() + 24, &checksum, sizeof checksum);
  const std::string word(reinterpret_cast<const char*>(data) + 1 + 3 * damages, size - 1 - 3 * damages);
  try {
    const auto lexicon = kwerenda::Lexicon::from_bytes(bytes, "fuzz.lex");
    std::vector<kwerenda::Reading> readings;
    std::vector<kwerenda::SimilarForm> similar;
    for (const std::string& form :
         {word, std::string("domami"), std::string("Łodzi"), std::string("cyberdomami")}) {
      lexicon->lookup(form, readings);
      lexicon->guess(form, readings);
      lexicon->find_accent_free(form, 5, similar);
      lexicon->find_within(form, 2, 5, similar);
      lexicon->relatives(form);
      lexicon->frequency(form);
    }
  } catch (const kwerenda::Error&) {
  }
  return 0;
}
