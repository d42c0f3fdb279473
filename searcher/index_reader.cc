#include "searcher/index_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/schema.h"

namespace kwerenda {
namespace {

constexpr std::size_t kMaxTableMemory = 64u << 20;

}  // namespace

std::string stored_extra_lexicon(const std::filesystem::path& index) {
  const std::filesystem::path generation = current_generations(index).front();
  try {
    return Xapian::Database(generation.string(), Xapian::DB_BACKEND_GLASS).get_metadata(kExtraLexiconKey);
  } catch (const Xapian::Error&) {
    return {};  // the reader, opened next, says what is wrong
  }
}

IndexReader::IndexReader(const std::filesystem::path& index, std::shared_ptr<const KeyMaker> keys)
    : index_(index), keys_(std::move(keys)) {
  open();
}

void IndexReader::open() {
  // What the stub named a moment ago may be superseded and gone by now: then it names another.
  std::vector<std::filesystem::path> generations;
  for (int attempt = 0;; ++attempt) {
    std::error_code ignored;
    stub_time_ = std::filesystem::last_write_time(index_ / kStubName, ignored);
    const auto overtaken = [&] {
      return attempt < kMaxAttempts &&
             std::filesystem::last_write_time(index_ / kStubName, ignored) != stub_time_;
    };
    try {
      generations = current_generations(index_);
      Xapian::Database database;
      for (const auto& generation : generations) {
        database.add_database(Xapian::Database(generation.string(), Xapian::DB_BACKEND_GLASS));
      }
      database_ = database;
      manifest_ = manifest_from_json(database_.get_metadata(kManifestKey), index_.string());
      break;
    } catch (const Xapian::Error& error) {
      const bool modified = std::string_view(error.get_type()) == "DatabaseModifiedError";
      if (!overtaken() && !(modified && attempt < kMaxAttempts)) throw_error(error);
    } catch (const Error&) {
      if (!overtaken()) throw;
    }
  }
  if (manifest_.lexicon_hash != keys_->lexicon().hash()) {
    throw Error(ErrorKind::incompatible,
                fmt::format("{}: indeks zbudowano ze słownikiem {:016x}, a wczytano {:016x}. Podaj tamten "
                            "słownik (--lexicon PLIK) albo "
                            "zbuduj indeks od nowa.",
                            index_.string(), manifest_.lexicon_hash, keys_->lexicon().hash()));
  }
  generation_ = generations.front();
  vocabulary_ = std::make_unique<XapianVocabulary>(database_);
  if (!table_) table_ = std::make_unique<KeyTable>(keys_);
}

void IndexReader::refresh() {
  if (table_->memory() > kMaxTableMemory) table_ = std::make_unique<KeyTable>(keys_);
  std::error_code ignored;
  if (std::filesystem::last_write_time(index_ / kStubName, ignored) != stub_time_) return open();
  try {
    if (database_.reopen()) vocabulary_ = std::make_unique<XapianVocabulary>(database_);
  } catch (const Xapian::Error&) {
    open();  // the generation may have been replaced and removed
  }
}

bool IndexReader::changed_meanwhile() {
  std::error_code ignored;
  if (std::filesystem::last_write_time(index_ / kStubName, ignored) != stub_time_) return true;
  try {
    if (!database_.reopen()) return false;
  } catch (const Xapian::Error&) {
    return true;
  }
  vocabulary_ = std::make_unique<XapianVocabulary>(database_);
  return true;
}

bool IndexReader::changed_meanwhile(const Xapian::Error& error) {
  return std::string_view(error.get_type()) == "DatabaseModifiedError" || changed_meanwhile();
}

double IndexReader::mean_passage_bytes() const {
  const double bytes = std::strtod(database_.get_metadata(kPassageBytesKey).c_str(), nullptr);
  return std::max(1.0, bytes / std::max(1u, database_.get_doccount()));
}

StoredPassage IndexReader::passage(Xapian::docid id) const {
  StoredPassage passage;
  if (!decode_passage(database_.get_document(id, Xapian::DOC_ASSUME_VALID).get_data(), passage))
    throw_damaged(id);
  return passage;
}

void IndexReader::read_keys(Xapian::docid id, PassageKeys& keys) const {
  if (!decode_passage_keys(database_.get_document(id, Xapian::DOC_ASSUME_VALID).get_data(), keys))
    throw_damaged(id);
}

void IndexReader::throw_damaged(Xapian::docid id) const {
  throw Error(ErrorKind::corrupt,
              fmt::format("{}: fragment {} nie zgadza się ze swoją sumą kontrolną. Sprawdź indeks "
                          "(kwerenda-index check), przywróć go z kopii albo zbuduj od nowa.",
                          index_.string(), id));
}

StoredReport IndexReader::report(std::uint64_t key) const {
  StoredReport report;
  if (!decode_report(database_.get_metadata(kReportMetadataPrefix + encode_report_key(key)), report)) {
    throw Error(
        ErrorKind::corrupt,
        fmt::format("{}: zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną. Sprawdź indeks "
                    "(kwerenda-index check), przywróć go z kopii albo zbuduj od nowa.",
                    index_.string(), key));
  }
  return report;
}

void IndexReader::throw_error(const Xapian::Error& error) const {
  const std::string_view type = error.get_type();  // Xapian's errors have no virtual functions
  if (type == "DatabaseCorruptError" || type == "DatabaseVersionError") {
    throw Error(
        ErrorKind::corrupt,
        fmt::format(
            "{}: indeks jest uszkodzony: {}. Sprawdź go (kwerenda-index check), przywróć z kopii albo "
            "zbuduj od nowa.",
            index_.string(), error.get_msg()));
  }
  throw Error(ErrorKind::io,
              fmt::format("{}: nie można czytać indeksu: {}{}{}. Sprawdź uprawnienia i dysk.",
                          index_.string(), error.get_msg(), error.get_error_string() ? ": " : "",
                          error.get_error_string() ? error.get_error_string() : ""));
}

void IndexReader::throw_busy() const {
  throw Error(ErrorKind::busy,
              fmt::format("{}: indeks zmieniał się {} razy w czasie szukania. Spróbuj ponownie.",
                          index_.string(), kMaxAttempts));
}

}  // namespace kwerenda
