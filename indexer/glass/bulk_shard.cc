#include "indexer/glass/bulk_shard.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "analysis/message.h"
#include "indexer/glass/position_list.h"
#include "indexer/glass/postings.h"

namespace kwerenda::glass {
namespace {

constexpr std::size_t kLogBlockBytes = 1u << 20;
// A run below this is not worth a file, whatever the limit says.
constexpr std::uint64_t kLeastRunBytes = 64u << 10;
// A run above this is cut, so that offsets into it and sums of a term have 32 bits.
constexpr std::uint64_t kMostListBytes = 1u << 30;
constexpr std::size_t kFileBufferBytes = 1u << 20;
// The greatest length of a document; one more marks a deleted document inside Xapian.
constexpr std::uint64_t kMaxLength = 0xfffffffe;

char* put_bytes(char* out, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

std::string_view get_bytes(const char*& in) {
  const auto size = static_cast<std::size_t>(get_varint(in));
  const std::string_view result(in, size);
  in += size;
  return result;
}

// Skips the positions of one posting; returns where they end.
const char* skip_positions(const char* in, std::uint64_t head) {
  switch (head & 3) {
    case kOnePosition:
      (void)get_varint(in);
      return in;
    case kManyPositions: {
      const auto size = static_cast<std::size_t>(get_varint(in));
      return in + size;
    }
    default:
      return in;
  }
}

std::uint32_t get_term(const char* terms, std::size_t i) {
  std::uint32_t id;
  std::memcpy(&id, terms + i * sizeof(id), sizeof(id));
  return id;
}

std::string document_name(std::uint32_t docid) { return message("dokument {}: ", "document {}: ", docid); }

std::string size_text(std::size_t bytes) {
  return message("{} bajtów, a może mieć najwyżej {}", "{} bytes, it may have {} at most", bytes,
                 kMaxTagBytes);
}

}  // namespace

char* DocumentLog::room(std::size_t bytes) {
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < bytes) {
    const std::size_t size = std::max(bytes, kLogBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), 0, size});
  }
  return blocks_.back().bytes.get() + blocks_.back().used;
}

void DocumentLog::clear() {
  blocks_.clear();
  used_ = 0;
}

