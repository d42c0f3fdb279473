#include "analysis/key_streams.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "analysis/error.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

static_assert(std::endian::native == std::endian::little, "streams are read in place");

// Reads within [at, end); once anything does not fit, ok stays false.
struct Reader {
  const unsigned char* at;
  const unsigned char* end;
  bool ok = true;

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      const unsigned char byte = *at++;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok = false;
    return 0;
  }

  KeyStreamView stream(std::uint64_t keys) {
    at += reinterpret_cast<std::uintptr_t>(at) & 1;
    if (!ok || at > end || keys > static_cast<std::uint64_t>(end - at) / 2) {
      ok = false;
      return {};
    }
    const KeyStreamView view(reinterpret_cast<const std::uint16_t*>(at), keys);
    at += 2 * keys;
    return view;
  }
};

template <typename T>
T number(const unsigned char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::uint32_t tokens_in(KeyStreamView stream) {
  static_assert(kFurtherKey == 1 << 15);
  constexpr std::size_t kPart = 0x8000;  // so many fit 16 bits, in which the compiler adds eight at a time
  std::size_t further = 0;
  for (std::size_t at = 0; at < stream.size(); at += kPart) {
    std::uint16_t of_part = 0;
    for (const std::uint16_t key : stream.subspan(at, std::min(kPart, stream.size() - at)))
      of_part = static_cast<std::uint16_t>(of_part + (key >> 15));
    further += of_part;
  }
  return static_cast<std::uint32_t>(stream.size() - further);
}

std::uint32_t key_stream_checksum(std::uint32_t docid, std::uint64_t report_offset,
                                  std::span<const unsigned char> report,
                                  std::span<const unsigned char> rest) {
  // The report's hash is the seed of the passage's: no state to carry, and titles are short.
  const std::uint64_t seed =
      XXH3_64bits_withSeed(report.data(), report.size(), report_offset * 0x9e3779b97f4a7c15 + docid);
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(rest.data(), rest.size(), seed));
}

KeyStreamFile::KeyStreamFile(const std::filesystem::path& directory)
    : file_(directory / kKeyStreamsName), data_(file_.data()) {
  check_footer(directory / kKeyStreamsName);
}

void KeyStreamFile::check_footer(const std::filesystem::path& path) {
  const std::size_t size = file_.size();
  const bool has_footer = size >= kKeyStreamFooterBytes;
  const unsigned char* const footer = has_footer ? data_ + size - kKeyStreamFooterBytes : nullptr;
  const bool sound = has_footer && std::memcmp(footer, kKeyStreamMagic, sizeof kKeyStreamMagic) == 0 &&
                     number<std::uint64_t>(footer + 16) == size &&
                     number<std::uint64_t>(footer + 24) == XXH3_64bits(footer, 24);
  if (sound) documents_ = number<std::uint32_t>(footer + 8);
  if (!sound || std::uint64_t{documents_} * 4 > size - kKeyStreamFooterBytes) {
    throw Error(ErrorKind::corrupt,
                message("{}: plik jest uszkodzony albo ucięty. Sprawdź indeks (kwerenda-index check), "
                        "przywróć go z kopii albo zbuduj od nowa.",
                        "{}: the file is damaged or cut short. Check the index (kwerenda-index check), "
                        "restore it from a backup or build it anew.",
                        path.string()));
  }
  table_ = size - kKeyStreamFooterBytes - std::size_t{documents_} * 4;
}

bool KeyStreamFile::read(std::uint32_t docid, PassageKeys& out) const {
  if (docid == 0 || docid > documents_) return false;
  const std::size_t offset =
      std::size_t{2} * number<std::uint32_t>(data_ + table_ + 4 * (std::size_t{docid} - 1));
  if (offset + 4 > table_) return false;
  const unsigned char* const entry = data_ + offset;
  Reader in{entry + 4, data_ + table_};
  const std::uint64_t back = in.varint();
  out.ordinal = static_cast<std::uint32_t>(in.varint());
  out.text_bytes = static_cast<std::uint32_t>(in.varint());
  const std::uint64_t text = in.varint(), heading = in.varint();
  out.text = in.stream(text);
  out.heading = in.stream(heading);
  if (!in.ok || back > offset / 2) return false;
  const unsigned char* const report = entry - 2 * back;
  Reader title{report + 8, entry};
  if (title.at > title.end) return false;
  out.report_key = number<std::uint64_t>(report);
  out.title = title.stream(title.varint());
  if (!title.ok) return false;
  return number<std::uint32_t>(entry) == key_stream_checksum(docid,
                                                             static_cast<std::uint64_t>(report - data_),
                                                             {report, title.at}, {entry + 4, in.at});
}

std::uint64_t KeyStreamFile::report_of(std::uint32_t docid) const {
  if (docid == 0 || docid > documents_) return 0;
  const std::size_t offset =
      std::size_t{2} * number<std::uint32_t>(data_ + table_ + 4 * (std::size_t{docid} - 1));
  if (offset + 4 > table_) return 0;
  Reader in{data_ + offset + 4, data_ + table_};
  const std::uint64_t back = in.varint();
  return in.ok && back >= 4 && back <= offset / 2 ? number<std::uint64_t>(data_ + offset - 2 * back) : 0;
}

void KeyStreamFile::prefetch_place(std::uint32_t docid) const {
  if (docid == 0 || docid > documents_) return;
  __builtin_prefetch(data_ + table_ + 4 * (std::size_t{docid} - 1));
}

// An entry is some 300 bytes; behind its first lines the processor sees by itself where it goes.
void KeyStreamFile::prefetch(std::uint32_t docid) const {
  constexpr std::size_t kLine = 64, kLines = 3;
  if (docid == 0 || docid > documents_) return;
  const std::size_t offset =
      std::size_t{2} * number<std::uint32_t>(data_ + table_ + 4 * (std::size_t{docid} - 1));
  if (offset >= table_) return;
  for (std::size_t line = 0; line < kLines; ++line) __builtin_prefetch(data_ + offset + kLine * line);
}

}  // namespace kwerenda
