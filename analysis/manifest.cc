#include "analysis/manifest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/error.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

constexpr const char* kProgram = "kwerenda";

// Field to value as JSON writes it. Not nlohmann's own tree: that allocates in its destructor, and so ends
// the process when memory runs out.
using Fields = std::map<std::string, std::string, std::less<>>;

std::string as_json(std::string_view text) { return nlohmann::json(text).dump(); }

std::string text_of(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += (out.empty() ? "{" : ",") + as_json(name) + ":" + value;
  return out.empty() ? "{}" : out + "}";
}

// Over everything else in the object, fields sorted, no white space.
std::string checksum_of(Fields fields) {
  fields.erase("checksum");
  const std::string text = text_of(fields);
  return as_json(fmt::format("{:016x}", XXH3_64bits(text.data(), text.size())));
}

// One object of numbers and texts; everything else ends the reading.
class FieldReader {
 public:
  explicit FieldReader(Fields& fields) : fields_(fields) {}
  bool start_object(std::size_t) { return !std::exchange(is_open_, true); }
  bool key(std::string& name) {
    name_ = name;
    return true;
  }
  bool string(std::string& value) { return put(as_json(value)); }
  bool number_unsigned(std::uint64_t value) { return put(std::to_string(value)); }
  bool number_integer(std::int64_t value) { return put(std::to_string(value)); }
  bool number_float(double, const std::string& text) { return put(text); }
  bool boolean(bool value) { return put(value ? "true" : "false"); }
  bool null() { return put("null"); }
  bool end_object() { return true; }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_array(std::size_t) { return false; }
  bool end_array() { return false; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) { return false; }

 private:
  bool put(std::string value) {
    if (is_open_) fields_[name_] = std::move(value);
    return is_open_;
  }

  Fields& fields_;
  std::string name_;
  bool is_open_ = false;
};

// The value of a field as what it should be; false if it is missing or something else.
bool get(const Fields& fields, std::string_view name, std::string& value) {
  const auto field = fields.find(name);
  if (field == fields.end()) return false;
  const auto json = nlohmann::json::parse(field->second, nullptr, false);
  if (!json.is_string()) return false;
  value = json.get<std::string>();
  return true;
}

template <typename Number>
bool get_number(const Fields& fields, std::string_view name, Number& value) {
  const auto field = fields.find(name);
  if (field == fields.end()) return false;
  const char* const end = field->second.data() + field->second.size();
  const auto [stop, error] = std::from_chars(field->second.data(), end, value);
  return error == std::errc{} && stop == end;
}

bool get_hash(const Fields& fields, std::string_view name, std::uint64_t& hash) {
  std::string text;
  if (!get(fields, name, text) || text.size() != 16) return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  return error == std::errc{} && stop == text.data() + text.size();
}

bool get_rest(const Fields& fields, Manifest& manifest) {
  return get_number(fields, "analysis_version", manifest.analysis_version) &&
         get_hash(fields, "lexicon_hash", manifest.lexicon_hash) &&
         get_hash(fields, "extra_lexicon_hash", manifest.extra_lexicon_hash) &&
         get_number(fields, "passage_max_bytes", manifest.passage_max_bytes) &&
         get_number(fields, "passage_min_bytes", manifest.passage_min_bytes) &&
         get(fields, "created", manifest.created);
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  Fields fields{{"program", as_json(kProgram)},
                {"format_version", std::to_string(manifest.format_version)},
                {"analysis_version", std::to_string(manifest.analysis_version)},
                {"lexicon_hash", as_json(fmt::format("{:016x}", manifest.lexicon_hash))},
                {"extra_lexicon_hash", as_json(fmt::format("{:016x}", manifest.extra_lexicon_hash))},
                {"passage_max_bytes", std::to_string(manifest.passage_max_bytes)},
                {"passage_min_bytes", std::to_string(manifest.passage_min_bytes)},
                {"created", as_json(manifest.created)}};
  fields["checksum"] = checksum_of(fields);
  return text_of(fields);
}

Manifest readable_manifest_from_json(std::string_view text, const std::string& index_path) {
  const auto foreign = [&](const char* found) {
    return Error(ErrorKind::incompatible,
                 message("{}: oczekiwano indeksu programu kwerenda-index, znaleziono {}. Wskaż inny katalog "
                         "albo zbuduj nowy indeks: kwerenda-index add --index KATALOG RAPORTY…",
                         "{}: expected an index of the program kwerenda-index, found {}. Name another "
                         "directory or build a new index: kwerenda-index add --index DIRECTORY REPORTS…",
                         index_path, found));
  };
  if (text.empty())
    throw foreign(message("bazę Xapiana bez manifestu (innego programu)",
                          "a Xapian database without a manifest (of another program)"));
  Fields fields;
  FieldReader reader(fields);
  if (!nlohmann::json::sax_parse(text, &reader))
    throw foreign(message("manifest, którego nie da się odczytać", "a manifest that cannot be read"));
  std::string program;
  if (!get(fields, "program", program) || program != kProgram)
    throw foreign(message("manifest innego programu", "a manifest of another program"));
  Manifest manifest;
  if (!get_number(fields, "format_version", manifest.format_version))
    throw foreign(message("manifest, którego nie da się odczytać", "a manifest that cannot be read"));
  if (manifest.format_version < kOldestReadableFormat || manifest.format_version > kFormatVersion) {
    throw Error(
        ErrorKind::incompatible,
        message(
            "{}: indeks ma format {}, ten program czyta formaty od {} do {}. Zrób zrzut programem, który ten "
            "indeks zbudował (kwerenda-index dump), i odtwórz go tym: kwerenda-index restore --index NOWY",
            "{}: the index has format {}, this program reads formats {} to {}. Dump it with the program that "
            "built it (kwerenda-index dump) and restore the dump with this one: kwerenda-index restore "
            "--index NEW",
            index_path, manifest.format_version, kOldestReadableFormat, kFormatVersion));
  }
  const auto checksum = fields.find("checksum");
  if (checksum == fields.end())
    throw foreign(message("manifest, którego nie da się odczytać", "a manifest that cannot be read"));
  if (checksum->second != checksum_of(fields)) {
    throw Error(ErrorKind::corrupt, message("{}: manifest nie zgadza się ze swoją sumą kontrolną. Przywróć "
                                            "indeks z kopii albo zbuduj go od nowa.",
                                            "{}: the manifest does not agree with its checksum. Restore the "
                                            "index from a backup or build it anew.",
                                            index_path));
  }
  if (!get_rest(fields, manifest))
    throw foreign(message("manifest, którego nie da się odczytać", "a manifest that cannot be read"));
  return manifest;
}

Manifest manifest_from_json(std::string_view text, const std::string& index_path) {
  Manifest manifest = readable_manifest_from_json(text, index_path);
  if (manifest.format_version != kFormatVersion || manifest.analysis_version != kAnalysisVersion) {
    throw Error(
        ErrorKind::incompatible,
        message("{}: indeks ma format {} i analizę {}, ten program czyta format {} i analizę {}. Zbuduj "
                "indeks od nowa: kwerenda-index dump --index {} | kwerenda-index restore --index NOWY",
                "{}: the index has format {} and analysis {}, this program reads format {} and analysis {}. "
                "Build the index anew: kwerenda-index dump --index {} | kwerenda-index restore --index NEW",
                index_path, manifest.format_version, manifest.analysis_version, kFormatVersion,
                kAnalysisVersion, index_path));
  }
  return manifest;
}

}  // namespace kwerenda