void BulkShard::Impl::add(std::uint32_t docid, std::span<const Posting> postings, std::string_view data,
                          std::span<const Value> given) {
  // First look at everything, so that a bad document leaves no trace.
  if (docid <= last_docid) {
    throw Error(
        ErrorKind::usage,
        document_name(docid) + message("numer nie jest większy od poprzedniego ({})",
                                       "the number is not greater than the one before ({})", last_docid));
  }
  if (data.size() > kMaxTagBytes) {
    throw Error(ErrorKind::limit,
                document_name(docid) + message("treść ma ", "the data have ") + size_text(data.size()));
  }
  std::uint64_t length = 0;
  std::size_t record_bytes = 10 * kMaxVarintBytes + data.size();  // at most
  std::uint32_t greatest_wdf = 0;
  for (const Posting& posting : postings) {
    if (posting.term >= states.size()) {
      throw Error(ErrorKind::usage,
                  document_name(docid) +
                      message("nieznany numer słowa {}", "unknown number of a term {}", posting.term));
    }
    for (std::size_t i = 1; i < posting.positions.size(); ++i) {
      if (posting.positions[i] <= posting.positions[i - 1]) {
        throw Error(ErrorKind::usage,
                    document_name(docid) + message("pozycje słowa „{}” nie rosną",
                                                   "the positions of the term “{}” do not rise",
                                                   dictionary.term(posting.term)));
      }
    }
    length += posting.wdf;
    greatest_wdf = std::max(greatest_wdf, posting.wdf);
    __builtin_prefetch(&states[posting.term], 1);
    record_bytes += 3 * kMaxVarintBytes + 5 * posting.positions.size();
  }
  if (length > kMaxLength) {
    throw Error(ErrorKind::limit,
                document_name(docid) +
                    message("długość {} przekracza {}", "the length {} exceeds {}", length, kMaxLength));
  }
  std::size_t term_list_bytes = postings.size() * (kMaxTermBytes + 12);
  if (term_list_bytes > kMaxTagBytes) {  // now it is worth while to count
    term_list_bytes = 0;
    for (const Posting& posting : postings) term_list_bytes += dictionary.term(posting.term).size() + 12;
  }
  if (term_list_bytes > kMaxTagBytes) {
    throw Error(ErrorKind::limit, document_name(docid) + message("lista słów ma ", "the list of terms has ") +
                                      size_text(term_list_bytes));
  }
  by_slot.clear();
  for (const Value& value : given) {
    if (value.slot == 0xffffffff) {
      throw Error(ErrorKind::usage,
                  document_name(docid) +
                      message("nie ma wartości o numerze {}", "there is no value number {}", value.slot));
    }
    if (value.bytes.size() > kMaxTagBytes - 2 * kChunkBytes) {
      throw Error(ErrorKind::limit, document_name(docid) + message("wartość ma ", "the value has ") +
                                        size_text(value.bytes.size()));
    }
    if (!value.bytes.empty()) by_slot.push_back(value);
  }
  std::sort(by_slot.begin(), by_slot.end(), [](const Value& a, const Value& b) { return a.slot < b.slot; });
  scratch.clear();
  for (std::size_t i = 0; i < by_slot.size(); ++i) {
    if (i > 0 && by_slot[i].slot == by_slot[i - 1].slot) {
      throw Error(ErrorKind::usage,
                  document_name(docid) + message("wartość o numerze {} podano dwa razy",
                                                 "value number {} was given twice", by_slot[i].slot));
    }
    append_varint(scratch, i == 0 ? by_slot[i].slot : by_slot[i].slot - by_slot[i - 1].slot - 1);
  }
  record_bytes += scratch.size();

  // A run is cut before its sums outgrow 32 bits.
  if (run_length + length > 0xffffffff || list_bytes + record_bytes > kMostListBytes) spill();

  heads.resize(std::max(heads.size(), postings.size() * kMaxVarintBytes));
  positions.clear();
  before.clear();
  char* head_out = heads.data();
  char* out = log.room(record_bytes);
  char* const record = out;
  out = put_varint(out, docid - last_run_docid);
  out = put_varint(out, length);
  out = put_varint(out, scratch.size());
  out = put_bytes(out, scratch);
  out = put_varint(out, data.size());
  out = put_bytes(out, data);
  out = put_varint(out, postings.size());
  std::uint64_t added_bytes = 0;
  for (const Posting& posting : postings) {
    TermState& state = states[posting.term];
    if (state.last_docid == docid) {
      for (std::size_t i = before.size(); i-- > 0;) states[postings[i].term] = before[i];
      throw Error(ErrorKind::usage, document_name(docid) + message("słowo „{}” podano dwa razy",
                                                                   "the term “{}” was given twice",
                                                                   dictionary.term(posting.term)));
    }
    before.push_back(state);
    const std::uint64_t wdf = std::uint64_t{posting.wdf} << 2;
    const char* const head_begin = head_out;
    const std::size_t positions_begin = positions.size();
    if (posting.positions.empty()) {
      head_out = put_varint(head_out, wdf | kNoPositions);
    } else if (posting.positions.size() == 1) {
      head_out = put_varint(head_out, wdf | kOnePosition);
      append_varint(positions, posting.positions.front());
    } else {
      head_out = put_varint(head_out, wdf | kManyPositions);
      scratch.clear();
      append_position_list(posting.positions, scratch);
      append_varint(positions, scratch.size());
      positions += scratch;
    }
    const std::size_t bytes = varint_size(docid - state.last_docid) +
                              static_cast<std::size_t>(head_out - head_begin) + positions.size() -
                              positions_begin;
    added_bytes += bytes;
    state.last_docid = docid;
    ++state.documents;
    state.occurrences += posting.wdf;
    state.bytes += static_cast<std::uint32_t>(bytes);
  }
  // From here on nothing fails, save for want of memory.
  const auto head_bytes = static_cast<std::size_t>(head_out - heads.data());
  out = put_varint(out, head_bytes);
  out = put_varint(out, positions.size());
  for (const Posting& posting : postings) {
    std::memcpy(out, &posting.term, sizeof(posting.term));
    out += sizeof(posting.term);
  }
  out = put_bytes(out, {heads.data(), head_bytes});
  out = put_bytes(out, positions);
  assert(static_cast<std::size_t>(out - record) <= record_bytes);
  log.advance(static_cast<std::size_t>(out - record));
  has_positions = has_positions || !positions.empty();
  list_bytes += added_bytes;
  run_length += length;

  for (const Value& value : by_slot) {
    SlotValues& slot = values_of(value.slot);
    if (slot.values++ == 0) {
      slot.least = slot.greatest = value.bytes;
    } else if (value.bytes < slot.least) {
      slot.least = value.bytes;
    } else if (value.bytes > slot.greatest) {
      slot.greatest = value.bytes;
    }
    append_varint(slot.list, docid - slot.last_docid);
    append_varint(slot.list, value.bytes.size());
    slot.list += value.bytes;
    list_bytes += value.bytes.size() + 8;
    slot.last_docid = docid;
    ++slot.documents;
  }
  append_varint(lengths, docid - last_run_docid);
  append_varint(lengths, length);
  ++documents_in_run;
  last_docid = last_run_docid = docid;

  ++statistics.documents;
  statistics.last_docid = docid;
  statistics.total_length += length;
  const auto length32 = static_cast<std::uint32_t>(length);
  if (length32 > 0 && (statistics.shortest_document == 0 || length32 < statistics.shortest_document)) {
    statistics.shortest_document = length32;
  }
  statistics.longest_document = std::max(statistics.longest_document, length32);
  statistics.greatest_wdf = std::max(statistics.greatest_wdf, greatest_wdf);

  // The dictionary stays, and each run costs a walk over it: when little is left beside it, runs grow with it
  // instead of becoming ever more and smaller.
  const std::uint64_t fixed = dictionary.memory() + states.capacity() * sizeof(TermState);
  const std::uint64_t left = memory_limit > fixed ? memory_limit - fixed : 0;
  if (log.used() + list_bytes > std::max({left, memory_limit / 4, fixed / 2, kLeastRunBytes})) spill();
}

