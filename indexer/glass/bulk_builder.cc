#include "indexer/glass/bulk_builder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <functional>
#include <thread>
#include <utility>

#include "analysis/message.h"
#include "indexer/glass/bulk_shard.h"
#include "indexer/glass/postings.h"

namespace kwerenda::glass {
namespace {

constexpr unsigned kMaxShards = 256;

// A hidden directory beside the target. A lock tells the directory of a living builder from what a killed one
// left.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::filesystem::path& target) {
    std::filesystem::path name = target.filename();
    if (name.empty()) name = target.parent_path().filename();  // "index/"
    parent_ = (target.has_filename() ? target : target.parent_path()).parent_path();
    if (parent_.empty()) parent_ = ".";
    const std::string prefix = std::string(".").append(name.string()).append(".bulk-");
    remove_abandoned(prefix);
    std::string pattern = (parent_ / (prefix + "XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw io_error(pattern,
                     message("nie można utworzyć katalogu roboczego", "cannot create the working directory"),
                     errno);
    path_ = pattern;
    lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ < 0) {
      const int failed = errno;
      ::rmdir(path_.c_str());
      throw io_error(path_,
                     message("nie można otworzyć katalogu roboczego", "cannot open the working directory"),
                     failed);
    }
    // Where the file system knows no locks, nothing is ever taken for abandoned either.
    (void)::flock(lock_, LOCK_EX | LOCK_NB);
  }
  ~WorkDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
    ::close(lock_);
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& parent() const { return parent_; }

