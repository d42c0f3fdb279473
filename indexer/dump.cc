#include "indexer/dump.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/utf8.h"
#include "indexer/restored_report.h"

namespace kwerenda {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDumpName = "kwerenda-dump";
constexpr int kDumpVersion = 1;

// The checksum in the last line, over all bytes before it.
class Checksum {
 public:
  Checksum() : state_(XXH3_createState()) { XXH3_64bits_reset(state_.get()); }
  void update(std::string_view bytes) { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }
  std::string text() const { return fmt::format("{:016x}", XXH3_64bits_digest(state_.get())); }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  if (hex.size() % 2 != 0) throw std::invalid_argument("hex");
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    std::size_t used = 0;
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), &used, 16));
    if (used != 2) throw std::invalid_argument("hex");
  }
  return bytes;
}

// Names of files are bytes, JSON is UTF-8: what is not goes under NAME_hex.
void put_bytes(Json& json, const std::string& name, const std::string& bytes) {
  if (find_invalid_utf8(bytes) == std::string::npos) {
    json[name] = bytes;
  } else {
    json[name + "_hex"] = to_hex(bytes);
  }
}

std::string get_bytes(const Json& json, const std::string& name) {
  if (const auto hex = json.find(name + "_hex"); hex != json.end()) return from_hex(hex->get<std::string>());
  return json.at(name).get<std::string>();
}

template <typename Number>
Number get_number(const Json& json, const char* name) {
  const Json& value = json.at(name);
  if (!value.is_number_integer()) throw std::invalid_argument(name);
  if (std::is_unsigned_v<Number> && !value.is_number_unsigned()) throw std::out_of_range(name);
  const auto wide = value.get<std::conditional_t<std::is_unsigned_v<Number>, std::uint64_t, std::int64_t>>();
  if (wide > std::numeric_limits<Number>::max()) throw std::out_of_range(name);
  return static_cast<Number>(wide);
}

Json report_line(const StoredReport& report, const std::vector<StoredPassage>& passages) {
  Json json;
  json["type"] = "report";
  put_bytes(json, "id", report.id);
  put_bytes(json, "source", report.source);
  put_bytes(json, "title", report.title);
  put_bytes(json, "place", report.place);
  put_bytes(json, "url", report.url);
  json["date"] = report.date;
  json["size"] = report.size;
  json["mtime_ns"] = report.mtime_ns;
  json["content_hash"] = fmt::format("{:016x}", report.content_hash);
  Json& list = json["passages"] = Json::array();
  for (const StoredPassage& passage : passages) {
    Json entry;
    entry["begin"] = passage.begin;
    entry["end"] = passage.begin + passage.text.size();
    put_bytes(entry, "heading", passage.heading);
    put_bytes(entry, "text", passage.text);
    list.push_back(std::move(entry));
  }
  return json;
}

RestoredReport report_of(const Json& json) {
  StoredReport report;
  report.id = get_bytes(json, "id");
  report.source = get_bytes(json, "source");
  report.title = get_bytes(json, "title");
  report.place = get_bytes(json, "place");
  report.url = get_bytes(json, "url");
  report.date = get_number<std::uint32_t>(json, "date");
  report.size = get_number<std::uint64_t>(json, "size");
  report.mtime_ns = get_number<std::int64_t>(json, "mtime_ns");
  const std::string hash = json.at("content_hash").get<std::string>();
  std::size_t used = 0;
  report.content_hash = std::stoull(hash, &used, 16);
  if (used != 16 || hash.size() != 16) throw std::invalid_argument("content_hash");
  std::vector<StoredPassage> passages;
  for (const Json& entry : json.at("passages")) {
    StoredPassage& passage = passages.emplace_back();
    passage.begin = get_number<std::uint64_t>(entry, "begin");
    passage.text = get_bytes(entry, "text");
    passage.heading = get_bytes(entry, "heading");
    const auto length = get_number<std::uint64_t>(entry, "end") - passage.begin;
    if (length != passage.text.size()) throw std::out_of_range("end");
    if (passage.begin > kMaxTextBytes || length > kMaxTextBytes - passage.begin)
      throw Error(ErrorKind::limit, message("fragment leży dalej niż 1 GiB od początku raportu",
                                            "a passage lies more than 1 GiB behind the report's beginning"));
  }
  return restored_report(report, passages);
}

std::uint64_t get_hash(const Json& json, const char* name) {
  return std::stoull(json.at(name).get<std::string>(), nullptr, 16);
}

class Restorer {
 public:
  Restorer(const std::filesystem::path& index, IndexWriterSettings settings)
      : index_(index), settings_(std::move(settings)) {}

  DumpCounts run(const std::function<bool(std::string&)>& read_line) {
    std::error_code ignored;
    if (is_index(index_)) {
      throw Error(
          ErrorKind::usage,
          message("{}: tu już jest indeks; restore tworzy nowy. Wskaż inny katalog.",
                  "{}: there is an index here already; restore makes a new one. Name another directory.",
                  index_.string()));
    }
    for (std::string line; read_line(line);) {
      ++number_;
      if (ended_) fail(message("za wierszem „end” jest coś jeszcze", "something follows the line “end”"));
      take(line);
      checksum_.update(line);
      checksum_.update("\n");
    }
    number_ = std::max<std::uint64_t>(number_, 1);
    if (!writer_) fail(message("brak pierwszego wiersza zrzutu", "the first line of the dump is missing"));
    if (!ended_)
      fail(message("zrzut urywa się: brak wiersza „end”", "the dump breaks off: the line “end” is missing"));
    writer_->commit();
    return counts_;
  }