// There are a handful, the same in most documents.
SlotValues& BulkShard::Impl::values_of(std::uint32_t slot) {
  for (SlotValues* known : slots) {
    if (known->slot == slot) return *known;
  }
  slots.reserve(slots.size() + 1);
  SlotValues& added = values[value_chunk_key(slot)];
  added.slot = slot;
  slots.push_back(&added);
  return added;
}

void BulkShard::Impl::invert() {
  const std::vector<TermId>& sorted = dictionary.sorted();

  // Sizes first: a key is at most 255 bytes, so its length takes at most two.
  const auto head_bytes = [](std::size_t key, std::uint32_t documents, std::uint64_t occurrences) {
    return varint_size(key) + key + varint_size(documents) + varint_size(occurrences);
  };
  std::size_t size = 0;
  for (const auto& [key, slot] : values) {
    if (slot.documents > 0) size += head_bytes(key.size(), slot.documents, 0) + slot.list.size();
  }
  if (documents_in_run > 0) size += head_bytes(kLengthsPrefix.size(), documents_in_run, 0) + lengths.size();
  for (const TermId id : sorted) {
    const TermState& state = states[id];
    if (state.documents == 0) continue;
    size += head_bytes(escaped_size(dictionary.term(id)), state.documents, state.occurrences) + state.bytes;
  }
  run = std::make_unique_for_overwrite<char[]>(size);
  run_bytes = size;

  char* out = run.get();
  const auto put_head = [&out](std::string_view key, std::uint32_t documents, std::uint64_t occurrences) {
    out = put_varint(out, key.size());
    out = put_bytes(out, key);
    out = put_varint(out, documents);
    out = put_varint(out, occurrences);
  };
  for (auto& [key, slot] : values) {
    if (slot.documents == 0) continue;
    put_head(key, slot.documents, 0);
    out = put_bytes(out, slot.list);
    slot.documents = 0;
    slot.last_docid = 0;
    slot.list = {};
  }
  if (documents_in_run > 0) {
    put_head(kLengthsPrefix, documents_in_run, 0);
    out = put_bytes(out, lengths);
  }
  lengths = {};
  documents_in_run = 0;
  last_run_docid = 0;
  for (const TermId id : sorted) {
    TermState& state = states[id];
    if (state.documents == 0) continue;
    scratch.clear();
    append_escaped(scratch, dictionary.term(id));
    put_head(scratch, state.documents, state.occurrences);
    const std::size_t bytes = state.bytes;
    state.bytes = static_cast<std::uint32_t>(out - run.get());
    state.last_docid = 0;
    out += bytes;
  }
  assert(out == run.get() + size);

  // States and the places to write to are all over the memory, and each is known only when the one before has
  // arrived. So three documents are under way at once: of one the states are being loaded, of the one before
  // the places, and the one before that is copied.
  struct Record {
    std::uint32_t docid = 0;
    std::size_t terms = 0;
    const char *ids = nullptr, *heads = nullptr, *positions = nullptr;
  };
  const auto load_states = [&](const Record& record) {
    for (std::size_t i = 0; i < record.terms; ++i) __builtin_prefetch(&states[get_term(record.ids, i)], 1);
  };
  const auto load_places = [&](const Record& record) {
    for (std::size_t i = 0; i < record.terms; ++i)
      __builtin_prefetch(run.get() + states[get_term(record.ids, i)].bytes, 1);
  };
  const auto copy = [&](const Record& record) {
    const char *heads_in = record.heads, *positions_in = record.positions;
    for (std::size_t i = 0; i < record.terms; ++i) {
      TermState& state = states[get_term(record.ids, i)];
      const std::uint64_t head = get_varint(heads_in);
      const char* const positions_end = skip_positions(positions_in, head);
      char* const begin = run.get() + state.bytes;
      char* place = put_varint(begin, record.docid - state.last_docid);
      place = put_varint(place, head);
      place = put_bytes(place, {positions_in, static_cast<std::size_t>(positions_end - positions_in)});
      positions_in = positions_end;
      state.bytes += static_cast<std::uint32_t>(place - begin);
      state.last_docid = record.docid;
    }
  };
  Record next, second, third;
  const auto move_on = [&] {
    load_states(next);
    load_places(second);
    copy(third);
    third = std::exchange(second, std::exchange(next, Record{}));
  };
  std::uint32_t docid = 0;
  for (const DocumentLog::Block& block : log.blocks()) {
    const char* in = block.bytes.get();
    const char* const end = in + block.used;
    while (in != end) {
      next.docid = docid += get_varint32(in);
      (void)get_varint(in);
      (void)get_bytes(in);
      (void)get_bytes(in);
      next.terms = static_cast<std::size_t>(get_varint(in));
      const auto head_bytes_of_all = static_cast<std::size_t>(get_varint(in));
      const auto position_bytes = static_cast<std::size_t>(get_varint(in));
      next.ids = in;
      next.heads = in + next.terms * sizeof(TermId);
      next.positions = next.heads + head_bytes_of_all;
      in = next.positions + position_bytes;
      move_on();
    }
  }
  move_on();
  move_on();
  std::fill(states.begin(), states.end(), TermState{});
  list_bytes = 0;
  run_length = 0;
}

