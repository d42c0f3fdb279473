#include "indexer/glass/postings.h"

namespace kwerenda::glass {

void PostingListWriter::begin(ListKind kind, std::string_view key, std::uint32_t documents,
                              std::uint64_t occurrences) {
  kind_ = kind;
  key_ = key;
  key_bytes_ = key.size();
  documents_ = kind == ListKind::lengths ? 0 : documents;
  occurrences_ = kind == ListKind::lengths ? 0 : occurrences;
  first_chunk_ = true;
}

void PostingListWriter::write_chunk(bool last) {
  char head[kMaxHeadBytes];
  char* out = head;
  key_.resize(key_bytes_);
  if (first_chunk_) {
    out = put_varint(out, documents_);
    out = put_varint(out, occurrences_);
    out = put_varint(out, first_docid_ - 1);
  } else {
    if (kind_ == ListKind::postings) key_ += '\0';
    append_sortable(key_, first_docid_);
  }
  *out++ = last ? '1' : '0';
  out = put_varint(out, last_docid_ - first_docid_);
  const auto head_bytes = static_cast<std::size_t>(out - head);
  char* const tag = body() - head_bytes;
  std::memcpy(tag, head, head_bytes);
  table_.add(key_, {tag, static_cast<std::size_t>(body_end_ - tag)});
  body_end_ = body();
  first_chunk_ = false;
}

void ValueListWriter::begin(std::string_view key) {
  key_ = key;
  key_bytes_ = key.size();
  tag_.clear();
}

void ValueListWriter::add(std::uint32_t docid, std::string_view value) {
  if (tag_.size() >= kChunkBytes) end();
  if (tag_.empty()) {
    key_.resize(key_bytes_);
    append_sortable(key_, docid);
  } else {
    append_varint(tag_, docid - last_docid_ - 1);
  }
  append_varint(tag_, value.size());
  tag_ += value;
  last_docid_ = docid;
}

void ValueListWriter::end() {
  table_.add(key_, tag_);
  tag_.clear();
}

std::string value_statistics_key(std::uint32_t slot) {
  std::string key(kValueStatsPrefix);
  for (; slot > 0; slot >>= 8) key += static_cast<char>(static_cast<unsigned char>(slot));
  return key;
}

std::string value_chunk_key(std::uint32_t slot) {
  std::string key(kValueChunkPrefix);
  append_varint(key, slot);
  return key;
}

std::string value_statistics_tag(std::uint32_t values, std::string_view least, std::string_view greatest) {
  std::string tag;
  append_varint(tag, values);
  append_varint(tag, least.size());
  tag += least;
  if (greatest != least) tag += greatest;
  return tag;
}

}  // namespace kwerenda::glass
