#include "analysis/manifest.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "analysis/error.h"

namespace kwerenda {
namespace {

constexpr const char* kProgram = "kwerenda";

std::uint64_t hash_field(const nlohmann::json& json, const char* name) {
  return std::stoull(json.at(name).get<std::string>(), nullptr, 16);
}

// Over everything else in the object, as dump() writes it: fields sorted, no white space.
std::string checksum_of(nlohmann::json json) {
  json.erase("checksum");
  const std::string text = json.dump();
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  nlohmann::json json{{"program", kProgram},
                      {"format_version", manifest.format_version},
                      {"analysis_version", manifest.analysis_version},
                      {"lexicon_hash", fmt::format("{:016x}", manifest.lexicon_hash)},
                      {"extra_lexicon_hash", fmt::format("{:016x}", manifest.extra_lexicon_hash)},
                      {"passage_max_bytes", manifest.passage_max_bytes},
                      {"passage_min_bytes", manifest.passage_min_bytes},
                      {"created", manifest.created}};
  json["checksum"] = checksum_of(json);
  return json.dump();
}

Manifest readable_manifest_from_json(std::string_view text, const std::string& index_path) {
  const auto foreign = [&](const char* found) {
    return Error(ErrorKind::incompatible,
                 fmt::format("{}: oczekiwano indeksu programu kwerenda-index, znaleziono {}. Wskaż inny "
                             "katalog albo zbuduj nowy indeks: "
                             "kwerenda-index add --index KATALOG RAPORTY…",
                             index_path, found));
  };
  if (text.empty()) throw foreign("bazę Xapiana bez manifestu (innego programu)");
  Manifest manifest;
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("program") != kProgram) throw foreign("manifest innego programu");
    manifest.format_version = json.at("format_version").get<std::uint32_t>();
    if (manifest.format_version >= kOldestReadableFormat && manifest.format_version <= kFormatVersion) {
      if (json.at("checksum") != checksum_of(json)) {
        throw Error(
            ErrorKind::corrupt,
            fmt::format("{}: manifest nie zgadza się ze swoją sumą kontrolną. Przywróć indeks z kopii albo "
                        "zbuduj go od nowa.",
                        index_path));
      }
      manifest.analysis_version = json.at("analysis_version").get<std::uint32_t>();
      manifest.lexicon_hash = hash_field(json, "lexicon_hash");
      manifest.extra_lexicon_hash = hash_field(json, "extra_lexicon_hash");
      manifest.passage_max_bytes = json.at("passage_max_bytes").get<std::uint64_t>();
      manifest.passage_min_bytes = json.at("passage_min_bytes").get<std::uint64_t>();
      manifest.created = json.at("created").get<std::string>();
    }
  } catch (const nlohmann::json::exception&) {
    throw foreign("manifest, którego nie da się odczytać");
  } catch (const std::logic_error&) {  // stoull
    throw foreign("manifest z błędnym skrótem");
  }
  if (manifest.format_version < kOldestReadableFormat || manifest.format_version > kFormatVersion) {
    throw Error(
        ErrorKind::incompatible,
        fmt::format("{}: indeks ma format {}, ten program czyta formaty od {} do {}. Zrób zrzut programem, "
                    "który ten indeks "
                    "zbudował (kwerenda-index dump), i odtwórz go tym: kwerenda-index restore --index NOWY",
                    index_path, manifest.format_version, kOldestReadableFormat, kFormatVersion));
  }
  return manifest;
}

Manifest manifest_from_json(std::string_view text, const std::string& index_path) {
  Manifest manifest = readable_manifest_from_json(text, index_path);
  if (manifest.format_version != kFormatVersion || manifest.analysis_version != kAnalysisVersion) {
    throw Error(ErrorKind::incompatible,
                fmt::format("{}: indeks ma format {} i analizę {}, ten program czyta format {} i analizę {}. "
                            "Zbuduj indeks od nowa: "
                            "kwerenda-index dump --index {} | kwerenda-index restore --index NOWY",
                            index_path, manifest.format_version, manifest.analysis_version, kFormatVersion,
                            kAnalysisVersion, index_path));
  }
  return manifest;
}

}  // namespace kwerenda
