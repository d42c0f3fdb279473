#include "tests/crash/harness.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "analysis/data_files.h"
#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/lexicon.h"
#include "indexer/check.h"
#include "indexer/stored_index.h"

namespace kwerenda::crash {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void usage(const char* program) {
  std::fprintf(stderr, "%s [--seed N] [--runs N] [--long] [--keep KATALOG]\n", program);
  std::exit(2);
}

// The lexicon that kwerenda-index itself uses, opened once.
const std::shared_ptr<const KeyMaker>& keys() {
  static const auto kKeys = std::make_shared<const KeyMaker>(
      Lexicon::open(fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex"));
  return kKeys;
}

std::vector<std::string> filled(const std::vector<std::string>& command, const fs::path& index) {
  std::vector<std::string> out;
  for (const std::string& part : command) out.push_back(part == "INDEX" ? index.string() : part);
  return out;
}

}  // namespace

Arguments arguments_of(int argc, char** argv) {
  Arguments arguments;
  arguments.seed = std::random_device{}();
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--long") {
      arguments.all = true;
    } else if (i + 1 < argc && name == "--seed") {
      arguments.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && name == "--runs") {
      arguments.runs = std::strtoull(argv[++i], nullptr, 10);
    } else if (i + 1 < argc && name == "--keep") {
      arguments.keep = argv[++i];
    } else {
      usage(argv[0]);
    }
  }
  std::printf("seed %llu\n", static_cast<unsigned long long>(arguments.seed));
  std::fflush(stdout);
  return arguments;
}

Workspace::Workspace(const Arguments& arguments, const std::string& name) : keep_(!arguments.keep.empty()) {
  root_ = keep_ ? fs::path(arguments.keep)
                : fs::temp_directory_path() / fmt::format("kwerenda-{}-{}", name, ::getpid());
  fs::remove_all(root_);
  fs::create_directories(root_);
}

Workspace::~Workspace() {
  std::error_code ignored;
  if (!keep_) fs::remove_all(root_, ignored);
}

