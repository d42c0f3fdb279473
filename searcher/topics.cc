#include "searcher/topics.h"

#include <dirent.h>
#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return message("tabela", "a table");
    case toml::node_type::array:
      return message("lista", "a list");
    case toml::node_type::string:
      return message("napis", "a string");
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return message("liczba", "a number");
    case toml::node_type::boolean:
      return message("wartość logiczna", "a truth value");
    default:
      return message("data lub godzina", "a date or time");
  }
}

void set_range(QueryNode& node, ByteRange range) {
  node.range = range;
  for (QueryNode& child : node.children) set_range(child, range);
}

// Folded, without marks, every run of anything but letters and digits as one space.
std::string comparable(std::string_view name) {
  const std::string plain = without_marks(folded(name));
  std::string out;
  bool gap = false;
  const auto length = static_cast<std::int32_t>(plain.size());
  for (std::int32_t i = 0; i < length;) {
    const std::int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(plain.data()), i, length, c);
    if (c < 0 || !u_isalnum(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out.append(plain, static_cast<std::size_t>(begin), static_cast<std::size_t>(i - begin));
  }
  return out;
}

// Reads one file's tables; every failure names the file and a line.
class TopicReader {
 public:
  explicit TopicReader(const fs::path& file) : file_(file) {}

  Topic read(std::string_view text) {
    toml::table table;
    try {
      table = toml::parse(text, file_.string());
    } catch (const toml::parse_error& error) {
      fail(error.source().begin.line,
           message("oczekiwano pliku TOML, a w kolumnie {} jest błąd składni (opis po angielsku: {})",
                   "expected a TOML file, found a syntax error in column {}: {}", error.source().begin.column,
                   error.description()));
    }
    check_keys(table, {"label", "description", "aliases", "aspect"});
    Topic topic;
    topic.name = file_.stem().string();
    topic.file = file_;
    topic.label = required_text(table, "label", message("tematu", "the topic"));
    if (const toml::node* node = table.get("description")) topic.description = text_of(*node, "description");
    for (Text& alias : texts(table, "aliases")) topic.aliases.push_back(std::move(alias.text));

    const toml::node* aspects = table.get("aspect");
    if (aspects == nullptr)
      fail(1, message("oczekiwano co najmniej jednej tabeli [[aspect]], a nie ma żadnej",
                      "expected at least one table [[aspect]], found none"));
    const toml::array* list = aspects->as_array();
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
      fail(line_of(*aspects), message("oczekiwano tabel [[aspect]], a jest {}",
                                      "expected tables [[aspect]], found {}", type_name(*aspects)));
    }
    for (const toml::node& node : *list) topic.aspects.push_back(read_aspect(*node.as_table()));
    return topic;
  }

 private:
  [[noreturn]] void fail(std::size_t line, std::string_view what) const {
    throw Error(ErrorKind::usage, fmt::format("{}:{}: {}", file_.string(), line, what));
  }

  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

  void check_keys(const toml::table& table, std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      fail(key.source().begin.line,
           message("oczekiwano jednego z kluczy {}, a jest „{}”", "expected one of the keys {}, found “{}”",
                   fmt::join(known, ", "), key.str()));
    }
  }

  std::string text_of(const toml::node& node, std::string_view key) const {
    const toml::value<std::string>* value = node.as_string();
    if (value == nullptr)
      fail(line_of(node), message("w „{}” oczekiwano napisu, a jest {}",
                                  "in “{}” expected a string, found {}", key, type_name(node)));
    return value->get();
  }

  std::string required_text(const toml::table& table, std::string_view key, std::string_view whose) const {
    const toml::node* node = table.get(key);
    if (node == nullptr)
      fail(std::max<std::size_t>(line_of(table), 1),
           message("oczekiwano „{}” {}, a go nie ma", "expected “{}” of {}, but it is missing", key, whose));
    std::string text = text_of(*node, key);
    if (comparable(text).empty())
      fail(line_of(*node),
           message("w „{}” oczekiwano nazwy, a jest „{}”", "in “{}” expected a name, found “{}”", key, text));
    return text;
  }

  struct Text {
    std::string text;
    std::size_t line = 0;
  };

  // The strings of table[key]; none if the key is missing.
  std::vector<Text> texts(const toml::table& table, std::string_view key) const {
    std::vector<Text> found;
    const toml::node* node = table.get(key);
    if (node == nullptr) return found;
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      fail(line_of(*node), message("w „{}” oczekiwano listy napisów, a jest {}",
                                   "in “{}” expected a list of strings, found {}", key, type_name(*node)));
    }
    for (const toml::node& item : *list) found.push_back({text_of(item, key), line_of(item)});
    return found;
  }

  QueryNode term(const Text& text) const {
    if (comparable(text.text).empty()) {
      fail(text.line, message("oczekiwano słowa lub frazy, a jest „{}”",
                              "expected a word or a phrase, found “{}”", text.text));
    }
    try {
      QueryNode found = parse_term(text.text);
      set_range(found, {});
      return found;
    } catch (const QueryError& error) {
      fail(text.line, error.what());
    }
  }

  TopicAspect read_aspect(const toml::table& table) const {
    check_keys(table, {"name", "weight", "words", "phrases"});
    TopicAspect aspect;
    aspect.name = required_text(table, "name", message("aspektu", "the aspect"));
    if (const toml::node* node = table.get("weight")) {
      const std::optional<double> weight = node->value<double>();
      if (!node->is_number() || !weight || !(*weight >= kMinBoost && *weight <= kMaxBoost)) {
        fail(line_of(*node),
             message(
                 "w „weight” oczekiwano liczby od {} do {}, a jest {}",
                 "in “weight” expected a number from {} to {}, found {}", kMinBoost, kMaxBoost,
                 node->is_number() ? fmt::format("{}", weight.value_or(0)) : std::string(type_name(*node))));
      }
      aspect.weight = *weight;
    }
    for (std::string_view key : {"words", "phrases"}) {
      for (const Text& text : texts(table, key)) aspect.terms.push_back(term(text));
    }
    if (aspect.terms.empty()) {
      fail(line_of(table),
           message("w aspekcie „{}” oczekiwano słów („words”) lub fraz („phrases”), a nie ma żadnych",
                   "in the aspect “{}” expected words (“words”) or phrases (“phrases”), found none",
                   aspect.name));
    }
    return aspect;
  }

  fs::path file_;
};

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMaxTopicBytes + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    throw Error(ErrorKind::io,
                message("{}: nie można odczytać pliku tematu; sprawdź uprawnienia",
                        "{}: cannot read the file of a topic; check the permissions", file.string()));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxTopicBytes) {
    throw Error(ErrorKind::limit, message("{}: plik tematu jest za długi: najwyżej może mieć {} bajtów",
                                          "{}: the file of a topic is too long: it may have {} bytes at most",
                                          file.string(), kMaxTopicBytes));
  }
  return text;
}

