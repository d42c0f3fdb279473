// A power cut at any moment of every kind of work, as strict POSIX allows it: what a preload library saw the
// indexer do is replayed up to a random call, and then only what an fsync covered is sure. Of each file's
// later writes any are there, any part of 4 KB pages of them; of each directory's later entries and renames
// any are there, each rename whole or not at all, whatever became of the file's data. Afterwards the index
// opens, passes check, holds the state before or after, and the same command completes it; a cut behind the
// end of a command that reported success finds the state after. 100 cuts, with --long 3,000.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "tests/crash/harness.h"

namespace {

using namespace kwerenda::crash;

constexpr std::size_t kPageBytes = 4096;

struct Event {
  std::string call;
  std::uint64_t inode = 0;  // the kernel's, or 0
  std::uint64_t number = 0;
  std::string path, other, bytes;
};

std::vector<Event> read_trace(const fs::path& file) {
  std::vector<Event> events;
  std::istringstream in(read_file(file));
  for (std::string line; std::getline(in, line);) {
    Event event;
    std::size_t size = 0;
    std::istringstream words(line);
    words >> event.call >> event.inode >> event.number >> size;
    words.get();
    std::getline(words, event.path, '\t');
    std::getline(words, event.other);
    event.bytes.resize(size);
    in.read(event.bytes.data(), static_cast<std::streamsize>(size));
    events.push_back(std::move(event));
  }
  return events;
}

// A file or directory: what is sure, and what was done since.
struct Node {
  struct Change {  // of a file's contents: bytes at an offset, or its length
    bool is_length = false;
    std::uint64_t number = 0;
    std::string bytes;
  };
  struct Entry {  // of a directory: a name set or taken away; a rename does both
    std::string removed, name;
    std::shared_ptr<Node> node;
  };
  bool is_directory = false;
  std::string contents;
  std::vector<Change> changes;
  std::map<std::string, std::shared_ptr<Node>> entries;
  std::vector<Entry> pending;
  std::map<std::string, std::shared_ptr<Node>> visible;  // `entries` with all of `pending`
};
using NodePtr = std::shared_ptr<Node>;

void carry_out(std::string& contents, const Node::Change& change) {
  if (change.is_length) {
    contents.resize(change.number);
    return;
  }
  if (contents.size() < change.number + change.bytes.size())
    contents.resize(change.number + change.bytes.size());
  contents.replace(change.number, change.bytes.size(), change.bytes);
}

void carry_out(std::map<std::string, NodePtr>& entries, const Node::Entry& entry) {
  if (!entry.removed.empty()) entries.erase(entry.removed);
  if (!entry.name.empty()) entries[entry.name] = entry.node;
}

class Disk {
 public:
  // What is there beforehand is sure.
  explicit Disk(const fs::path& tree) : root_(load(tree)) {}

  void replay(const Event& event) {
    if (event.call == "open") {
      NodePtr node = find(event.path);
      if (event.number == 1) node = put(event.path, false);
      if (!node) throw std::logic_error("opened, but not there: " + event.path);
      if (event.number == 2) node->changes.push_back({true, 0, ""});
      opened_[event.inode] = node;
    } else if (event.call == "write") {
      opened_.at(event.inode)->changes.push_back({false, event.number, event.bytes});
    } else if (event.call == "truncate") {
      opened_.at(event.inode)->changes.push_back({true, event.number, ""});
    } else if (event.call == "sync") {
      sync(*opened_.at(event.inode));
    } else if (event.call == "mkdir") {
      put(event.path, true);
    } else if (event.call == "rename") {
      const auto [from, old_name] = split(event.path);
      const auto [to, new_name] = split(event.other);
      const NodePtr node = from->visible.at(old_name);
      if (from == to) {
        change(*from, {old_name, new_name, node});
      } else {  // of two directories each keeps its own
        change(*from, {old_name, "", nullptr});
        change(*to, {"", new_name, node});
      }
    } else if (event.call == "remove") {
      const auto [parent, name] = split(event.path);
      change(*parent, {name, "", nullptr});
    } else {
      throw std::logic_error("unknown call: " + event.call);
    }
  }

  // Writes what a cut may leave now.
  void cut(const fs::path& tree, std::mt19937_64& random) const {
    fs::remove_all(tree);
    write(*root_, tree, random);
  }

 private:
  static NodePtr load(const fs::path& path) {
    auto node = std::make_shared<Node>();
    node->is_directory = fs::is_directory(path);
    if (!node->is_directory) {
      node->contents = read_file(path);
      return node;
    }
    for (const auto& entry : fs::directory_iterator(path))
      node->entries[entry.path().filename().string()] = load(entry.path());
    node->visible = node->entries;
    return node;
  }

  NodePtr find(const std::string& path) const {
    NodePtr node = root_;
    for (const fs::path& part : fs::path(path)) {
      const auto next = node->visible.find(part.string());
      if (next == node->visible.end()) return nullptr;
      node = next->second;
    }
    return node;
  }

