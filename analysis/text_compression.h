// Stored texts, compressed one passage at a time by zstd with a dictionary that was trained on the
// collection.
//
// A passage alone is too short for a general compressor to learn its language from: 100 MB of reports in
// passages of 750 bytes come to .65 of their size by deflate, to .47 with a dictionary of 112 KB, and take a
// third of the time. A larger dictionary (256 KB: .45) costs every process more than it saves.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

// So much text is enough to learn from: more changes the size of an index by a thousandth.
inline constexpr std::size_t kDictionarySampleBytes = 4u << 20;

// A dictionary for texts like the samples; empty if they are too few (below 1 MB) to be worth one. The same
// samples give the same dictionary. `samples`: one string of texts end to end, and their sizes in bytes.
std::string train_text_dictionary(std::string_view samples, const std::vector<std::size_t>& sizes);

// One thread at a time.
class TextCompressor {
 public:
  // `dictionary` is copied; empty: none. Throws std::bad_alloc.
  explicit TextCompressor(std::string_view dictionary);
  ~TextCompressor();
  TextCompressor(const TextCompressor&) = delete;
  TextCompressor& operator=(const TextCompressor&) = delete;

  // Appends the compressed text to `out`; false, and `out` is as before, if that would not be shorter.
  bool append(std::string_view text, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One thread at a time.
class TextDecompressor {
 public:
  // As above.
  explicit TextDecompressor(std::string_view dictionary);
  ~TextDecompressor();
  TextDecompressor(const TextDecompressor&) = delete;
  TextDecompressor& operator=(const TextDecompressor&) = delete;

  // Overwrites `text`, which is to have `size` bytes; false, and `text` is unspecified, if it has not, or if
  // the bytes are none that a TextCompressor with this dictionary made.
  bool read(std::string_view bytes, std::size_t size, std::string& text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
