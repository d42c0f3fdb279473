// The number and string encodings that all glass tables share. Integers of the format are unsigned.
//
//   varint      seven bits a byte, low bits first, the high bit says that more follow. 1 to 10 bytes.
//   sortable    a docid whose bytes compare like the number: below 2^15 two bytes, big-endian; else a first
//   byte that starts
//               with as many one bits as there are bytes beyond two, a zero bit, and the value big-endian in
//               the remaining bits (3 bytes hold 22 bits, 4 hold 29, 5 hold 36). The first byte is never
//               0xff.
//   escaped     a term inside a key: every zero byte is followed by 0xff. What comes behind a term in a key
//   is a zero byte and
//               then never 0xff, so that keys compare as (term, rest).
//   short       little-endian without leading zeros, zero is empty; only at the end of a key.
//   big-endian  2 and 4 byte numbers inside blocks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace kwerenda::glass {

inline constexpr std::size_t kMaxVarintBytes = 10;
inline constexpr std::size_t kMaxSortableBytes = 5;

inline char* put_varint(char* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(static_cast<unsigned char>(value | 0x80));
    value >>= 7;
  }
  *out++ = static_cast<char>(static_cast<unsigned char>(value));
  return out;
}

inline void append_varint(std::string& out, std::uint64_t value) {
  char bytes[kMaxVarintBytes];
  out.append(bytes, static_cast<std::size_t>(put_varint(bytes, value) - bytes));
}

// Without a branch: it is asked of numbers that nobody can foretell.
inline std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

// Reads a varint of our own making: no check for the end of the data.
inline std::uint64_t get_varint(const char*& in) {
  auto byte = static_cast<unsigned char>(*in++);
  if (byte < 0x80) return byte;
  std::uint64_t value = byte & 0x7fu;
  for (unsigned shift = 7;; shift += 7) {
    byte = static_cast<unsigned char>(*in++);
    value |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
    if (byte < 0x80) return value;
  }
}

inline std::uint32_t get_varint32(const char*& in) { return static_cast<std::uint32_t>(get_varint(in)); }

inline void put_big_endian_2(unsigned char* out, std::uint32_t value) {
  out[0] = static_cast<unsigned char>(value >> 8);
  out[1] = static_cast<unsigned char>(value);
}

inline void put_big_endian_4(unsigned char* out, std::uint32_t value) {
  out[0] = static_cast<unsigned char>(value >> 24);
  out[1] = static_cast<unsigned char>(value >> 16);
  out[2] = static_cast<unsigned char>(value >> 8);
  out[3] = static_cast<unsigned char>(value);
}

// Writes at most kMaxSortableBytes.
inline char* put_sortable(char* out, std::uint32_t docid) {
  auto* bytes = reinterpret_cast<unsigned char*>(out);
  if (docid < 0x8000) {
    put_big_endian_2(bytes, docid);
    return out + 2;
  }
  if (docid < 1u << 22) {
    bytes[0] = static_cast<unsigned char>(0x80 | docid >> 16);
    put_big_endian_2(bytes + 1, docid & 0xffff);
    return out + 3;
  }
  if (docid < 1u << 29) {
    put_big_endian_4(bytes, 0xc0000000u | docid);
    return out + 4;
  }
  bytes[0] = 0xe0;
  put_big_endian_4(bytes + 1, docid);
  return out + 5;
}

inline void append_sortable(std::string& out, std::uint32_t docid) {
  char bytes[kMaxSortableBytes];
  out.append(bytes, static_cast<std::size_t>(put_sortable(bytes, docid) - bytes));
}

// How long the term is inside a key, in bytes, without what follows it.
inline std::size_t escaped_size(std::string_view term) {
  std::size_t size = term.size();
  for (const char byte : term) size += byte == '\0';
  return size;
}

inline void append_escaped(std::string& out, std::string_view term) {
  for (std::size_t zero; (zero = term.find('\0')) != std::string_view::npos; term.remove_prefix(zero + 1)) {
    out.append(term.substr(0, zero + 1));
    out += '\xff';
  }
  out.append(term);
}

// Key prefixes of what lives in the postlist table beside the terms. Terms that start with a zero byte sort
// behind them all.
inline constexpr std::string_view kMetadataPrefix("\0\xc0", 2);
inline constexpr std::string_view kValueStatsPrefix("\0\xd0", 2);
inline constexpr std::string_view kValueChunkPrefix("\0\xd8", 2);
inline constexpr std::string_view kLengthsPrefix("\0\xe0", 2);

}  // namespace kwerenda::glass