  std::pair<NodePtr, std::string> split(const std::string& path) const {
    const fs::path whole(path);
    NodePtr parent = find(whole.parent_path().string());
    if (!parent) throw std::logic_error("no directory for " + path);
    return {parent, whole.filename().string()};
  }

  static void change(Node& directory, Node::Entry entry) {
    carry_out(directory.visible, entry);
    directory.pending.push_back(std::move(entry));
  }

  NodePtr put(const std::string& path, bool is_directory) {
    const auto [parent, name] = split(path);
    auto node = std::make_shared<Node>();
    node->is_directory = is_directory;
    change(*parent, {"", name, node});
    return node;
  }

  static void sync(Node& node) {
    for (const Node::Change& change : node.changes) carry_out(node.contents, change);
    node.changes.clear();
    node.entries = node.visible;
    node.pending.clear();
  }

  static void write(const Node& node, const fs::path& path, std::mt19937_64& random) {
    // Now and then all of it is there, or nothing: mixtures alone would hardly ever be either.
    const auto mood = random() % 4;
    const auto is_there = [&] { return mood == 0 || (mood != 1 && random() % 2 == 0); };
    if (node.is_directory) {
      fs::create_directories(path);
      auto entries = node.entries;
      for (const Node::Entry& entry : node.pending) {
        if (is_there()) carry_out(entries, entry);
      }
      for (const auto& [name, child] : entries) write(*child, path / name, random);
      return;
    }
    std::string contents = node.contents;
    for (const Node::Change& change : node.changes) {
      if (change.is_length || mood == 0) {
        if (is_there()) carry_out(contents, change);
        continue;
      }
      for (std::size_t at = 0; at < change.bytes.size(); at += kPageBytes) {
        if (is_there()) carry_out(contents, {false, change.number + at, change.bytes.substr(at, kPageBytes)});
      }
    }
    write_file(path, contents);
  }

  NodePtr root_;
  std::map<std::uint64_t, NodePtr> opened_;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = arguments_of(argc, argv);
  const Workspace workspace(arguments, "power-cut");
  const std::vector<Scenario> scenarios = make_scenarios(workspace, arguments.seed);
  // The index stands in a directory of its own, whose entries are replayed too: a new index has to be in it.
  const fs::path disk = workspace / "disk", index = disk / "index";
  Verdict verdict;
  std::vector<std::vector<Event>> traces;
  std::size_t syncs = 0;
  for (const Scenario& scenario : scenarios) {
    fs::remove_all(disk);
    fs::create_directories(disk);
    copy_tree(scenario.before, index);
    const fs::path file = workspace / ("trace-" + scenario.name);
    const Ended ended = run({scenario.command_for(index),
                             {{"LD_PRELOAD", KWERENDA_TRACE_LIBRARY},
                              {"KWERENDA_TRACE_DIR", disk.string()},
                              {"KWERENDA_TRACE", file.string()}},
                             {}});
    verdict.expect(ended.code == 0, scenario.name + ": " + ended.err);
    traces.push_back(read_trace(file));
    syncs += static_cast<std::size_t>(std::count_if(traces.back().begin(), traces.back().end(),
                                                    [](const Event& event) { return event.call == "sync"; }));
    std::printf("%s: %zu calls\n", scenario.name.c_str(), traces.back().size());
  }
  verdict.expect(syncs > 10, "the preload library sees no fsync");
  std::mt19937_64 random(arguments.seed);
  const std::uint64_t runs = arguments.runs ? arguments.runs : arguments.all ? 3000 : 100;
  std::uint64_t before = 0, after = 0;
  for (std::uint64_t i = 0; i < runs; ++i) {
    const std::size_t which = i % scenarios.size();
    const Scenario& scenario = scenarios[which];
    const std::vector<Event>& trace = traces[which];
    fs::remove_all(disk);
    fs::create_directories(disk);
    copy_tree(scenario.before, index);
    Disk model(disk);
    const std::size_t calls = random() % 5 == 0 ? trace.size() : random() % trace.size();
    for (std::size_t c = 0; c < calls; ++c) model.replay(trace[c]);
    model.cut(disk, random);
    const std::uint64_t failures = verdict.failures();
    const std::string what =
        fmt::format("run {}: {} cut after {} of {} calls", i, scenario.name, calls, trace.size());
    const fs::path kept = workspace / "kept";
    copy_tree(disk, kept);
    const int found = verify_after_accident(scenario, index, what, verdict);
    before += found == 0;
    after += found == 1;
    verdict.expect(calls < trace.size() || found == 1 || scenario.from == std::optional<State>(scenario.to),
                   what + ": success was reported, but not the state after");
    if (verdict.failures() == failures) continue;
    const fs::path place =
        fs::temp_directory_path() / fmt::format("kwerenda-power-cut-{}-{}", arguments.seed, i);
    copy_tree(kept, place);
    std::printf("kept: %s\n", place.c_str());
  }
  return verdict.finish(fmt::format("{} power cuts; {} found before, {} after", runs, before, after));
}
