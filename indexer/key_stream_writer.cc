#include "indexer/key_stream_writer.h"

#include <xxhash.h>

#include <cstring>

#include "analysis/error.h"
#include "analysis/message.h"
#include "indexer/glass/coding.h"

namespace kwerenda {
namespace {

constexpr std::size_t kBufferBytes = 1u << 20;

template <typename T>
void append_number(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

// Padded in front, so that every entry has an even number of bytes.
void append_stream(std::string& out, KeyStreamView stream) {
  if (out.size() % 2 != 0) out += '\0';
  out.append(reinterpret_cast<const char*>(stream.data()), stream.size_bytes());
}

std::span<const unsigned char> bytes_of(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

}  // namespace

KeyStreamWriter::KeyStreamWriter(const std::filesystem::path& directory, glass::Durability durability,
                                 glass::Writing writing)
    : file_(directory / kKeyStreamsName, kBufferBytes, durability, writing) {}

void KeyStreamWriter::add(const PassageKeys& keys) {
  // The same report again begins anew: its title may be another.
  if (report_.empty() || keys.report_key != report_key_ || keys.ordinal <= last_ordinal_) {
    report_key_ = keys.report_key;
    report_offset_ = file_.size();
    report_.clear();
    append_number(report_, keys.report_key);
    glass::append_varint(report_, keys.title.size());
    append_stream(report_, keys.title);
    file_.append(report_);
  }
  last_ordinal_ = keys.ordinal;
  const std::uint64_t offset = file_.size();
  if (offset / 2 > UINT32_MAX) {
    throw Error(ErrorKind::limit,
                file_.path().string() + message(": ponad 8 GB. Podziel raporty na dwa indeksy.",
                                                ": more than 8 GB. Divide the reports between two indexes."));
  }
  offsets_.push_back(static_cast<std::uint32_t>(offset / 2));
  entry_.assign(4, '\0');
  glass::append_varint(entry_, (offset - report_offset_) / 2);
  glass::append_varint(entry_, keys.ordinal);
  glass::append_varint(entry_, keys.text_bytes);
  glass::append_varint(entry_, keys.text.size());
  glass::append_varint(entry_, keys.heading.size());
  append_stream(entry_, keys.text);
  append_stream(entry_, keys.heading);
  const std::uint32_t checksum =
      key_stream_checksum(static_cast<std::uint32_t>(offsets_.size()), report_offset_, bytes_of(report_),
                          bytes_of(std::string_view(entry_).substr(4)));
  std::memcpy(entry_.data(), &checksum, sizeof checksum);
  file_.append(entry_);
}

void KeyStreamWriter::finish() {
  file_.append({reinterpret_cast<const char*>(offsets_.data()), offsets_.size() * sizeof offsets_[0]});
  std::string footer(kKeyStreamMagic, sizeof kKeyStreamMagic);
  append_number(footer, static_cast<std::uint32_t>(offsets_.size()));
  append_number(footer, std::uint32_t{0});
  append_number(footer, file_.size() + kKeyStreamFooterBytes);
  append_number(footer, std::uint64_t{XXH3_64bits(footer.data(), footer.size())});
  file_.append(footer);
  file_.finish();
}

}  // namespace kwerenda
