// SIGKILL at random moments of every kind of work on an index; 25 times, with --long 1,000 times.
#include <fmt/format.h>

#include <csignal>

#include "tests/crash/harness.h"

int main(int argc, char** argv) {
  using namespace kwerenda::crash;
  const Arguments arguments = arguments_of(argc, argv);
  const Workspace workspace(arguments, "kill");
  auto scenarios = make_scenarios(workspace, arguments.seed);
  std::mt19937_64 random(arguments.seed);
  const std::uint64_t runs = arguments.runs ? arguments.runs : arguments.all ? 1000 : 25;
  Verdict verdict;
  std::uint64_t killed = 0, before = 0, after = 0;
  const fs::path index = workspace / "index";
  for (std::uint64_t i = 0; i < runs; ++i) {
    Scenario& scenario = scenarios[i % scenarios.size()];
    copy_tree(scenario.before, index);
    const std::chrono::microseconds moment(random() %
                                           static_cast<std::uint64_t>(scenario.took.count() * 11 / 10));
    const Ended ended = run({scenario.command_for(index), {}, moment});
    killed += ended.signal == SIGKILL;
    if (ended.signal == 0) scenario.took = ended.took;  // the machine's load comes and goes
    const int found = verify_after_accident(
        scenario, index, fmt::format("run {}: {} killed after {} µs", i, scenario.name, moment.count()),
        verdict);
    before += found == 0;
    after += found == 1;
    verdict.expect(ended.signal == SIGKILL || found == 1,
                   fmt::format("run {}: {} ended by itself with {}, but not the state after: {}", i,
                               scenario.name, ended.code, ended.err));
  }
  return verdict.finish(
      fmt::format("{} runs, {} killed; {} found before, {} after", runs, killed, before, after));
}
