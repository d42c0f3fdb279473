#include "searcher/index_reader.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "searcher/posting_list.h"

namespace kwerenda {
namespace {

constexpr std::size_t kMaxTableMemory = 64u << 20;
constexpr int kMaxAttempts = 20;  // to open what the stub names while writers replace it

SegmentNames present_stub(const std::filesystem::path& index) {
  struct stat status {};
  if (::stat((index / kStubName).c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
}

// Runs `work`, which reads the names of the segments and opens them. What they named a moment ago may be
// superseded and gone by now: then they name something else, and it is run again.
template <typename Work>
auto in_one_state(const std::filesystem::path& index, Work work) {
  for (int attempt = 1;; ++attempt) {
    const SegmentNames before = present_stub(index);
    try {
      return work();
    } catch (...) {
      if (attempt == kMaxAttempts || present_stub(index) == before) throw;
    }
  }
}

// Before format 3 blocks had no checksums. The manifest has one of its own.
void refuse_older_format(const std::filesystem::path& segment, const std::filesystem::path& index) {
  const GlassTable postlist(segment, GlassTable::Name::postlist, GlassTable::Blocks::trust);
  std::string joined;
  const auto manifest = postlist.find(metadata_key(kManifestKey), joined);
  if (manifest) manifest_from_json(*manifest, index.string());
}

}  // namespace

std::string stored_extra_lexicon(const std::filesystem::path& index, VerifiedSegments& verified) {
  try {
    return in_one_state(index, [&] {
      const std::filesystem::path segment = current_segments(index).front();
      verified.ensure(segment);
      const GlassTable postlist(
          segment, GlassTable::Name::postlist,
          verified.verifies_files() ? GlassTable::Blocks::trust : GlassTable::Blocks::verify);
      std::string joined;
      return std::string(postlist.find(metadata_key(kExtraLexiconKey), joined).value_or(""));
    });
  } catch (const Xapian::Error&) {
    return {};  // the reader, opened next, says what is wrong
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return {};
  }
}

IndexReader::IndexReader(const std::filesystem::path& index, std::shared_ptr<const KeyMaker> keys,
                         std::shared_ptr<VerifiedSegments> verified)
    : index_(index), keys_(std::move(keys)), verified_(std::move(verified)) {
  open();
}

void IndexReader::open() {
  try {
    in_one_state(index_, [&] {
      const SegmentNames names = present_stub(index_);
      open_segments();
      stub_ = names;
    });
  } catch (const Xapian::Error& error) {
    throw_error(error);
  }
  if (manifest_.lexicon_hash != keys_->lexicon().hash()) {
    throw Error(ErrorKind::incompatible,
                message("{}: indeks zbudowano z leksykonem {:016x}, a wczytano {:016x}. Podaj tamten "
                        "leksykon (--lexicon PLIK) albo zbuduj indeks od nowa.",
                        "{}: the index was built with lexicon {:016x}, the one loaded is {:016x}. Give that "
                        "lexicon (--lexicon FILE) or build the index anew.",
                        index_.string(), manifest_.lexicon_hash, keys_->lexicon().hash()));
  }
  if (manifest_.extra_lexicon_hash != keys_->lexicon().extra_hash()) {
    throw Error(ErrorKind::incompatible,
                message("{}: indeks zbudowano tymczasem od nowa z innym leksykonem dodatkowym. Otwórz go "
                        "ponownie.",
                        "{}: the index was meanwhile built anew with another extra lexicon. Open it again.",
                        index_.string()));
  }
  if (!table_) table_ = std::make_unique<KeyTable>(keys_);
}

void IndexReader::open_segments() {
  std::vector<Segment> segments;
  Xapian::Database database;
  double bytes = 0;
  Manifest manifest;
  std::string joined;
  const GlassTable::Blocks blocks =
      verified_->verifies_files() ? GlassTable::Blocks::trust : GlassTable::Blocks::verify;
  for (const std::filesystem::path& path : current_segments(index_)) {
    verified_->ensure(path);
    Segment& segment = segments.emplace_back();
    segment.path = path;
    segment.database = Xapian::Database(path.string(), Xapian::DB_BACKEND_GLASS);
    segment.postlist = std::make_unique<GlassTable>(path, GlassTable::Name::postlist, blocks);
    // Not through Xapian, which knows no checksums.
    const auto metadata = [&](const char* name) {
      return std::string(segment.postlist->find(metadata_key(name), joined).value_or(""));
    };
    try {
      manifest = manifest_from_json(metadata(kManifestKey), index_.string());
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::corrupt) refuse_older_format(path, index_);
      throw;
    }
    if (segment.database.get_doccount() > 0)
      segment.docdata = std::make_unique<GlassTable>(path, GlassTable::Name::docdata, blocks);
    segment.keys = std::make_unique<KeyStreamFile>(path);
    segment.decompressor = std::make_unique<TextDecompressor>(metadata(kTextDictionaryKey));
    bytes += std::strtod(metadata(kPassageBytesKey).c_str(), nullptr);
    const std::string superseded = metadata_key(std::string_view(&kSupersededPrefix, 1));
    TablePlace place = segment.postlist->lower_bound(superseded);
    for (TableItem item; segment.postlist->next(place, item) && item.key.starts_with(superseded);) {
      const std::uint64_t key = decode_report_key(item.key.substr(superseded.size()));
      for (auto older = segments.begin(); older + 1 != segments.end(); ++older)
        older->dead_reports.insert(key);
    }
    database.add_database(segment.database);
  }
  DeadDocuments dead;
  for (Segment& segment : segments) {
    if (segment.dead_reports.empty()) continue;
    std::vector<Xapian::docid>& documents = segment.dead_passages;
    for (const std::uint64_t key : segment.dead_reports) {
      PostingCursor(*segment.postlist, kReportPrefix + encode_report_key(key))
          .each_below(PostingCursor::kEnd, [&](std::uint64_t id, std::uint32_t) {
            documents.push_back(static_cast<Xapian::docid>(id));
          });
    }
    std::sort(documents.begin(), documents.end());
    dead[segment.database.get_uuid()] = documents;
  }
  dead_ = dead.empty() ? nullptr : std::make_shared<const DeadDocuments>(std::move(dead));
  segments_ = std::move(segments);
  database_ = database;
  manifest_ = manifest;
  mean_passage_bytes_ = std::max(1.0, bytes / std::max(1u, database_.get_doccount()));
  std::vector<const GlassTable*> postlists;
  for (const Segment& segment : segments_) postlists.push_back(segment.postlist.get());
  vocabulary_ = std::make_unique<TermVocabulary>(std::move(postlists), database_.get_doccount());
}

void IndexReader::refresh() {
  if (table_->memory() > kMaxTableMemory) table_ = std::make_unique<KeyTable>(keys_);
  if (present_stub(index_) != stub_) open();
}

void IndexReader::read(Xapian::docid id, StoredPassage& passage) {
  const Segment& segment = segment_of(id);
  if (!segment.docdata) throw_damaged(id);
  const auto record = segment.docdata->find(sortable(number_in_segment(id)), joined_);
  if (!record || !decode_passage(*record, *segment.decompressor, passage)) throw_damaged(id);
}

void IndexReader::prefetch(std::span<const Xapian::docid> ids) const {
  std::vector<std::string> keys;
  for (const Segment& segment : segments_) {
    if (!segment.docdata) continue;
    keys.clear();
    for (const Xapian::docid id : ids) {
      if (&segment_of(id) == &segment) keys.push_back(sortable(number_in_segment(id)));
    }
    segment.docdata->prefetch(keys);
  }
}

void IndexReader::read_keys(Xapian::docid id, PassageKeys& keys) const {
  if (!segment_of(id).keys->read(number_in_segment(id), keys)) throw_damaged(id);
}

Xapian::Query IndexReader::of_the_living(const Xapian::Query& query) const {
  return dead_ ? Xapian::Query(Xapian::Query::OP_AND_NOT, query, dead_passages_query(dead_)) : query;
}

std::vector<Xapian::docid> IndexReader::passages_of(std::uint64_t report_key) const {
  const std::string term = kReportPrefix + encode_report_key(report_key);
  std::vector<Xapian::docid> ids;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    if (segments_[i].dead_reports.contains(report_key)) continue;
    PostingCursor(*segments_[i].postlist, term)
        .each_below(PostingCursor::kEnd, [&](std::uint64_t id, std::uint32_t) {
          ids.push_back(static_cast<Xapian::docid>((id - 1) * segments_.size() + i + 1));
        });
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

const Xapian::Database& IndexReader::database() const {
  for (const Segment& segment : segments_) verified_->ensure_lists(segment.path);
  return database_;
}

void IndexReader::throw_damaged(Xapian::docid id) const {
  throw Error(ErrorKind::corrupt,
              message("{}: fragment {} nie zgadza się ze swoją sumą kontrolną. Sprawdź indeks "
                      "(kwerenda-index check), przywróć go z kopii albo zbuduj od nowa.",
                      "{}: passage {} does not agree with its checksum. Check the index (kwerenda-index "
                      "check), restore it from a backup or build it anew.",
                      index_.string(), id));
}

StoredReport IndexReader::report(std::uint64_t key) const {
  const std::string name = metadata_key(kReportMetadataPrefix + encode_report_key(key));
  StoredReport report;
  std::string joined;
  std::optional<std::string_view> record;
  for (auto segment = segments_.rbegin(); !record && segment != segments_.rend(); ++segment)
    record = segment->postlist->find(name, joined);
  if (!record || !decode_report(*record, report)) {
    throw Error(ErrorKind::corrupt,
                message("{}: zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną. Sprawdź indeks "
                        "(kwerenda-index check), przywróć go z kopii albo zbuduj od nowa.",
                        "{}: the record of report {:016x} does not agree with its checksum. Check the index "
                        "(kwerenda-index check), restore it from a backup or build it anew.",
                        index_.string(), key));
  }
  return report;
}

void IndexReader::throw_error(const Xapian::Error& error) const {
  const std::string_view type = error.get_type();  // Xapian's errors have no virtual functions
  if (type == "DatabaseCorruptError" || type == "DatabaseVersionError") {
    throw Error(ErrorKind::corrupt, message("{}: indeks jest uszkodzony: {}. Sprawdź go (kwerenda-index "
                                            "check), przywróć z kopii albo zbuduj od nowa.",
                                            "{}: the index is damaged: {}. Check it (kwerenda-index check), "
                                            "restore it from a backup or build it anew.",
                                            index_.string(), error.get_msg()));
  }
  throw Error(ErrorKind::io, message("{}: nie można czytać indeksu: {}{}{}. Sprawdź uprawnienia i dysk.",
                                     "{}: cannot read the index: {}{}{}. Check the permissions and the disk.",
                                     index_.string(), error.get_msg(), error.get_error_string() ? ": " : "",
                                     error.get_error_string() ? error.get_error_string() : ""));
}

}  // namespace kwerenda