void BulkShard::Impl::spill() {
  invert();
  const std::string name = std::string("s").append(std::to_string(number));
  OutputFile file(directory / (name + "-r" + std::to_string(run_files.size())), kFileBufferBytes,
                  Durability::unsynced);
  run_files.push_back(file.path());
  file.append({run.get(), run_bytes});
  file.finish();
  run.reset();
  run_bytes = 0;

  if (!documents_file) {
    documents_file =
        std::make_unique<OutputFile>(directory / (name + "-d"), kFileBufferBytes, Durability::unsynced);
  }
  std::string head;
  const auto append = [&](std::string_view bytes) {
    head.clear();
    append_varint(head, bytes.size());
    documents_file->append(head);
    documents_file->append(bytes);
  };
  for (DocumentReader reader(*this, DocumentReader::Source::log); reader.next();) {
    head.clear();
    append_varint(head, reader.document.docid);
    documents_file->append(head);
    append(reader.document.slots);
    append(reader.document.data);
    append(reader.document.term_list);
  }
  log.clear();
}

void BulkShard::Impl::prepare() {
  invert();
  if (documents_file) documents_file->finish();
}

std::vector<std::unique_ptr<RunReader>> BulkShard::Impl::open_runs() const {
  std::vector<std::unique_ptr<RunReader>> runs;
  for (const auto& path : run_files) runs.push_back(std::make_unique<RunReader>(path));
  runs.push_back(std::make_unique<RunReader>(std::span<const char>(run.get(), run_bytes)));
  return runs;
}

