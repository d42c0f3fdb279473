#include "indexer/segment_merge.h"

#include <xapian.h>

#include <algorithm>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "analysis/error.h"
#include "analysis/key_streams.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"
#include "analysis/stored.h"
#include "analysis/text_compression.h"
#include "indexer/durable_files.h"
#include "indexer/glass/postings.h"
#include "indexer/glass/version_file.h"
#include "indexer/key_stream_writer.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr glass::Durability kDurability = glass::Durability::synced;
constexpr glass::Writing kWriting = glass::Writing::aside;

Xapian::Database open_segment(const fs::path& segment) {
  return Xapian::Database(segment.string(), Xapian::DB_BACKEND_GLASS);
}

[[noreturn]] void throw_damaged(const fs::path& segment, const std::string& what) {
  throw Error(ErrorKind::corrupt,
              message("{}: {}. Przywróć indeks z kopii albo zbuduj go od nowa.",
                      "{}: {}. Restore the index from a backup or build it anew.", segment.string(), what));
}

// A segment on its way into another one.
struct Source {
  explicit Source(const MergeInput& input)
      : path(input.segment), database(open_segment(input.segment)), keys(input.segment) {
    dictionary = database.get_metadata(kTextDictionaryKey);
    numbers.resize(std::size_t{keys.documents()} + 1);
    if (database.get_doccount() != keys.documents())
      throw_damaged(path, message("baza i plik kluczy mają różną liczbę fragmentów",
                                  "the database and the file of keys have different numbers of passages"));
    PassageKeys passage;
    for (std::uint32_t docid = 1; docid <= keys.documents(); ++docid) {
      if (!keys.read(docid, passage))
        throw_damaged(
            path, message("klucze fragmentu {} są uszkodzone", "the keys of passage {} are damaged", docid));
      if (!input.dead_reports.contains(passage.report_key) && !input.dead_documents.contains(docid))
        numbers[docid] = ++alive;
    }
  }

  fs::path path;
  Xapian::Database database;
  KeyStreamFile keys;
  std::string dictionary;
  std::vector<std::uint32_t> numbers;  // by docid: among those alive from 1 on, 0 for the dead
  std::uint32_t alive = 0;
  std::uint32_t before = 0;  // alive in the sources before this one
};

struct Entry {
  std::uint32_t docid = 0;
  std::uint32_t wdf = 0;
};

class Merge {
 public:
  Merge(const std::vector<MergeInput>& inputs, OlderSegments older, const fs::path& target)
      : inputs_(inputs), older_(older), target_(target) {}

  void run() {
    for (const MergeInput& input : inputs_) {
      verify_files(input.segment);
      sources_.push_back(std::make_unique<Source>(input));
      sources_.back()->before = documents_;
      documents_ += sources_.back()->alive;
    }
    // Of the one with most text: the fewest records are compressed anew.
    dictionary_ = (*std::max_element(sources_.begin(), sources_.end(), [](const auto& a, const auto& b) {
                    return a->dictionary.empty() != b->dictionary.empty() ? !b->dictionary.empty()
                                                                          : a->alive < b->alive;
                  }))->dictionary;
    if (dictionary_.empty()) dictionary_ = train_dictionary();
    make_directories(target_);
    std::exception_ptr failure;
    {
      std::jthread documents([&] {
        try {
          write_documents();
        } catch (...) {
          failure = std::current_exception();
        }
      });
      write_postlist();
    }
    if (failure) std::rethrow_exception(failure);
    version_.uuid = glass::make_uuid();
    files_.push_back(glass::write_version_file(target_, version_, kDurability));
    files_.insert(files_.end(), document_files_.begin(), document_files_.end());
    const std::string sums = to_text(files_);
    glass::OutputFile file(target_ / kSumsName, sums.size(), kDurability);
    file.append(sums);
    file.finish();
    glass::sync_directory(target_);
  }

 private:
  // --- texts and key streams ---

  // Small segments have none, but many of them together are worth one.
  std::string train_dictionary() const {
    std::string samples;
    std::vector<std::size_t> sizes;
    TextDecompressor decompressor("");
    StoredPassage passage;
    for (const auto& source : sources_) {
      for (std::uint32_t docid = 1;
           docid <= source->keys.documents() && samples.size() < kDictionarySampleBytes; ++docid) {
        if (!source->numbers[docid]) continue;
        const std::string record = source->database.get_document(docid, Xapian::DOC_ASSUME_VALID).get_data();
        if (!decode_passage(record, decompressor, passage))
          throw_damaged(source->path, message("fragment {} jest uszkodzony", "passage {} is damaged", docid));
        samples += passage.text;
        sizes.push_back(passage.text.size());
      }
    }
    return train_text_dictionary(samples, sizes);
  }