Ended run(const Run& run) {
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) {
    std::perror("pipe");
    std::exit(2);
  }
  const auto start = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) {  // never to be taken for a process: kill(-1) is everybody
    std::perror("fork");
    std::exit(2);
  }
  if (child == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    ::setenv("KWERENDA_LANG", "pl", 1);
    for (const auto& [name, value] : run.environment) ::setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv;
    for (const std::string& part : run.command) argv.push_back(const_cast<char*>(part.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(out[1]);
  ::close(err[1]);
  Ended ended;
  const auto deadline = start + (run.kill_after ? *run.kill_after : std::chrono::microseconds(run.timeout));
  bool killed = false;
  struct pollfd waiting[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  for (int open = 2; open > 0;) {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - Clock::now());
    if (!killed && left.count() <= 0) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    const struct timespec wait {
      killed ? 1 : left.count() / 1'000'000, killed ? 0 : left.count() % 1'000'000 * 1000
    };
    if (::ppoll(waiting, 2, &wait, nullptr) <= 0) continue;
    for (int i = 0; i < 2; ++i) {
      if (waiting[i].revents == 0) continue;
      char buffer[65536];
      const ssize_t size = ::read(waiting[i].fd, buffer, sizeof buffer);
      if (size > 0) {
        (i == 0 ? ended.out : ended.err).append(buffer, static_cast<std::size_t>(size));
      } else if (size == 0 || errno != EINTR) {
        waiting[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ended.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  ::close(out[0]);
  ::close(err[0]);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  return ended;
}

std::string index_program() { return KWERENDA_INDEX_PROGRAM; }
std::string search_program() { return KWERENDA_SEARCH_PROGRAM; }

std::optional<State> state_of(const fs::path& index) {
  if (!is_index(index)) return std::nullopt;
  State state;
  StoredIndex(index, Versions::current).for_each_report([&](const StoredReport& report) {
    state[report.id] = report.content_hash;
  });
  return state;
}

const std::vector<std::string>& vocabulary() {
  static const std::vector<std::string> kWords = {
      "miasto",       "gmina",       "mieszkańcy", "ochrona",  "ludności",  "system",       "mapa",
      "GIS-u",        "geoportal",   "ustawa",     "budżet",   "szkolenie", "ćwiczenia",    "straż",
      "pożarna",      "urząd",       "dane",       "otwarte",  "sztuczna",  "inteligencja", "planowanie",
      "przestrzenne", "konsultacje", "społeczne",  "powódź",   "schron",    "alarm",        "sieć",
      "czujniki",     "monitoring",  "raport",     "wnioski",  "e-usługi",  "cyfrowy",      "bliźniak",
      "Łodzi",        "Krakowie",    "Gdańsku",    "Poznaniu", "Lublinie",  "wodociągi",    "transport",
      "rowerowy",     "zieleń",      "powietrze",  "smog",     "energia",   "oszczędność",  "wolontariusze",
      "biblioteka",   "szkoła",      "seniorzy",   "młodzież", "kultura",   "muzeum",       "festiwal"};
  return kWords;
}

std::string sentence(std::mt19937_64& random) {
  const auto& words = vocabulary();
  std::string out;
  const std::size_t count = 6 + random() % 10;
  for (std::size_t i = 0; i < count; ++i) out += (i ? " " : "") + words[random() % words.size()];
  return out + ".";
}

std::string report_text(std::mt19937_64& random, int paragraphs) {
  std::string out = fmt::format("Narada {}\nData: 20{:02}-{:02}-{:02}\nMiejsce: Łódź\n", random() % 10000,
                                random() % 25, 1 + random() % 12, 1 + random() % 28);
  for (int i = 0; i < paragraphs; ++i) {
    out += "\n";
    const std::size_t sentences = 2 + random() % 4;
    for (std::size_t s = 0; s < sentences; ++s) out += sentence(random) + " ";
    out += "\n";
  }
  return out;
}

void write_file(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << bytes;
}

std::string read_file(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void copy_tree(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::create_directories(to.parent_path());
  if (fs::exists(from)) fs::copy(from, to, fs::copy_options::recursive);
}

void Verdict::fail(const std::string& what) {
  ++failures_;
  std::printf("FAILED: %s\n", what.c_str());
  std::fflush(stdout);
}

int Verdict::finish(const std::string& summary) const {
  std::printf("%s: %llu failures\n", summary.c_str(), static_cast<unsigned long long>(failures_));
  return failures_ == 0 ? 0 : 1;
}

std::vector<std::string> Scenario::command_for(const fs::path& index) const { return filled(command, index); }
std::vector<std::string> Scenario::completion_for(const fs::path& index) const {
  return filled(complete, index);
}

std::vector<Scenario> make_scenarios(const Workspace& workspace, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const fs::path first = workspace / "first";
  for (int i = 0; i < 24; ++i) write_file(first / fmt::format("r{:02}.txt", i), report_text(random, 4));
  write_file(first / "wiele.jsonl", [&] {
    std::string lines;
    for (int i = 0; i < 12; ++i) {
      lines += fmt::format("{{\"_id\":\"w{}\",\"title\":\"Raport {}\",\"text\":\"{}\"}}\n", i, i,
                           sentence(random));
    }
    return lines;
  }());
  // The sources change between the states, under the same paths: each scenario has a tree of its own.
  const auto changed = [&](const std::string& name, int from, int to) {
    const fs::path tree = workspace / name / "src";
    copy_tree(first, tree);
    const fs::path index = workspace / name / "before";
    // Built, then updated once: the first documents of the database are gone.
    for (int round = 0; round < 2; ++round) {
      const Ended built =
          run({{index_program(), "add", "-q", "--index", index.string(), tree.string()}, {}, {}});
      if (built.code != 0) {
        std::printf("FAILED: %s\n", built.err.c_str());
        std::exit(2);
      }
      for (int i = 0; i < 5 && round == 0; ++i)
        write_file(tree / fmt::format("r{:02}.txt", i), report_text(random, 6));
    }
    for (int i = from; i < to; ++i) write_file(tree / fmt::format("r{:02}.txt", i), report_text(random, 5));
    fs::remove(tree / "r00.txt");
    write_file(tree / "nowy.txt", report_text(random, 3));
    return tree;
  };
  std::vector<Scenario> scenarios;
  const auto add = [&](const std::string& name, const fs::path& before, std::vector<std::string> command,
                       std::vector<std::string> complete) {
    Scenario scenario{name, before, std::move(command), std::move(complete), {}, {}, {}};
    scenario.from = state_of(before);
    const fs::path index = workspace / "reference";
    copy_tree(before, index);
    const Ended ended = run({scenario.command_for(index), {}, {}});
    scenario.took = ended.took;
    if (ended.code != 0) {
      std::printf("FAILED: %s: %s\n", name.c_str(), ended.err.c_str());
      std::exit(2);
    }
    scenario.to = *state_of(index);
    // What the work leads to is known from a build of the same sources from nothing.
    if (scenario.command[1] == "add") {
      const fs::path fresh = workspace / "fresh";
      fs::remove_all(fresh);
      run({{index_program(), "add", "-q", "--index", fresh.string(), scenario.command.back()}, {}, {}});
      if (state_of(fresh) != scenario.to) {
        std::printf("FAILED: %s: not the state that a build from nothing has\n", name.c_str());
        std::exit(1);
      }
    }
    scenarios.push_back(std::move(scenario));
  };
  const std::string program = index_program();
  const std::vector<std::string> build = {program,   "add",   "--threads",   "2",
                                          "--index", "INDEX", first.string()};
  add("first-build", workspace / "none", build, build);
  const fs::path small = changed("small", 3, 6);
  const std::vector<std::string> update = {program,   "add",   "--purge",     "vanished",
                                           "--index", "INDEX", small.string()};
  add("small-update", workspace / "small" / "before", update, update);
  const fs::path large = changed("large", 3, 18);
  const std::vector<std::string> merge = {program, "add",     "--purge", "vanished",    "--threads",
                                          "2",     "--index", "INDEX",   large.string()};
  add("large-batch", workspace / "large" / "before", merge, merge);
  const std::vector<std::string> remove = {program, "remove", "--index", "INDEX",
                                           (small / "wiele.jsonl").string()};
  // Nothing is left to remove once it happened: completing is any other command that writes.
  const std::vector<std::string> compact = {program, "compact", "--index", "INDEX"};
  add("remove", workspace / "small" / "before", remove, remove);
  // Of two segments, with dead passages in the first: one alone has nothing to merge.
  const fs::path updated = workspace / "updated";
  copy_tree(workspace / "small" / "before", updated);
  std::ofstream(workspace / "jeden.txt") << "Narada\n\nJeszcze jeden raport o schronach.\n";
  run({{program, "add", "-q", "--index", updated.string(), (workspace / "jeden.txt").string()}, {}, {}});
  add("compact", updated, compact, compact);
  return scenarios;
}

int verify_after_accident(const Scenario& scenario, const fs::path& index, const std::string& what,
                          Verdict& verdict) {
  int found = -1;
  try {
    const std::optional<State> state = state_of(index);
    if (state == scenario.from) found = 0;
    if (state && *state == scenario.to) found = 1;
    verdict.expect(found >= 0, what + ": neither the state before nor the one after");
    if (state) {
      for (const std::string& damage : check_index(index, {keys, CheckSources::no}).damages) {
        verdict.fail(what + ": check: " + damage);
      }
    }
  } catch (const Error& error) {
    verdict.fail(what + ": the index does not open: " + error.what());
    return found;
  }
  const Ended again = run({scenario.completion_for(index), {}, {}});
  const bool removed_already = scenario.name == "remove" && again.code == 2 && found == 1;
  verdict.expect(again.code == 0 || removed_already,
                 fmt::format("{}: completing it ended with {} (signal {}): {}", what, again.code,
                             again.signal, again.err));
  try {
    const std::optional<State> state = state_of(index);
    verdict.expect(state && *state == scenario.to, what + ": completed, but not the state after");
    for (const std::string& damage : check_index(index, {keys, CheckSources::no}).damages) {
      verdict.fail(what + ": check after completing: " + damage);
    }
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      verdict.expect(name == "XAPIANDB" || name == "lock" || name == "files" || name.starts_with("gen-"),
                     what + ": left over: " + name);
    }
  } catch (const Error& error) {
    verdict.fail(what + ": completed, but the index does not open: " + error.what());
  }
  return found;
}

}  // namespace kwerenda::crash
