// Damage in every file of a small index: flipped bits, zeroed blocks, truncation, bytes of elsewhere; 100
// times, with --long 2,000.
//
// A damage is effective if a dump or the answers to a hundred queries differ from those of the sound index.
// Then check must say so. And whatever the damage: no program crashes or hangs, no search shows a text that
// is not, byte for byte, the passage it cites, and one search, for which the files are not verified
// beforehand, answers as it would of the sound index or ends with a message.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/crash/harness.h"

namespace {

using namespace kwerenda::crash;

using Texts = std::map<std::string, std::string>;  // citation to text

struct Answers {
  Ended search, dump;
  std::vector<Ended> once;  // one search each
  Texts texts;
  bool readable = true;  // the search program's output is what it promises to be
};

class DamageTest {
 public:
  DamageTest(const Arguments& arguments, const Workspace& workspace)
      : random_(arguments.seed),
        sound_(workspace / "sound"),
        index_(workspace / "index"),
        queries_(workspace / "queries") {
    // What months of use leave: a merged generation, then some small commits.
    const auto scenarios = make_scenarios(workspace, arguments.seed);
    const auto& large = *std::find_if(scenarios.begin(), scenarios.end(),
                                      [](const auto& s) { return s.name == "large-batch"; });
    copy_tree(large.before, sound_);
    run({large.command_for(sound_), {}, {}});
    sources_ = workspace / "more";
    for (int i = 0; i < 3; ++i) {
      write_file(sources_ / fmt::format("m{}.txt", i), report_text(random_, 6));
      run({{index_program(), "add", "-q", "--index", sound_.string(), sources_.string()}, {}, {}});
    }
    std::string lines;
    for (const std::string& word : vocabulary()) lines += word + "\t" + word + "\n";
    for (std::size_t i = 0; i + 1 < vocabulary().size(); i += 2) {
      lines +=
          fmt::format("p{}\t\"{} {}\" OR {}\n", i, vocabulary()[i], vocabulary()[i + 1], vocabulary()[i]);
    }
    lines += "d\tdata:2010..2015 miasto\nm\tmiejsce:Łódź raport\n";
    write_file(queries_, lines);
    expected_ = ask(sound_);
    verdict_.expect(expected_.search.code == 0 || expected_.search.code == 2,
                    "the sound index answers: " + expected_.search.err);
    verdict_.expect(expected_.texts.size() > 50,
                    fmt::format("the sound index shows {} passages", expected_.texts.size()));
    verdict_.expect(check(sound_).code == 0, "the sound index passes check");
  }

  void run_once(std::uint64_t number) {
    copy_tree(sound_, index_);
    const std::string what = fmt::format("run {}: {}", number, damage());
    const Ended checked = check(index_);
    verdict_.expect(checked.signal == 0, fmt::format("{}: check ended by signal {}", what, checked.signal));
    const Answers answers = ask(index_);
    verdict_.expect(answers.search.signal == 0,
                    fmt::format("{}: search ended by signal {}", what, answers.search.signal));
    bool once_differs = false;
    for (std::size_t i = 0; i < answers.once.size(); ++i) {
      const Ended& once = answers.once[i];
      const bool same = once.out == expected_.once[i].out && once.code == expected_.once[i].code;
      once_differs = once_differs || !same;
      verdict_.expect(once.signal == 0, fmt::format("{}: one search ended by signal {}", what, once.signal));
      verdict_.expect(same || once.code == 2,
                      fmt::format("{}: another answer of search {} without a word", what, i));
    }
    verdict_.expect(answers.dump.signal == 0,
                    fmt::format("{}: dump ended by signal {}", what, answers.dump.signal));
    verdict_.expect(answers.readable,
                    what + ": search printed what is no JSON: " + answers.search.out.substr(0, 300));
    for (const auto& [citation, text] : answers.texts) {
      const auto known = expected_.texts.find(citation);
      verdict_.expect(known != expected_.texts.end() && known->second == text,
                      what + ": wrong text shown for " + citation);
    }
    const bool effective = answers.search.out != expected_.search.out ||
                           answers.search.code != expected_.search.code || once_differs ||
                           answers.dump.out != expected_.dump.out || answers.dump.code != expected_.dump.code;
    effective_ += effective;
    caught_ += checked.code != 0;
    if (effective)
      verdict_.expect(checked.code == 2, fmt::format("{}: effective, but check says {}", what, checked.code));
    // Last, since the index may change by it.
    const std::vector<std::string> verbs[] = {
        {"info"}, {"remove", "--dry-run", sources_.string()}, {"add", "-q", sources_.string()}};
    for (const auto& verb : verbs) {
      std::vector<std::string> command{index_program()};
      command.insert(command.end(), verb.begin(), verb.end());
      command.insert(command.end(), {"--index", index_.string()});
      const Ended ended = run({command, {}, {}});
      verdict_.expect(
          ended.signal == 0 && ended.code <= 3,
          fmt::format("{}: {} ended with {}, signal {}", what, verb.front(), ended.code, ended.signal));
    }
  }

