#include "searcher/posting_list.h"

namespace kwerenda {
namespace {

std::string escaped(std::string_view term) {
  std::string key;
  for (const char byte : term) {
    key += byte;
    if (byte == '\0') key += '\xff';
  }
  return key;
}

// False if `key` is not that of a list's first chunk.
bool unescape(std::string_view key, std::string& term) {
  term.clear();
  for (std::size_t i = 0; i < key.size(); ++i) {
    term += key[i];
    if (key[i] == '\0' && (++i == key.size() || key[i] != '\xff')) return false;
  }
  return true;
}

}  // namespace

PostingCursor::PostingCursor(const GlassTable& postlist, std::string_view term)
    : table_(&postlist), key_(escaped(term)), place_(postlist.lower_bound(key_)) {
  TableItem item;
  if (!postlist.next(place_, item) || item.key != key_) return;
  if (!item.last) {
    joined_ = std::make_unique<std::string>();
    postlist.join(place_, item, *joined_);
  }
  std::string_view chunk = item.tag;
  std::uint64_t documents = 0, occurrences = 0, before_first = 0;
  if (!item.first || !take_varint(chunk, documents) || !take_varint(chunk, occurrences) ||
      !take_varint(chunk, before_first)) {
    postlist.fail();
  }
  documents_ = static_cast<std::uint32_t>(documents);
  begin_chunk(chunk, before_first + 1);
}

std::uint64_t PostingCursor::varint() {
  std::string_view rest(reinterpret_cast<const char*>(at_), static_cast<std::size_t>(end_ - at_));
  std::uint64_t value = 0;
  if (!take_varint(rest, value)) table_->fail();
  at_ = end_ - rest.size();
  return value;
}

// `chunk` without what only a first one has.
void PostingCursor::begin_chunk(std::string_view chunk, std::uint64_t first) {
  at_ = reinterpret_cast<const unsigned char*>(chunk.data());
  end_ = at_ + chunk.size();
  if (at_ == end_ || (*at_ != '0' && *at_ != '1')) table_->fail();
  last_chunk_ = *at_++ == '1';
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t further = varint();
  if (first > kMost || further > kMost - first) table_->fail();
  last_docid_ = first + further;
  docid_ = first;
  impact_ = static_cast<std::uint32_t>(varint());
}

void PostingCursor::next_near_end() {
  if (at_ == end_) {
    if (docid_ != last_docid_) table_->fail();
    return next_chunk();
  }
  const std::uint64_t between = varint();
  if (docid_ >= last_docid_ || between >= last_docid_ - docid_) table_->fail();
  docid_ += between + 1;
  impact_ = static_cast<std::uint32_t>(varint());
}

void PostingCursor::next_chunk() {
  if (last_chunk_) {
    docid_ = kEnd;
    return;
  }
  TableItem item;
  std::uint64_t first = 0;
  if (!table_->next(place_, item) || item.key.size() < key_.size() + 2 || !item.key.starts_with(key_) ||
      item.key[key_.size()] != '\0' || !read_sortable(item.key.substr(key_.size() + 1), first) ||
      first <= last_docid_) {
    table_->fail();
  }
  if (!item.last) {
    if (!joined_) joined_ = std::make_unique<std::string>();
    table_->join(place_, item, *joined_);
  }
  begin_chunk(item.tag, first);
}

void PostingCursor::skip_to(std::uint64_t docid) {
  while (docid_ < docid) {
    if (docid > last_docid_) {
      next_chunk();
    } else {
      next();
    }
  }
}

std::string metadata_key(std::string_view name) {
  std::string key("\0\xc0", 2);
  key += name;
  return key;
}

std::uint32_t passages_with_term(const GlassTable& postlist, std::string_view term) {
  return PostingCursor(postlist, term).documents();
}

void for_each_term(const GlassTable& postlist, std::string_view prefix,
                   const std::function<void(std::string_view term, std::uint32_t passages)>& visit) {
  const std::string least = escaped(prefix);
  TablePlace place = postlist.lower_bound(least);
  TableItem item;
  std::string term;
  while (postlist.next(place, item) && item.key.starts_with(least)) {
    if (!item.first || !unescape(item.key, term)) continue;
    std::string_view chunk = item.tag;
    std::uint64_t documents = 0;
    if (!take_varint(chunk, documents)) postlist.fail();
    visit(term, static_cast<std::uint32_t>(documents));
  }
}

}  // namespace kwerenda
