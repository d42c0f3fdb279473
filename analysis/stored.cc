#include "analysis/stored.h"

#include <xxhash.h>

#include "analysis/schema.h"

namespace kwerenda {
namespace {

constexpr std::size_t kChecksumBytes = 8;
// More than the writer ever takes: a record that claims it is not ours, whatever its checksum says.
constexpr std::uint64_t kMaxTextBytes = 256u << 20;

void append_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_string(std::string_view text, std::string& out) {
  append_varint(text.size(), out);
  out += text;
}

void seal(std::string& record) {
  std::uint64_t sum = XXH3_64bits(record.data() + kChecksumBytes, record.size() - kChecksumBytes);
  for (std::size_t i = 0; i < kChecksumBytes; ++i, sum >>= 8) record[i] = static_cast<char>(sum & 0xff);
}

// Reads fields one after another; once anything does not fit, ok() stays false.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view string() { return take(varint()); }
  std::string_view rest() const { return bytes_; }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

// mtime may precede 1970: zigzag keeps small magnitudes small.
std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace

bool is_sealed(std::string_view record) {
  if (record.size() < kChecksumBytes) return false;
  std::uint64_t sum = XXH3_64bits(record.data() + kChecksumBytes, record.size() - kChecksumBytes);
  for (std::size_t i = 0; i < kChecksumBytes; ++i, sum >>= 8) {
    if (record[i] != static_cast<char>(sum & 0xff)) return false;
  }
  return true;
}

std::string encode_passage(const StoredPassage& passage, TextCompressor& compressor) {
  std::string out;
  encode_passage(passage, compressor, out);
  return out;
}

void encode_passage(const StoredPassage& passage, TextCompressor& compressor, std::string& out) {
  out.assign(kChecksumBytes, '\0');
  out += encode_report_key(passage.report_key);
  append_varint(passage.ordinal, out);
  append_varint(passage.begin, out);
  append_varint(passage.heading.size(), out);
  append_varint(passage.text.size(), out);
  const std::string& texts = passage.heading.empty() ? passage.text : passage.heading + passage.text;
  if (!compressor.append(texts, out)) out += texts;
  seal(out);
}

bool decode_passage(std::string_view bytes, TextDecompressor& decompressor, StoredPassage& out) {
  if (!is_sealed(bytes)) return false;
  FieldReader in(bytes.substr(kChecksumBytes));
  out.report_key = decode_report_key(in.take(8));
  out.ordinal = static_cast<std::uint32_t>(in.varint());
  out.begin = in.varint();
  const std::uint64_t heading_size = in.varint(), text_size = in.varint();
  if (!in.ok() || heading_size > kMaxTextBytes || text_size > kMaxTextBytes) return false;
  const std::string_view stored = in.rest();
  const std::size_t size = heading_size + text_size;
  if (stored.size() == size) {
    out.text = stored;
  } else if (stored.size() > size || !decompressor.read(stored, size, out.text)) {
    return false;
  }
  out.heading.assign(out.text, 0, heading_size);
  out.text.erase(0, heading_size);
  return true;
}

std::string encode_report(const StoredReport& report) {
  std::string out(kChecksumBytes, '\0');
  append_string(report.id, out);
  append_string(report.source, out);
  append_string(report.title, out);
  append_string(report.place, out);
  append_string(report.url, out);
  append_varint(report.date, out);
  append_varint(report.passages, out);
  append_varint(report.passage_bytes, out);
  append_varint(report.size, out);
  append_varint(zigzag(report.mtime_ns), out);
  append_varint(report.content_hash, out);
  if (report.ctime_ns != 0) append_varint(zigzag(report.ctime_ns), out);
  seal(out);
  return out;
}

bool decode_report(std::string_view bytes, StoredReport& out) {
  if (!is_sealed(bytes)) return false;
  FieldReader in(bytes.substr(kChecksumBytes));
  out.id = in.string();
  out.source = in.string();
  out.title = in.string();
  out.place = in.string();
  out.url = in.string();
  out.date = static_cast<std::uint32_t>(in.varint());
  out.passages = static_cast<std::uint32_t>(in.varint());
  out.passage_bytes = in.varint();
  out.size = in.varint();
  out.mtime_ns = unzigzag(in.varint());
  out.content_hash = in.varint();
  out.ctime_ns = in.at_end() ? 0 : unzigzag(in.varint());
  return in.at_end();
}

}  // namespace kwerenda