 private:
  void remove_abandoned(const std::string& prefix) const {
    std::error_code ignored;
    for (std::filesystem::directory_iterator entry(parent_, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
      if (!entry->path().filename().string().starts_with(prefix)) continue;
      const int descriptor = ::open(entry->path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (descriptor < 0) continue;
      std::error_code failed;
      if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove_all(entry->path(), failed);
      ::close(descriptor);
    }
  }

  std::filesystem::path parent_;
  std::filesystem::path path_;
  int lock_ = -1;
};

// Runs all tasks on up to `threads` threads, this one included, and throws the first exception that one of
// them threw.
void run_tasks(const std::vector<std::function<void()>>& tasks, unsigned threads) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::exception_ptr> failures(tasks.size());
  const auto work = [&] {
    for (std::size_t i; (i = next++) < tasks.size();) {
      try {
        tasks[i]();
      } catch (...) {
        failures[i] = std::current_exception();
        next = tasks.size();
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, tasks.size()); ++i) helpers.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

BulkShard::BulkShard(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BulkShard::~BulkShard() = default;

TermId BulkShard::intern(std::string_view term) {
  const std::size_t bytes = escaped_size(term);
  if (bytes == 0 || bytes > kMaxTermBytes) {
    throw Error(ErrorKind::limit,
                message("słowo ma {} bajtów, a może mieć od 1 do {} (bajt zerowy liczy się podwójnie)",
                        "the term has {} bytes, it may have 1 to {} (a zero byte counts twice)", bytes,
                        kMaxTermBytes));
  }
  const TermId id = impl_->dictionary.intern(term);
  if (id == impl_->states.size()) impl_->states.emplace_back();
  return id;
}

void BulkShard::add(std::uint32_t docid, std::span<const Posting> postings, std::string_view data,
                    std::span<const Value> values) {
  impl_->add(docid, postings, data, values);
}

std::uint32_t BulkShard::last_docid() const { return impl_->last_docid; }

struct BulkBuilder::Impl {
  std::filesystem::path target;
  BulkOptions options;
  WorkDirectory work;
  std::vector<std::unique_ptr<BulkShard>> shards;
  std::map<std::string, std::string, std::less<>> metadata;

  Impl(std::filesystem::path target_path, const BulkOptions& given)
      : target(std::move(target_path)), options(given), work(target) {}

  std::filesystem::path index() const { return work.path() / "index"; }
  TableOptions table_options(TagCompression compression) const {
    return {options.block_bytes, compression, options.durability,
            options.finish_threads > 1 ? Writing::aside : Writing::here};
  }
  RunMerge merge_runs() const;
  Statistics statistics() const;
  TableRoot write_postlist(BulkResult& result) const;
  TableRoot write_positions(BulkResult& result) const;
  std::pair<TableRoot, TableRoot> write_documents(BulkResult& result) const;
};

BulkBuilder::BulkBuilder(std::filesystem::path target, const BulkOptions& options) {
  if (options.shards == 0 || options.shards > kMaxShards) {
    throw Error(ErrorKind::usage,
                message("liczba części ma być od 1 do {}, a jest {}",
                        "the number of shards has to be 1 to {}, it is {}", kMaxShards, options.shards));
  }
  check_block_bytes(options.block_bytes);
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored) &&
      !(std::filesystem::is_directory(target, ignored) && std::filesystem::is_empty(target, ignored))) {
    throw Error(ErrorKind::usage,
                message("{}: już istnieje; podaj nowy katalog albo usuń ten",
                        "{}: exists already; give a new directory or remove this one", target.string()));
  }
  impl_ = std::make_unique<Impl>(std::move(target), options);
  for (unsigned number = 0; number < options.shards; ++number) {
    auto shard = std::make_unique<BulkShard::Impl>();
    shard->directory = impl_->work.path();
    shard->number = number;
    shard->memory_limit = options.memory_bytes / options.shards;
    shard->write_term_lists = options.term_lists == TermLists::write;
    impl_->shards.emplace_back(new BulkShard(std::move(shard)));
  }
}

BulkBuilder::~BulkBuilder() = default;

std::filesystem::path BulkBuilder::directory() const { return impl_->index(); }

BulkShard& BulkBuilder::shard(unsigned number) { return *impl_->shards.at(number); }

void BulkBuilder::set_metadata(std::string_view key, std::string_view value) {
  if (key.empty() || key.size() > kMaxKeyBytes - kMetadataPrefix.size()) {
    throw Error(ErrorKind::limit, message("klucz metadanych ma {} bajtów, a może mieć od 1 do {}",
                                          "the metadata key has {} bytes, it may have 1 to {}", key.size(),
                                          kMaxKeyBytes - kMetadataPrefix.size()));
  }
  if (value.size() > kMaxTagBytes) {
    throw Error(ErrorKind::limit, message("metadane „{}” mają {} bajtów, a mogą mieć najwyżej {}",
                                          "metadata “{}” has {} bytes, it may have {} at most", key,
                                          value.size(), kMaxTagBytes));
  }
  if (value.empty()) {
    impl_->metadata.erase(std::string(key));
  } else {
    impl_->metadata.insert_or_assign(std::string(key), std::string(value));
  }
}

RunMerge BulkBuilder::Impl::merge_runs() const {
  std::vector<std::unique_ptr<RunReader>> runs;
  for (const auto& shard : shards) {
    for (auto& run : shard->impl_->open_runs()) runs.push_back(std::move(run));
  }
  return RunMerge(std::move(runs));
}

Statistics BulkBuilder::Impl::statistics() const {
  Statistics sum;
  for (const auto& shard : shards) {
    const Statistics& part = shard->impl_->statistics;
    sum.documents += part.documents;
    sum.last_docid = std::max(sum.last_docid, part.last_docid);
    sum.total_length += part.total_length;
    if (part.shortest_document > 0 &&
        (sum.shortest_document == 0 || part.shortest_document < sum.shortest_document)) {
      sum.shortest_document = part.shortest_document;
    }
    sum.longest_document = std::max(sum.longest_document, part.longest_document);
    sum.greatest_wdf = std::max(sum.greatest_wdf, part.greatest_wdf);
  }
  return sum;
}

TableRoot BulkBuilder::Impl::write_postlist(BulkResult& result) const {
  TableWriter table(index() / "postlist.glass", table_options(TagCompression::none));
  for (const auto& [key, value] : metadata) table.add(std::string(kMetadataPrefix) + key, value);

  std::map<std::string, SlotValues> slots;  // keys as they are stored, which is not by number
  for (const auto& shard : shards) {
    for (const auto& [key, values] : shard->impl_->values) {
      SlotValues& slot = slots[value_statistics_key(values.slot)];
      if (slot.values == 0 || values.least < slot.least) slot.least = values.least;
      if (slot.values == 0 || values.greatest > slot.greatest) slot.greatest = values.greatest;
      slot.values += values.values;
    }
  }
  for (const auto& [key, slot] : slots)
    table.add(key, value_statistics_tag(slot.values, slot.least, slot.greatest));

  RunMerge merge = merge_runs();
  PostingListWriter postings(table);
  ValueListWriter values(table);
  while (merge.next_entry()) {
    if (merge.key().starts_with(kValueChunkPrefix)) {
      values.begin(merge.key());
      merge.for_each(&RunReader::next_value, [&](const RunReader& run) { values.add(run.docid, run.bytes); });
      values.end();
    } else if (merge.key() == kLengthsPrefix) {
      postings.begin(ListKind::lengths, merge.key(), merge.documents(), 0);
      merge.for_each(&RunReader::next_length,
                     [&](const RunReader& run) { postings.add(run.docid, run.wdf); });
      postings.end();
    } else {
      if (merge.occurrences() > 0xffffffff) {
        throw Error(ErrorKind::limit,
                    message("słowo „{}” występuje {} razy, a może najwyżej 4294967295",
                            "the term “{}” occurs {} times, it may do so 4294967295 times at most",
                            merge.key(), merge.occurrences()));
      }
      postings.begin(ListKind::postings, merge.key(), merge.documents(), merge.occurrences());
      merge.for_each(&RunReader::next_posting,
                     [&](const RunReader& run) { postings.add(run.docid, run.wdf); });
      postings.end();
    }
  }
  const TableRoot root = table.finish();
  result.postlist = table.sum();
  return root;
}

TableRoot BulkBuilder::Impl::write_positions(BulkResult& result) const {
  if (std::none_of(shards.begin(), shards.end(),
                   [](const auto& shard) { return shard->impl_->has_positions; }))
    return {};
  RunMerge merge = merge_runs();
  std::unique_ptr<TableWriter> table;
  char key[kMaxKeyBytes + kMaxSortableBytes + 1];
  while (merge.next_entry()) {
    if (merge.key().starts_with(kValueChunkPrefix)) {
      merge.for_each(&RunReader::next_value, [](const RunReader&) {});
      continue;
    }
    if (merge.key() == kLengthsPrefix) {
      merge.for_each(&RunReader::next_length, [](const RunReader&) {});
      continue;
    }
    const std::size_t term_bytes = merge.key().size();
    std::memcpy(key, merge.key().data(), term_bytes);
    key[term_bytes] = '\0';
    merge.for_each(&RunReader::next_posting, [&](const RunReader& run) {
      if (run.bytes.empty()) return;
      if (!table) {
        table =
            std::make_unique<TableWriter>(index() / "position.glass", table_options(TagCompression::none));
      }
      const char* end = put_sortable(key + term_bytes + 1, run.docid);
      table->add({key, static_cast<std::size_t>(end - key)}, run.bytes);
    });
  }
  if (!table) return {};
  const TableRoot root = table->finish();
  result.position = table->sum();
  return root;
}

std::pair<TableRoot, TableRoot> BulkBuilder::Impl::write_documents(BulkResult& result) const {
  std::unique_ptr<TableWriter> term_lists, data;
  if (options.term_lists == TermLists::write) {
    term_lists = std::make_unique<TableWriter>(index() / "termlist.glass",
                                               table_options(options.term_list_compression));
  }
  if (options.on_first_document) options.on_first_document();
  std::vector<std::unique_ptr<DocumentReader>> readers;
  for (const auto& shard : shards) {
    auto reader = std::make_unique<DocumentReader>(*shard->impl_, DocumentReader::Source::file_and_log);
    if (reader->next()) readers.push_back(std::move(reader));
  }
  char key[kMaxSortableBytes + 1];
  std::uint32_t last_docid = 0;
  while (!readers.empty()) {
    // Shards are as many as threads: a scan is as good as a heap.
    std::size_t first = 0;
    for (std::size_t i = 1; i < readers.size(); ++i) {
      if (readers[i]->document.docid < readers[first]->document.docid) first = i;
    }
    const StoredDocument& document = readers[first]->document;
    if (document.docid == last_docid) fail_added_twice(last_docid);
    last_docid = document.docid;
    char* const end = put_sortable(key, document.docid);
    const std::string_view docid_key(key, static_cast<std::size_t>(end - key));
    if (term_lists) {
      term_lists->add(docid_key, document.term_list);
      *end = '\0';
      if (!document.slots.empty()) term_lists->add({key, docid_key.size() + 1}, document.slots);
    }
    if (!document.data.empty()) {
      if (!data)
        data =
            std::make_unique<TableWriter>(index() / "docdata.glass", table_options(options.data_compression));
      data->add(docid_key,
                options.on_document ? options.on_document(document.docid, document.data) : document.data);
    }
    if (!readers[first]->next()) readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(first));
  }
  if (options.on_last_document) options.on_last_document();
  std::pair<TableRoot, TableRoot> roots;
  if (term_lists) {
    roots.first = term_lists->finish();
    result.termlist = term_lists->sum();
  }
  if (data) {
    roots.second = data->finish();
    result.docdata = data->sum();
  }
  return roots;
}

BulkResult BulkBuilder::finish() {
  Impl& impl = *impl_;
  const unsigned threads = std::max(1u, impl.options.finish_threads);
  std::vector<std::function<void()>> tasks;
  for (const auto& shard : impl.shards) tasks.push_back([&shard] { shard->impl_->prepare(); });
  run_tasks(tasks, threads);

  const std::filesystem::path index = impl.index();
  std::error_code failed;
  if (!std::filesystem::create_directory(index, failed)) {
    throw io_error(index, message("nie można utworzyć katalogu", "cannot create the directory"),
                   failed.value());
  }
  VersionFile version;
  version.uuid = make_uuid();
  version.statistics = impl.statistics();
  BulkResult result;
  result.statistics = version.statistics;
  for (const auto& shard : impl.shards)
    result.runs += static_cast<std::uint32_t>(shard->impl_->run_files.size());
  // The longest task first.
  run_tasks({[&] { std::tie(version.termlist, version.docdata) = impl.write_documents(result); },
             [&] { version.position = impl.write_positions(result); },
             [&] { version.postlist = impl.write_postlist(result); }},
            threads);
  // What later updates of a table that is not there yet shall do.
  version.termlist.compression = impl.options.term_list_compression;
  version.docdata.compression = impl.options.data_compression;
  std::vector<SummedFile> files{write_version_file(index, version, impl.options.durability)};
  for (const SummedFile& file : {result.postlist, result.position, result.termlist, result.docdata}) {
    if (file.size > 0) files.push_back(file);
  }
  if (impl.options.on_complete) impl.options.on_complete(index, files);
  const bool durable = impl.options.durability == Durability::synced;
  if (durable) sync_directory(index);
  if (::rename(index.c_str(), impl.target.c_str()) != 0) {
    throw io_error(
        impl.target,
        message("nie można wstawić gotowego indeksu", "cannot put the finished index in its place"), errno);
  }
  if (durable) sync_directory(impl.work.parent());
  return result;
}

}  // namespace kwerenda::glass
