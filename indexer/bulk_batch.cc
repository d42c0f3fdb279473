#include "indexer/bulk_batch.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"
#include "analysis/text_compression.h"
#include "analysis/tokenizer.h"
#include "indexer/glass/bulk_builder.h"
#include "indexer/glass/coding.h"
#include "indexer/key_stream_writer.h"
#include "indexer/passage_document.h"

namespace kwerenda {
namespace {

// Reports that wait for a worker, in bytes of text: enough to keep two workers busy while the caller waits
// for a slow disk.
constexpr std::uint64_t kQueueBytes = 32u << 20;
// So much text is first compressed and then analysed. Each of the two goes over half a megabyte of tables of
// its own, and passage by passage they threw each other's out of the cache.
constexpr std::size_t kTogetherBytes = 512u << 10;
// What remembering the keys of surfaces may take: 12 million surfaces, of some 50 GB of text.
constexpr std::size_t kMostSurfaceBytes = 256u << 20;

struct Work {
  Report report;
  std::vector<Passage> passages;
  std::uint64_t key = 0;
  std::uint32_t first_docid = 0;
};

// A queue whose weight is bounded. Closing it lets the takers drain it; breaking it makes everybody stop.
class WorkQueue {
 public:
  void put(Work work) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [&] { return bytes_ < kQueueBytes || failure_; });
    if (failure_) std::rethrow_exception(failure_);
    bytes_ += work.report.text.size();
    waiting_.push_back(std::move(work));
    lock.unlock();
    has_work_.notify_one();
  }

  // Takes what waits, up to kTogetherBytes and what goes beyond; false if nothing will come any more.
  bool take(std::vector<Work>& taken) {
    taken.clear();
    std::unique_lock lock(mutex_);
    has_work_.wait(lock, [&] { return !waiting_.empty() || closed_ || failure_; });
    if (waiting_.empty() || failure_) return false;
    // Towards the end less and less, so that all takers end together.
    const std::uint64_t most = std::min<std::uint64_t>(kTogetherBytes, bytes_ / 4);
    std::uint64_t bytes = 0;
    do {
      bytes += waiting_.front().report.text.size();
      taken.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    } while (bytes < most && !waiting_.empty());
    bytes_ -= bytes;
    lock.unlock();
    has_room_.notify_one();
    return true;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    has_work_.notify_all();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    has_work_.notify_all();
    has_room_.notify_all();
  }

  std::exception_ptr failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable has_room_, has_work_;
  std::deque<Work> waiting_;
  std::uint64_t bytes_ = 0;
  bool closed_ = false;
  std::exception_ptr failure_;
};

// A document's key streams on their way through the shard, in front of its record.
void append_keys(const PassageKeys& keys, std::string& out) {
  glass::append_varint(out, keys.report_key);
  glass::append_varint(out, keys.ordinal);
  glass::append_varint(out, keys.text_bytes);
  for (const KeyStreamView stream : {keys.text, keys.title, keys.heading}) {
    glass::append_varint(out, stream.size());
    out.append(reinterpret_cast<const char*>(stream.data()), stream.size_bytes());
  }
}

// One thread's part: reports out of the queue, documents into a shard.
class Worker {
 public:
  Worker(const std::shared_ptr<SharedKeys>& keys, const std::string& dictionary, glass::BulkShard& shard)
      : table_(keys), compressor_(dictionary), documents_(table_), shard_(shard) {}

  void run(WorkQueue& queue) {
    try {
      for (std::vector<Work> works; queue.take(works);) index(works);
    } catch (...) {
      queue.fail(std::current_exception());
    }
  }

 private:
  struct Place {
    const Work* work;
    const Passage* passage;
  };

  void index(const std::vector<Work>& works) {
    places_.clear();
    for (const Work& work : works) {
      for (const Passage& passage : work.passages) places_.push_back({&work, &passage});
    }
    for (std::size_t begin = 0, end = 0; begin < places_.size(); begin = end) {
      for (std::size_t bytes = 0; bytes < kTogetherBytes && end < places_.size(); ++end) {
        const auto& [work, passage] = places_[end];
        bytes += passage->end - passage->begin;
        if (records_.size() <= end - begin) records_.emplace_back();
        encode_passage(stored_passage(work->report, work->key, *passage), compressor_, records_[end - begin]);
      }
      for (std::size_t i = begin; i < end; ++i)
        index(*places_[i].work, *places_[i].passage, records_[i - begin]);
    }
  }

  void index(const Work& work, const Passage& passage, std::string_view record) {
    const bool first = &passage == &work.passages.front();
    if (first) begin_report(work);
    documents_.make(passage, document_);
    postings_.clear();
    for (const PassageTerm& term : document_.terms) postings_.push_back({shard_term(term), term.wdf, {}});
    postings_.insert(postings_.end(), filters_.begin(), filters_.end());
    data_.clear();
    if (!first) document_.keys.title = {};  // kept once a report
    append_keys(document_.keys, data_);
    data_ += record;
    const auto ordinal = static_cast<std::uint32_t>(&passage - work.passages.data());
    shard_.add(work.first_docid + ordinal, postings_, data_, values_);
  }