  std::string counts() const { return fmt::format("{} effective, {} found by check", effective_, caught_); }
  Verdict& verdict() { return verdict_; }

 private:
  Ended check(const fs::path& index) {
    return run({{index_program(), "check", "-q", "--index", index.string()}, {}, {}});
  }

  Answers ask(const fs::path& index) {
    Answers answers;
    // All under one name: messages and source paths must not differ by it.
    answers.search = run({{search_program(), "--index", index.string(), "--batch", queries_.string(),
                           "--format", "ndjson", "--limit", "20"},
                          {},
                          {}});
    answers.dump = run({{index_program(), "dump", "--index", index.string()}, {}, {}});
    const std::vector<std::string> searches[] = {{"ochrona OR miasto"},
                                                 {"--sort", "date", "schron"},
                                                 {"\"ochrona ludności\""},
                                                 {"--from", "2010", "gmin*"}};
    std::string out = answers.search.out;
    for (const auto& search : searches) {
      std::vector<std::string> command{search_program(), "--index", index.string(), "--format", "ndjson"};
      command.insert(command.end(), search.begin(), search.end());
      out += answers.once.emplace_back(run({command, {}, {}})).out;
    }
    std::size_t at = 0;
    while (at < out.size()) {
      const std::size_t end = std::min(out.find('\n', at), out.size());
      const auto json = nlohmann::json::parse(out.substr(at, end - at), nullptr, false);
      at = end + 1;
      if (json.is_discarded()) {
        answers.readable = false;
      } else if (json.contains("text") && json.contains("citation")) {
        answers.texts[json["citation"].get<std::string>()] = json["text"].get<std::string>();
      }
    }
    return answers;
  }

  // Damages one file and says how.
  std::string damage() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(index_)) {
      if (entry.is_regular_file() && entry.file_size() > 0 && entry.path().filename() != "lock")
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    const fs::path file = files[random_() % files.size()];
    std::string bytes = read_file(file);
    const std::size_t at = random_() % bytes.size();
    std::string how;
    switch (random_() % 5) {
      case 0:
      case 1: {
        const unsigned bit = static_cast<unsigned>(random_() % 8);
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1u << bit));
        how = fmt::format("bit {} of byte {} flipped", bit, at);
        break;
      }
      case 2: {
        const std::size_t size = std::min<std::size_t>(bytes.size() - at, std::size_t{1} << (random_() % 14));
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, '\0');
        how = fmt::format("{} bytes from {} zeroed", size, at);
        break;
      }
      case 3:
        bytes.resize(at);
        how = fmt::format("truncated to {} bytes", at);
        break;
      default: {
        const std::size_t size = std::min<std::size_t>(bytes.size() - at, 1 + random_() % 64);
        for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(random_());
        how = fmt::format("{} random bytes from {}", size, at);
      }
    }
    write_file(file, bytes);
    return fmt::format("{}: {}", file.lexically_relative(index_).string(), how);
  }

  std::mt19937_64 random_;
  fs::path sound_, index_, queries_, sources_;
  Answers expected_;
  Verdict verdict_;
  std::uint64_t effective_ = 0, caught_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = arguments_of(argc, argv);
  const Workspace workspace(arguments, "damage");
  DamageTest test(arguments, workspace);
  const std::uint64_t runs = arguments.runs ? arguments.runs : arguments.all ? 2000 : 100;
  for (std::uint64_t i = 0; i < runs; ++i) {
    const std::uint64_t failures = test.verdict().failures();
    test.run_once(i);
    if (test.verdict().failures() == failures) continue;
    // How a bulk build numbers documents depends on its threads, so that a seed alone does not bring every
    // damage back.
    const fs::path kept =
        fs::temp_directory_path() / fmt::format("kwerenda-damaged-{}-{}", arguments.seed, i);
    copy_tree(workspace / "index", kept);
    std::printf("kept: %s\n", kept.c_str());
  }
  return test.verdict().finish(fmt::format("{} damages, {}", runs, test.counts()));
}