// The smallest number of edits from `name` to one of the topic's names, if few; a name that begins with
// `name` counts one.
std::optional<int> likeness(const Topic& topic, const std::string& name) {
  const int limit = std::max(1, static_cast<int>(name.size() / 3));
  std::optional<int> best;
  auto consider = [&](const std::string& other_name) {
    const std::string other = comparable(other_name);
    int edits = edit_distance(name, other, limit);
    if (name.size() >= 3 && other.substr(0, name.size()) == name) edits = std::min(edits, 1);
    if (edits <= limit && (!best || edits < *best)) best = edits;
  };
  consider(topic.name);
  consider(topic.label);
  for (const std::string& alias : topic.aliases) consider(alias);
  return best;
}

// Null if there is none.
const Topic* find_named(std::string_view name, std::span<const Topic> topics) {
  const std::string wanted = comparable(name);
  if (wanted.empty()) return nullptr;
  auto is_wanted = [&](const std::string& other) { return comparable(other) == wanted; };
  for (const Topic& topic : topics) {
    if (is_wanted(topic.name)) return &topic;
  }
  for (const Topic& topic : topics) {
    if (is_wanted(topic.label)) return &topic;
  }
  for (const Topic& topic : topics) {
    if (std::any_of(topic.aliases.begin(), topic.aliases.end(), is_wanted)) return &topic;
  }
  return nullptr;
}