  void begin_report(const Work& work) {
    documents_.begin_report(work.report, work.key);
    filters_.clear();
    for (const std::string& filter : documents_.filters()) filters_.push_back({shard_.intern(filter), 0, {}});
    values_.clear();
    for (const auto& [slot, bytes] : documents_.values()) values_.push_back({slot, bytes});
  }

  // The shard's number of a term, remembered by prefix and key.
  glass::TermId shard_term(const PassageTerm& term) {
    std::vector<glass::TermId>& known = shard_terms_[static_cast<unsigned char>(term.prefix) & 31];
    if (term.key >= known.size()) known.resize(table_.size() + table_.size() / 2 + 64, kUnknownTerm);
    glass::TermId& id = known[term.key];
    if (id == kUnknownTerm) id = shard_.intern(term_text(term, table_));
    return id;
  }

  static constexpr glass::TermId kUnknownTerm = UINT32_MAX;

  KeyTable table_;
  TextCompressor compressor_;
  PassageDocumentMaker documents_;
  glass::BulkShard& shard_;
  std::vector<Place> places_;
  std::vector<std::string> records_;
  PassageDocument document_;
  std::string data_;
  std::vector<glass::Posting> postings_, filters_;
  std::vector<glass::Value> values_;
  std::vector<glass::TermId> shard_terms_[32];  // by the prefix's letter
};

// What finish() takes apart again: streams into their file, the record into the database.
class DocumentSplitter {
 public:
  explicit DocumentSplitter(glass::Writing writing) : writing_(writing) {}

  std::string_view split(std::string_view data) {
    const char* in = data.data();
    PassageKeys keys;
    keys.report_key = glass::get_varint(in);
    keys.ordinal = glass::get_varint32(in);
    keys.text_bytes = glass::get_varint32(in);
    keys.text = stream(in, text_);
    keys.title = stream(in, title_);
    keys.heading = stream(in, heading_);
    writer_->add(keys);
    return data.substr(static_cast<std::size_t>(in - data.data()));
  }

  void begin(const std::filesystem::path& directory) {
    writer_.emplace(directory, glass::Durability::synced, writing_);
  }
  // Behind the last document, while the other tables are still being written.
  void finish() { writer_->finish(); }

  void complete(const std::filesystem::path& directory, std::vector<SummedFile> files) {
    files.push_back(writer_->sum());
    const std::string sums = to_text(files);
    glass::OutputFile file(directory / kSumsName, sums.size(), glass::Durability::synced);
    file.append(sums);
    file.finish();
  }

 private:
  static KeyStreamView stream(const char*& in, KeyStream& copy) {
    copy.resize(glass::get_varint(in));
    if (!copy.empty()) std::memcpy(copy.data(), in, copy.size() * sizeof copy[0]);
    in += copy.size() * sizeof copy[0];
    return copy;
  }

  glass::Writing writing_;
  std::optional<KeyStreamWriter> writer_;
  KeyStream text_, title_, heading_;
};

}  // namespace

struct BulkBatch::Impl {
  // A report's entry, its metadata and what they are kept in, beside the record: 1,000,000 reports of one
  // line took .9 KB each.
  static constexpr std::uint64_t kKeptBytes = 500;

  struct Entry {
    std::string record;  // a stored report, as it goes into the metadata
    std::uint32_t first_docid = 0;
    std::uint32_t passages = 0;
    std::uint64_t passage_bytes = 0;
  };

  Impl(const std::filesystem::path& target, const BulkBatchSettings& given)
      : settings(given),
        splitter(given.threads > 1 ? glass::Writing::aside : glass::Writing::here),
        builder(target, options()) {}

  ~Impl() {
    queue.fail(std::make_exception_ptr(
        Error(ErrorKind::io, message("przerwano budowę indeksu", "building the index was interrupted"))));
    join();
  }

  glass::BulkOptions options() {
    glass::BulkOptions options;
    options.memory_bytes = settings.memory_bytes;
    options.shards = options.finish_threads = std::max(1u, settings.threads);
    options.term_lists = glass::TermLists::omit;
    options.on_first_document = [this] { splitter.begin(builder.directory()); };
    options.on_document = [this](std::uint32_t, std::string_view data) { return splitter.split(data); };
    options.on_last_document = [this] { splitter.finish(); };
    options.on_complete = [this](const std::filesystem::path& directory,
                                 const std::vector<SummedFile>& files) {
      splitter.complete(directory, files);
    };
    return options;
  }

  // Trains the dictionary on what waits, and lets the workers have it.
  void start() {
    std::string samples;
    std::vector<std::size_t> sizes;
    for (const Work& work : waiting) {
      for (const Passage& passage : work.passages) {
        samples.append(work.report.text, passage.begin, passage.end - passage.begin);
        sizes.push_back(passage.end - passage.begin);
      }
    }
    {
      std::jthread other_core;
      if (settings.threads > 1) other_core = begin_remembering();
      dictionary = train_text_dictionary(samples, sizes);
    }
    if (!dictionary.empty()) builder.set_metadata(kTextDictionaryKey, dictionary);
    for (unsigned i = 0; i < std::max(1u, settings.threads); ++i) {
      threads.emplace_back([this, i] { Worker(keys, dictionary, builder.shard(i)).run(queue); });
    }
    for (Work& work : waiting) queue.put(std::move(work));
    waiting.clear();
  }