DocumentReader::DocumentReader(BulkShard::Impl& shard, Source source) : shard_(shard) {
  if (source == Source::file_and_log && shard.documents_file) {
    file_ = std::make_unique<ByteReader>(shard.documents_file->path());
  }
}

bool DocumentReader::next() {
  if (file_) {
    if (next_in_file()) return true;
    file_.reset();
  }
  return next_in_log();
}

bool DocumentReader::next_in_file() {
  if (file_->exhausted()) return false;
  // The three views have to be good together, so what they show is copied.
  const auto read = [this](std::string& bytes) -> std::string_view {
    bytes = file_->view(static_cast<std::size_t>(file_->varint()));
    return bytes;
  };
  document.docid = static_cast<std::uint32_t>(file_->varint());
  document.slots = read(slots_);
  document.data = read(data_);
  document.term_list = read(term_list_);
  return true;
}

bool DocumentReader::next_in_log() {
  std::deque<DocumentLog::Block>& blocks = shard_.log.blocks();
  while (at_ == end_) {
    if (std::exchange(started_, true)) blocks.pop_front();
    if (blocks.empty()) return false;
    at_ = blocks.front().bytes.get();
    end_ = at_ + blocks.front().used;
  }
  document.docid = log_docid_ += get_varint32(at_);
  const std::uint32_t length = get_varint32(at_);
  document.slots = get_bytes(at_);
  document.data = get_bytes(at_);
  const auto terms = static_cast<std::size_t>(get_varint(at_));
  const auto head_bytes = static_cast<std::size_t>(get_varint(at_));
  const auto position_bytes = static_cast<std::size_t>(get_varint(at_));
  const char* const ids = at_;
  const char* in = at_ + terms * sizeof(TermId);
  at_ = in + head_bytes + position_bytes;
  if (!shard_.write_term_lists) return true;
  const std::uint32_t* const ranks = shard_.dictionary.ranks().data();
  if (terms_.size() < terms) {
    terms_.resize(terms);
    order_.resize(terms);
  }
  for (std::size_t i = 0; i < terms; ++i) {
    const TermId id = get_term(ids, i);
    terms_[i] = {id, static_cast<std::uint32_t>(get_varint(in) >> 2)};
    shard_.dictionary.prefetch(id);
  }
  for (std::size_t i = 0; i < terms; ++i) order_[i] = std::uint64_t{ranks[terms_[i].first]} << 32 | i;
  std::sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(terms));
  encoder_.begin(length, terms);
  for (std::size_t i = 0; i < terms; ++i) {
    const auto& [id, wdf] = terms_[static_cast<std::uint32_t>(order_[i])];
    encoder_.add(shard_.dictionary.term(id), wdf);
  }
  document.term_list = encoder_.tag();
  return true;
}

}  // namespace kwerenda::glass
