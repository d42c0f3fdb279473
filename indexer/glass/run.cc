#include "indexer/glass/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "analysis/error.h"
#include "analysis/message.h"
#include "indexer/glass/output_file.h"

namespace kwerenda::glass {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;

}  // namespace

ByteReader::ByteReader(std::span<const char> bytes) : at(bytes.data()), end_(bytes.data() + bytes.size()) {}

ByteReader::ByteReader(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw io_error(path_, message("nie można otworzyć pliku", "cannot open the file"), errno);
}

ByteReader::~ByteReader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void ByteReader::refill(std::size_t bytes) {
  if (file_ended_) return;
  const auto left = static_cast<std::size_t>(end_ - at);
  if (bytes > buffer_bytes_ || !buffer_) {
    const std::size_t larger = std::max(bytes, kReadBytes);
    auto buffer = std::make_unique_for_overwrite<char[]>(larger);
    if (left > 0) std::memcpy(buffer.get(), at, left);
    buffer_ = std::move(buffer);
    buffer_bytes_ = larger;
  } else {
    std::memmove(buffer_.get(), at, left);
  }
  at = buffer_.get();
  std::size_t filled = left;
  while (filled < buffer_bytes_) {
    const ssize_t got = ::read(descriptor_, buffer_.get() + filled, buffer_bytes_ - filled);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw io_error(path_, message("nie można odczytać pliku", "cannot read the file"), errno);
    }
    if (got == 0) {
      file_ended_ = true;
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  end_ = buffer_.get() + filled;
}

bool RunReader::next_entry() {
  if (bytes_.exhausted()) return false;
  key_ = bytes_.view(bytes_.varint());
  documents_ = static_cast<std::uint32_t>(bytes_.varint());
  occurrences_ = bytes_.varint();
  left_ = documents_;
  docid = 0;
  return true;
}

RunMerge::RunMerge(std::vector<std::unique_ptr<RunReader>> runs) : runs_(std::move(runs)) {
  for (const auto& run : runs_) current_.push_back(run.get());
}

bool RunMerge::next_entry() {
  for (RunReader* run : current_) {
    if (!run->next_entry()) continue;
    waiting_.push_back(run);
    std::push_heap(waiting_.begin(), waiting_.end(), later);
  }
  current_.clear();
  while (!waiting_.empty() && (current_.empty() || waiting_.front()->key() == current_.front()->key())) {
    std::pop_heap(waiting_.begin(), waiting_.end(), later);
    current_.push_back(waiting_.back());
    waiting_.pop_back();
  }
  return !current_.empty();
}

std::uint32_t RunMerge::documents() const {
  std::uint32_t sum = 0;
  for (const RunReader* run : current_) sum += run->documents();
  return sum;
}

std::uint64_t RunMerge::occurrences() const {
  std::uint64_t sum = 0;
  for (const RunReader* run : current_) sum += run->occurrences();
  return sum;
}

void fail_added_twice(std::uint32_t docid) {
  throw Error(ErrorKind::usage, message("dokument o numerze {} dodano dwa razy, w różnych częściach",
                                        "document number {} was added twice, in different shards", docid));
}

}  // namespace kwerenda::glass