std::string unknown_topic(std::string_view name, std::span<const Topic> topics) {
  const std::string wanted = comparable(name);
  std::vector<std::pair<int, const Topic*>> near;
  for (const Topic& topic : topics) {
    if (const std::optional<int> edits = likeness(topic, wanted)) near.emplace_back(*edits, &topic);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  constexpr std::size_t kShown = 3;
  std::vector<std::string> names;
  if (near.empty()) {
    for (const Topic& topic : topics) names.push_back(topic.name);
  } else {
    for (const auto& [edits, topic] : std::span(near).first(std::min(near.size(), kShown))) {
      names.push_back(fmt::format("{} ({})", topic->name, topic->label));
    }
  }
  if (names.empty())
    return message("nie ma tematu „{}”: nie wczytano żadnych tematów",
                   "there is no topic “{}”: no topics were loaded", name);
  return message("nie ma tematu „{}”: {} {}", "there is no topic “{}”: {} {}", name,
                 near.empty() ? message("oczekiwano jednego z:", "expected one of:")
                              : message("może chodzi o:", "perhaps you mean:"),
                 fmt::join(names, ", "));
}

// Not by std::filesystem, whose iterators (GCC 12) allocate in a noexcept function and so end the process
// when memory runs out.
std::vector<std::string> names_in(const fs::path& directory) {
  struct Closer {
    void operator()(DIR* entries) const { ::closedir(entries); }
  };
  const std::unique_ptr<DIR, Closer> entries(::opendir(directory.c_str()));
  const auto fail = [&](int reason) {
    throw Error(reason == ENOENT || reason == ENOTDIR ? ErrorKind::not_found : ErrorKind::io,
                message("{}: oczekiwano katalogu z plikami tematów (*.toml): {}",
                        "{}: expected a directory with files of topics (*.toml): {}", directory.string(),
                        system_reason(reason)));
  };
  if (!entries) fail(errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(entries.get());
    if (entry == nullptr && errno != 0) fail(errno);
    if (entry == nullptr) return names;
    names.emplace_back(entry->d_name);
  }
}

}  // namespace

std::vector<Topic> load_topics(std::span<const fs::path> directories) {
  std::map<std::string, fs::path> files;
  for (const fs::path& directory : directories) {
    for (const std::string& name : names_in(directory)) {
      const fs::path file = directory / name;
      if (file.extension() == ".toml") files[file.stem().string()] = file;
    }
  }
  std::vector<Topic> topics;
  for (const auto& [name, file] : files) topics.push_back(parse_topic(read_file(file), file));
  return topics;
}

Topic parse_topic(std::string_view toml, const fs::path& file) { return TopicReader(file).read(toml); }

const Topic& find_topic(std::string_view name, std::span<const Topic> topics) {
  if (const Topic* topic = find_named(name, topics)) return *topic;
  throw Error(ErrorKind::not_found, unknown_topic(name, topics));
}

QueryNode topic_query(const Topic& topic) {
  QueryNode root;
  root.kind = NodeKind::topic;
  root.text = topic.label;
  for (const TopicAspect& aspect : topic.aspects) {
    QueryNode node;
    node.kind = NodeKind::aspect;
    node.text = aspect.name;
    node.boost = aspect.weight;
    node.children = aspect.terms;
    root.children.push_back(std::move(node));
  }
  return root;
}

void resolve_topics(QueryNode& root, std::string_view text, std::span<const Topic> topics) {
  if (root.kind != NodeKind::topic || !root.children.empty()) {
    for (QueryNode& child : root.children) resolve_topics(child, text, topics);
    return;
  }
  const Topic* topic = find_named(root.text, topics);
  if (topic == nullptr) fail_at(text, root.range, unknown_topic(root.text, topics));
  root.children = topic_query(*topic).children;
  for (QueryNode& aspect : root.children) set_range(aspect, root.range);
}

}  // namespace kwerenda
