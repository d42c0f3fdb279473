// What the crash tests share: arguments, reports to index, programs to run and kill, and the model of what an
// index may hold.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace kwerenda::crash {

namespace fs = std::filesystem;

struct Arguments {
  std::uint64_t seed = 0;  // --seed N; printed, so that a failure can be repeated
  std::uint64_t runs = 0;  // --runs N; 0: the test's short or long number
  bool all = false;        // --long
  std::string keep;        // --keep DIR: leave the files there
};

// Reads --seed, --runs, --long, --keep; prints the seed. Ends the process on anything else.
Arguments arguments_of(int argc, char** argv);

// A directory of the test's own, removed at the end unless kept or a run failed in it.
class Workspace {
 public:
  explicit Workspace(const Arguments& arguments, const std::string& name);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  fs::path operator/(const std::string& name) const { return root_ / name; }
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
  bool keep_;
};

// How a program ended.
struct Ended {
  int code = -1;  // exit code, -1 if a signal ended it
  int signal = 0;
  std::string out, err;
  std::chrono::microseconds took{0};
};

struct Run {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;       // set beside what the test itself has
  std::optional<std::chrono::microseconds> kill_after;  // SIGKILL then
  std::chrono::seconds timeout{120};                    // SIGKILL then too, and `signal` is SIGKILL
};
Ended run(const Run& run);

// The programs that are tested.
std::string index_program();
std::string search_program();

// Report id to content hash: the whole state, as far as `add` is concerned.
using State = std::map<std::string, std::uint64_t>;

// What the index holds; nothing if there is none. Throws kwerenda::Error if it is damaged.
std::optional<State> state_of(const fs::path& index);

// A sentence of the right language from a small vocabulary; the same generator gives the same.
std::string sentence(std::mt19937_64& random);
// Some paragraphs of such sentences, with a title, a place and a date.
std::string report_text(std::mt19937_64& random, int paragraphs);
const std::vector<std::string>& vocabulary();

void write_file(const fs::path& path, const std::string& bytes);
std::string read_file(const fs::path& path);
void copy_tree(const fs::path& from, const fs::path& to);  // replaces `to`

// Counts failures and prints each with what is needed to repeat it.
class Verdict {
 public:
  void fail(const std::string& what);
  bool expect(bool holds, const std::string& what) {
    if (!holds) fail(what);
    return holds;
  }
  std::uint64_t failures() const { return failures_; }
  // Prints the summary line; what main() returns.
  int finish(const std::string& summary) const;

 private:
  std::uint64_t failures_ = 0;
};

// One kind of work on an index, from one committed state to the next.
struct Scenario {
  std::string name;
  fs::path before;                   // the index beforehand; need not exist
  std::vector<std::string> command;  // with "INDEX" where the index is to stand
  std::vector<std::string>
      complete;               // run after an accident, must reach the state after; the same placeholder
  std::optional<State> from;  // committed states before and after
  State to;
  std::chrono::microseconds took{0};  // undisturbed

  std::vector<std::string> command_for(const fs::path& index) const;
  std::vector<std::string> completion_for(const fs::path& index) const;
};

// First build, small update with purging, update that is built aside and merged, removal, compaction. Made
// once in the workspace.
std::vector<Scenario> make_scenarios(const Workspace& workspace, std::uint64_t seed);

// After an accident: the index opens, passes check, holds one of the two states; completing the work reaches
// the second. Returns the state that was found: 0 before, 1 after.
int verify_after_accident(const Scenario& scenario, const fs::path& index, const std::string& what,
                          Verdict& verdict);

}  // namespace kwerenda::crash
