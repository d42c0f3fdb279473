#include "analysis/preferences.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "analysis/edit_distance.h"
#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

enum class Kind { text, number, path, paths };

const std::map<std::string, Kind, std::less<>>& known_names() {
  static const std::map<std::string, Kind, std::less<>> names = {
      {"index", Kind::path},     {"lexicon", Kind::path},        {"topics-dir", Kind::paths},
      {"thesaurus", Kind::path}, {"limit", Kind::number},        {"per-report", Kind::number},
      {"context", Kind::number}, {"sort", Kind::text},           {"duplicates", Kind::text},
      {"format", Kind::text},    {"color", Kind::text},          {"hyperlinks", Kind::text},
      {"pager", Kind::text},     {"lexicon-extra", Kind::paths}, {"memory", Kind::text},
      {"threads", Kind::number}, {"lock-timeout", Kind::number}, {"progress", Kind::text}};
  return names;
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file) {}

  PreferenceFile read(std::string_view text) const {
    toml::table table;
    try {
      table = toml::parse(text, file_.string());
    } catch (const toml::parse_error& error) {
      fail(error.source().begin.line,
           message("oczekiwano pliku TOML, a w kolumnie {} jest błąd składni (opis po angielsku: {})",
                   "expected a TOML file, found a syntax error in column {}: {}", error.source().begin.column,
                   error.description()));
    }
    PreferenceFile read{file_, {}};
    for (const auto& [key, value] : table) {
      const auto known = known_names().find(key.str());
      if (known == known_names().end()) fail_unknown(std::string(key.str()), key.source().begin.line);
      std::vector<std::string>& values = read.values[known->first];
      if (const toml::array* list = value.as_array(); list && known->second == Kind::paths) {
        for (const toml::node& item : *list) values.push_back(value_of(item, known->first, Kind::path));
      } else {
        values.push_back(value_of(value, known->first, known->second));
      }
    }
    return read;
  }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& message) const {
    throw Error(ErrorKind::usage, fmt::format("{}:{}: {}", printable(file_.string()), line, message));
  }

  [[noreturn]] void fail_unknown(const std::string& name, std::size_t line) const {
    std::vector<std::string> names;
    for (const auto& [known, kind] : known_names()) names.push_back(known);
    const std::string near = nearest(name, names);
    std::string all;
    for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
    fail(line, near.empty() ? message("nieznane ustawienie „{}”; są: {}",
                                      "unknown setting “{}”; there are: {}", printable(name), all)
                            : message("nieznane ustawienie „{}”; czy chodziło o „{}”?",
                                      "unknown setting “{}”; did you mean “{}”?", printable(name), near));
  }

  std::string value_of(const toml::node& node, const std::string& name, Kind kind) const {
    const auto line = node.source().begin.line;
    if (kind == Kind::number) {
      if (const auto number = node.value<std::int64_t>(); node.is_integer() && number)
        return fmt::format("{}", *number);
      fail(line, message("„{}”: oczekiwano liczby całkowitej", "“{}”: expected a whole number", name));
    }
    if (!node.is_string()) {
      fail(line, message("„{}”: oczekiwano napisu{}", "“{}”: expected a string{}", name,
                         kind == Kind::paths ? message(" albo listy napisów", " or a list of strings") : ""));
    }
    std::string text = node.as_string()->get();
    if (kind == Kind::text || text.empty()) return text;
    return (file_.parent_path() / text).lexically_normal().string();
  }

  const fs::path& file_;
};

PreferenceFile read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxPreferenceBytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    throw Error(ErrorKind::io,
                message("{}: nie można odczytać ustawień; sprawdź uprawnienia",
                        "{}: cannot read the settings; check the permissions", printable(file.string())));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxPreferenceBytes) {
    throw Error(ErrorKind::limit,
                message("{}: plik ustawień jest za długi: najwyżej może mieć {} bajtów",
                        "{}: the file of settings is too long: at most it may have {} bytes",
                        printable(file.string()), kMaxPreferenceBytes));
  }
  return parse_preferences(text, file);
}

}  // namespace

std::optional<Preference> Preferences::find(std::string_view name) const {
  for (const PreferenceFile& file : files) {
    if (const auto found = file.values.find(name); found != file.values.end())
      return Preference{fmt::format("{}: {}", printable(file.file.string()), name), found->second};
  }
  return std::nullopt;
}

fs::path config_home() {
  if (const char* xdg = std::getenv("XDG_CONFIG_HOME"); xdg && *xdg == '/') return xdg;
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".config";
  return {};
}

Preferences read_preferences(const fs::path& directory, const fs::path& config_home) {
  Preferences preferences;
  std::error_code error;
  for (fs::path at = fs::absolute(directory, error).lexically_normal();; at = at.parent_path()) {
    if (fs::is_regular_file(at / kPreferenceFile, error)) {
      preferences.files.push_back(read_file(at / kPreferenceFile));
      break;
    }
    if (at == at.parent_path()) break;
  }
  const fs::path of_user = config_home / "kwerenda" / kPreferenceFile;
  if (!config_home.empty() && fs::is_regular_file(of_user, error))
    preferences.files.push_back(read_file(of_user));
  return preferences;
}

PreferenceFile parse_preferences(std::string_view toml, const fs::path& file) {
  return Reader(file).read(toml);
}

}  // namespace kwerenda