 private:
  [[noreturn]] void fail(const std::string& what, ErrorKind kind = ErrorKind::corrupt) const {
    throw Error(
        kind,
        message("zrzut, wiersz {}: {}. Indeks nie powstał; zrób zrzut od nowa: kwerenda-index dump.",
                "dump, line {}: {}. No index was made; dump again: kwerenda-index dump.", number_, what));
  }

  void take(const std::string& line) {
    try {
      const Json json = Json::parse(line);
      if (number_ == 1) return begin(json);
      const std::string type = json.at("type").get<std::string>();
      if (type == "report") return report(json);
      if (type == "end") return end(json);
      fail(message("nieznany rodzaj „{}”", "unknown type “{}”", printable(type)), ErrorKind::incompatible);
    } catch (const nlohmann::json::exception&) {
      fail(number_ == 1 ? message("oczekiwano wiersza {\"schema\":\"kwerenda-dump\",…}",
                                  "expected a line {\"schema\":\"kwerenda-dump\",…}")
                        : message("to nie jest poprawny wiersz zrzutu", "this is not a valid line of a dump"),
           number_ == 1 ? ErrorKind::incompatible : ErrorKind::corrupt);
    } catch (const std::logic_error&) {  // numbers out of range, bad hexadecimal digits
      fail(message("liczba albo przesunięcie nie ma sensu", "a number or an offset makes no sense"));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::limit) throw;
      fail(error.what(), ErrorKind::limit);
    }
  }

  void begin(const Json& json) {
    if (!json.is_object() || json.value("schema", "") != kDumpName) {
      fail(message("oczekiwano wiersza {\"schema\":\"kwerenda-dump\",…}",
                   "expected a line {\"schema\":\"kwerenda-dump\",…}"),
           ErrorKind::incompatible);
    }
    const int version = json.at("schema_version").get<int>();
    if (version < 1 || version > kDumpVersion) {
      fail(message("zrzut ma wersję {}, ten program czyta do {}",
                   "the dump has version {}, this program reads up to {}", version, kDumpVersion),
           ErrorKind::incompatible);
    }
    const Json& old = json.at("manifest");
    settings_.manifest.passage_max_bytes = get_number<std::uint64_t>(old, "passage_max_bytes");
    settings_.manifest.passage_min_bytes = get_number<std::uint64_t>(old, "passage_min_bytes");
    settings_.manifest.created = old.at("created").get<std::string>();
    settings_.manifest.extra_lexicon_hash = get_hash(old, "extra_lexicon_hash");
    settings_.extra_lexicon = get_bytes(json, "extra_lexicon");
    writer_ = IndexWriter::open(index_, settings_);
  }

  void report(const Json& json) {
    RestoredReport restored = report_of(json);
    const std::string id = restored.report.id;
    const std::size_t passages = restored.passages.size();
    if (writer_->find(id))
      fail(message("raport „{}” występuje drugi raz", "report “{}” occurs a second time", printable(id)));
    if (const auto reason = writer_->add(std::move(restored.report), std::move(restored.passages))) {
      fail(message("raport „{}”: {}", "report “{}”: {}", printable(id), *reason));
    }
    ++counts_.reports;
    counts_.passages += passages;
  }

  void end(const Json& json) {
    if (get_number<std::uint64_t>(json, "reports") != counts_.reports ||
        get_number<std::uint64_t>(json, "passages") != counts_.passages ||
        json.at("xxh3").get<std::string>() != checksum_.text()) {
      fail(message("suma kontrolna albo liczby na końcu nie zgadzają się z tym, co przeczytano",
                   "the checksum or the numbers at the end do not agree with what was read"));
    }
    ended_ = true;
  }

  std::filesystem::path index_;
  IndexWriterSettings settings_;
  std::unique_ptr<IndexWriter> writer_;
  Checksum checksum_;
  DumpCounts counts_;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace

DumpCounts dump_index(const StoredIndex& index, const std::function<bool(std::string_view)>& write) {
  Checksum checksum;
  DumpCounts counts;
  bool wanted = true;
  const auto put = [&](const Json& json) {
    const std::string line = json.dump() + "\n";
    checksum.update(line);
    wanted = wanted && write(line);
  };
  Json head;
  head["schema"] = kDumpName;
  head["schema_version"] = kDumpVersion;
  head["manifest"] = Json::parse(to_json(index.manifest()));
  put_bytes(head, "extra_lexicon", index.extra_lexicon());
  put(head);
  index.for_each_report([&](const StoredReport& report) {
    if (!wanted) return;
    put(report_line(report, index.passages_of(report)));
    ++counts.reports;
    counts.passages += report.passages;
  });
  Json end;
  end["type"] = "end";
  end["reports"] = counts.reports;
  end["passages"] = counts.passages;
  end["xxh3"] = checksum.text();
  put(end);
  return counts;
}

DumpCounts restore_index(const std::filesystem::path& index, IndexWriterSettings settings,
                         const std::function<bool(std::string&)>& read_line) {
  return Restorer(index, std::move(settings)).run(read_line);
}

}  // namespace kwerenda