  void write_documents() {
    std::unique_ptr<glass::TableWriter> data;
    KeyStreamWriter streams(target_, kDurability, kWriting);
    TextCompressor compressor(dictionary_);
    char key[glass::kMaxSortableBytes];
    for (const auto& source : sources_) {
      const Xapian::Database database = open_segment(source->path);  // a handle of this thread's own
      TextDecompressor decompressor(source->dictionary);
      StoredPassage passage;
      PassageKeys keys;
      for (std::uint32_t docid = 1; docid <= source->keys.documents(); ++docid) {
        if (!source->numbers[docid]) continue;
        std::string record = database.get_document(docid, Xapian::DOC_ASSUME_VALID).get_data();
        if (source->dictionary == dictionary_) {
          if (!is_sealed(record))
            throw_damaged(source->path,
                          message("fragment {} jest uszkodzony", "passage {} is damaged", docid));
        } else {
          if (!decode_passage(record, decompressor, passage))
            throw_damaged(source->path,
                          message("fragment {} jest uszkodzony", "passage {} is damaged", docid));
          record = encode_passage(passage, compressor);
        }
        if (!data) {
          data = std::make_unique<glass::TableWriter>(
              target_ / "docdata.glass", glass::TableOptions{.durability = kDurability, .writing = kWriting});
        }
        const char* const end = glass::put_sortable(key, source->before + source->numbers[docid]);
        data->add({key, static_cast<std::size_t>(end - key)}, record);
        source->keys.read(docid, keys);
        streams.add(keys);
      }
    }
    if (data) {
      version_.docdata = data->finish();
      document_files_.push_back(data->sum());
    }
    streams.finish();
    document_files_.push_back(streams.sum());
  }

  // --- everything else ---

  void write_postlist() {
    glass::TableWriter table(target_ / "postlist.glass", {.durability = kDurability, .writing = kWriting});
    for (const auto& [key, value] : metadata()) table.add(std::string(glass::kMetadataPrefix) + key, value);
    write_values(table);
    write_lengths(table);
    write_terms(table);
    version_.postlist = table.finish();
    files_.push_back(table.sum());
  }

