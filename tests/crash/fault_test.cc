// Every file call of every kind of work goes wrong once: ENOSPC, EIO, EINTR, a short write, a disk that stays
// full (the message must be clear, the state committed), and SIGKILL before, after and in the middle of the
// call. 200 of each group, with --long all.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "tests/crash/harness.h"

namespace {

using namespace kwerenda::crash;

struct Case {
  std::size_t scenario;
  std::string fault;
  long at;
};

class FaultTest {
 public:
  FaultTest(const Arguments& arguments, const Workspace& workspace)
      : scenarios_(make_scenarios(workspace, arguments.seed)),
        index_(workspace / "index"),
        log_(workspace / "calls") {}

  std::vector<Case> cases(const std::vector<std::string>& faults) {
    std::vector<Case> cases;
    for (std::size_t i = 0; i < scenarios_.size(); ++i) {
      copy_tree(scenarios_[i].before, index_);
      fs::remove(log_);
      const Ended ended = run_with(scenarios_[i], "count", 0, true);
      verdict_.expect(ended.code == 0, "counting calls: " + ended.err);
      const std::string log = read_file(log_);
      const long calls = std::count(log.begin(), log.end(), '\n');
      verdict_.expect(calls > 5, scenarios_[i].name + ": the preload library sees no calls");
      std::printf("%s: %ld file calls\n", scenarios_[i].name.c_str(), calls);
      for (long at = 1; at <= calls; ++at) {
        for (const std::string& fault : faults) cases.push_back({i, fault, at});
      }
    }
    return cases;
  }

  void run_case(const Case& one) {
    const Scenario& scenario = scenarios_[one.scenario];
    copy_tree(scenario.before, index_);
    const Ended ended = run_with(scenario, one.fault, one.at, false);
    const std::string what = fmt::format("{}: {} at call {}", scenario.name, one.fault, one.at);
    const bool kills = one.fault.starts_with("kill");
    verdict_.expect(ended.signal == 0 || (kills && ended.signal == SIGKILL),
                    fmt::format("{}: ended by signal {}: {}", what, ended.signal, ended.err));
    const int found = verify_after_accident(scenario, index_, what, verdict_);
    (found == 1 ? after_ : before_)++;
    if (kills || ended.signal != 0) return;
    if (ended.code == 0) {
      verdict_.expect(found == 1, what + ": success was reported, but not the state after");
      return;
    }
    ++reported_;
    const auto says = [&](const char* part) { return ended.err.find(part) != std::string::npos; };
    verdict_.expect(ended.code == 2, fmt::format("{}: exit code {}: {}", what, ended.code, ended.err));
    verdict_.expect(says(index_.c_str()) && !says("nieoczekiwany") && says("."),
                    what + ": the message does not name the path: " + ended.err);
    if (one.fault == "full" || one.fault == "enospc") {
      verdict_.expect(says("wolne") && says("MB"),
                      what + ": the message does not say how much room there is: " + ended.err);
    }
    const bool changes = scenario.from != std::optional<State>(scenario.to);  // compaction changes no report
    if (changes && (says("pozostał bez zmian") || says("jeszcze nie powstał"))) {
      verdict_.expect(found == 0, what + ": said to be unchanged, but it is the state after: " + ended.err);
    }
  }

  Verdict& verdict() { return verdict_; }
  std::string counts() const {
    return fmt::format("{} found before, {} after; {} errors reported", before_, after_, reported_);
  }

 private:
  Ended run_with(const Scenario& scenario, const std::string& fault, long at, bool log) {
    std::map<std::string, std::string> environment = {{"LD_PRELOAD", KWERENDA_FAULTS_LIBRARY},
                                                      {"KWERENDA_FAULT_DIR", index_.string()},
                                                      {"KWERENDA_FAULT", fault},
                                                      {"KWERENDA_FAULT_AT", std::to_string(at)}};
    if (log) environment["KWERENDA_FAULT_LOG"] = log_.string();
    return run({scenario.command_for(index_), environment, {}});
  }

  std::vector<Scenario> scenarios_;
  fs::path index_, log_;
  Verdict verdict_;
  std::uint64_t before_ = 0, after_ = 0, reported_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = arguments_of(argc, argv);
  const Workspace workspace(arguments, "faults");
  FaultTest test(arguments, workspace);
  std::mt19937_64 random(arguments.seed);
  std::uint64_t faults = 0, kills = 0;
  for (const bool killing : {false, true}) {
    std::vector<Case> cases =
        test.cases(killing ? std::vector<std::string>{"kill-before", "kill-after", "kill-middle"}
                           : std::vector<std::string>{"enospc", "eio", "eintr", "short", "full"});
    if (!arguments.all) {
      std::shuffle(cases.begin(), cases.end(), random);
      cases.resize(std::min<std::size_t>(cases.size(), arguments.runs ? arguments.runs : 200));
    }
    for (const Case& one : cases) test.run_case(one);
    (killing ? kills : faults) = cases.size();
  }
  return test.verdict().finish(
      fmt::format("{} faults and {} kills at file calls; {}", faults, kills, test.counts()));
}
