#include "analysis/schema.h"

#include <xxhash.h>

namespace kwerenda {

std::uint64_t report_key(std::string_view report_id) {
  return XXH3_64bits(report_id.data(), report_id.size());
}

std::string encode_report_key(std::uint64_t key) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, key >>= 8) bytes[static_cast<std::size_t>(i)] = static_cast<char>(key & 0xff);
  return bytes;
}

std::uint64_t decode_report_key(std::string_view bytes) {
  if (bytes.size() != 8) return 0;
  std::uint64_t key = 0;
  for (char byte : bytes) key = key << 8 | static_cast<unsigned char>(byte);
  return key;
}

}  // namespace kwerenda