  std::map<std::string, std::string> metadata() const {
    std::map<std::string, std::string> merged;
    std::uint64_t passage_bytes = 0;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const Xapian::Database& database = sources_[i]->database;
      for (auto entry = database.metadata_keys_begin(); entry != database.metadata_keys_end(); ++entry) {
        const std::string name = *entry;
        const std::string value = database.get_metadata(name);
        if (name == kPassageBytesKey || name == kTextDictionaryKey) continue;
        if (name.front() == kSupersededPrefix && older_ == OlderSegments::none) continue;
        if (name.front() == kReportMetadataPrefix && name.size() == 9) {
          const std::uint64_t key = decode_report_key(std::string_view(name).substr(1));
          if (inputs_[i].dead_reports.contains(key)) continue;
          StoredReport report;
          if (!decode_report(value, report))
            throw_damaged(sources_[i]->path, message("zapis o raporcie {:016x} jest uszkodzony",
                                                     "the record of report {:016x} is damaged", key));
          passage_bytes += report.passage_bytes;
        }
        merged.emplace(name, value);  // manifest and words are the same in all
      }
    }
    merged[kPassageBytesKey] = std::to_string(passage_bytes);
    if (!dictionary_.empty()) merged[kTextDictionaryKey] = dictionary_;
    return merged;
  }

  void write_values(glass::TableWriter& table) {
    std::map<std::string, std::string> statistics;  // keys as they are stored, which is not by number
    std::map<std::string, std::vector<std::pair<std::uint32_t, std::string>>> lists;
    for (const Xapian::valueno slot : {kReportSlot, kDateSlot}) {
      auto& list = lists[glass::value_chunk_key(slot)];
      for (const auto& source : sources_) {
        const Xapian::Database& database = source->database;
        for (auto value = database.valuestream_begin(slot); value != database.valuestream_end(slot);
             ++value) {
          if (const std::uint32_t number = source->numbers[value.get_docid()])
            list.emplace_back(source->before + number, *value);
        }
      }
      if (list.empty()) continue;
      const auto [least, greatest] = std::minmax_element(
          list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
      statistics[glass::value_statistics_key(slot)] = glass::value_statistics_tag(
          static_cast<std::uint32_t>(list.size()), least->second, greatest->second);
    }
    for (const auto& [key, tag] : statistics) table.add(key, tag);
    glass::ValueListWriter values(table);
    for (const auto& [key, list] : lists) {
      if (list.empty()) continue;
      values.begin(key);
      for (const auto& [docid, value] : list) values.add(docid, value);
      values.end();
    }
  }

  void write_lengths(glass::TableWriter& table) {
    glass::Statistics& statistics = version_.statistics;
    statistics.documents = statistics.last_docid = documents_;
    if (documents_ == 0) return;
    glass::PostingListWriter lengths(table);
    lengths.begin(glass::ListKind::lengths, glass::kLengthsPrefix, documents_, 0);
    for (const auto& source : sources_) {
      const auto end = source->database.postlist_end("");
      for (auto document = source->database.postlist_begin(""); document != end; ++document) {
        const std::uint32_t number = source->numbers[*document];
        if (!number) continue;
        const std::uint32_t length = document.get_doclength();
        lengths.add(source->before + number, length);
        statistics.total_length += length;
        if (length > 0 && (statistics.shortest_document == 0 || length < statistics.shortest_document))
          statistics.shortest_document = length;
        statistics.longest_document = std::max(statistics.longest_document, length);
      }
    }
    lengths.end();
  }

  void write_terms(glass::TableWriter& table) {
    struct Terms {
      const Source* source;
      Xapian::TermIterator at, end;
      std::string term;
    };
    std::vector<Terms> lists;
    for (const auto& source : sources_) {
      Terms terms{source.get(), source->database.allterms_begin(), source->database.allterms_end(), {}};
      if (terms.at == terms.end) continue;
      terms.term = *terms.at;
      lists.push_back(std::move(terms));
    }
    glass::PostingListWriter postings(table);
    std::vector<Entry> entries;
    std::string key, term;
    while (!lists.empty()) {
      // A handful of segments: a scan is as good as a heap.
      term = std::min_element(lists.begin(), lists.end(), [](const Terms& a, const Terms& b) {
               return a.term < b.term;
             })->term;
      entries.clear();
      std::uint64_t occurrences = 0;
      for (std::size_t i = 0; i < lists.size();) {
        Terms& list = lists[i];
        if (list.term != term) {
          ++i;
          continue;
        }
        const auto end = list.source->database.postlist_end(term);
        for (auto posting = list.source->database.postlist_begin(term); posting != end; ++posting) {
          const std::uint32_t number = list.source->numbers[*posting];
          if (!number) continue;
          entries.push_back({list.source->before + number, posting.get_wdf()});
          occurrences += entries.back().wdf;
          version_.statistics.greatest_wdf = std::max(version_.statistics.greatest_wdf, entries.back().wdf);
        }
        if (++list.at == list.end) {
          lists.erase(lists.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
          list.term = *list.at;
          ++i;
        }
      }
      if (entries.empty()) continue;
      if (occurrences > UINT32_MAX) {
        throw Error(ErrorKind::limit,
                    message("{}: klucz „{}” występuje zbyt często. Podziel raporty na dwa indeksy.",
                            "{}: key “{}” occurs too often. Divide the reports between two indexes.",
                            target_.string(), term));
      }
      key.clear();
      glass::append_escaped(key, term);
      postings.begin(glass::ListKind::postings, key, static_cast<std::uint32_t>(entries.size()), occurrences);
      for (const Entry& entry : entries) postings.add(entry.docid, entry.wdf);
      postings.end();
    }
  }

  const std::vector<MergeInput>& inputs_;
  OlderSegments older_;
  fs::path target_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::uint32_t documents_ = 0;
  std::string dictionary_;
  glass::VersionFile version_;
  std::vector<SummedFile> files_, document_files_;  // the second by the thread that writes documents
};

}  // namespace

void merge_segments(const std::vector<MergeInput>& inputs, OlderSegments older, const fs::path& target) {
  Merge(inputs, older, target).run();
}

}  // namespace kwerenda