  // Nobody else has work before there is a dictionary: meanwhile the keys of what waits are computed, as many
  // as there is time for. The first megabytes have most of the new surfaces.
  std::jthread begin_remembering() {
    const auto remember = [this](const std::stop_token& stop) {
      try {
        KeyTable table(keys);
        std::vector<Token> tokens;
        for (const Work& work : waiting) {
          for (const Passage& passage : work.passages) {
            if (stop.stop_requested()) return;
            const std::string_view text =
                std::string_view(work.report.text).substr(passage.begin, passage.end - passage.begin);
            tokenize(text, tokens);
            for (const Token& token : tokens)
              (void)table.keys_of(text.substr(token.begin, token.end - token.begin));
          }
        }
      } catch (const std::exception&) {  // the workers will meet it again
      }
    };
    try {
      return std::jthread(remember);
    } catch (const std::system_error&) {  // no thread to be had
      return {};
    }
  }

  void join() {
    for (std::thread& thread : threads) {
      if (thread.joinable()) thread.join();
    }
  }

  void supersede(const Entry& entry) {
    for (std::uint32_t i = 0; i < entry.passages; ++i) superseded.push_back(entry.first_docid + i);
  }

  BulkBatchSettings settings;
  std::shared_ptr<SharedKeys> keys = std::make_shared<SharedKeys>(settings.keys, kMostSurfaceBytes);
  DocumentSplitter splitter;
  glass::BulkBuilder builder;
  WorkQueue queue;
  std::vector<Work> waiting;  // until there is a dictionary
  std::uint64_t waiting_bytes = 0;
  std::string dictionary;
  std::vector<std::thread> threads;
  std::unordered_map<std::uint64_t, Entry> entries;
  std::uint64_t kept_bytes = 0;
  std::vector<std::uint32_t> superseded;
  std::uint32_t next_docid = 1;
};

BulkBatch::BulkBatch(const std::filesystem::path& target, const BulkBatchSettings& settings)
    : impl_(std::make_unique<Impl>(target, settings)) {}
BulkBatch::~BulkBatch() = default;

void BulkBatch::add(Report report, std::vector<Passage> passages) {
  const std::uint64_t key = report_key(report.id);
  const StoredReport stored = stored_report(report, passages);
  Impl::Entry entry{encode_report(stored), impl_->next_docid, stored.passages, stored.passage_bytes};
  impl_->next_docid += entry.passages;
  Work work{std::move(report), std::move(passages), key, entry.first_docid};
  impl_->kept_bytes += Impl::kKeptBytes + 2 * entry.record.size();  // and as metadata, at the end
  auto [known, is_new] = impl_->entries.try_emplace(key, std::move(entry));
  if (!is_new) {
    impl_->supersede(known->second);
    known->second = std::move(entry);
  }
  if (!impl_->threads.empty()) return impl_->queue.put(std::move(work));
  impl_->waiting_bytes += work.report.text.size();
  impl_->waiting.push_back(std::move(work));
  if (impl_->waiting_bytes >= kDictionarySampleBytes) impl_->start();
}

bool BulkBatch::remove(std::uint64_t key) {
  const auto known = impl_->entries.find(key);
  if (known == impl_->entries.end()) return false;
  impl_->supersede(known->second);
  impl_->entries.erase(known);
  return true;
}

std::optional<StoredReport> BulkBatch::find(std::uint64_t key) const {
  const auto known = impl_->entries.find(key);
  if (known == impl_->entries.end()) return std::nullopt;
  StoredReport stored;
  decode_report(known->second.record, stored);  // of our own making
  return stored;
}

std::uint64_t BulkBatch::reports() const { return impl_->entries.size(); }

std::uint64_t BulkBatch::kept_bytes() const { return impl_->kept_bytes; }

std::uint64_t BulkBatch::passage_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [key, entry] : impl_->entries) bytes += entry.passage_bytes;
  return bytes;
}

void BulkBatch::set_metadata(std::string_view key, std::string_view value) {
  impl_->builder.set_metadata(key, value);
}

void BulkBatch::finish() {
  if (impl_->threads.empty()) impl_->start();
  impl_->queue.close();
  // While the workers empty the queue: behind them it took 46 ms for 23,000 reports, and one core had nothing
  // to do.
  for (const auto& [key, entry] : impl_->entries)
    impl_->builder.set_metadata(report_metadata_key(key), entry.record);
  impl_->builder.set_metadata(kPassageBytesKey, std::to_string(passage_bytes()));
  impl_->join();
  if (const auto failure = impl_->queue.failure()) std::rethrow_exception(failure);
  impl_->keys.reset();  // the inversion can do with its memory
  impl_->builder.finish();
}

const std::vector<std::uint32_t>& BulkBatch::superseded() const { return impl_->superseded; }

}  // namespace kwerenda
