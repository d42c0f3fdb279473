#include "searcher/terminal.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace kwerenda {
namespace {

constexpr const char* kLess = "if command -v less >/dev/null; then exec less; else exec cat; fi";

}  // namespace

TerminalUse terminal_use(const SearchProgramOptions& options, bool is_terminal,
                         const char* (*environment)(const char*)) {
  const auto variable = [&](const char* name) {
    const char* value = environment(name);
    return std::string_view(value ? value : "");
  };
  const std::string_view terminal = variable("TERM");
  const bool dumb = terminal == "dumb";
  const auto wanted = [&](TerminalChoice choice, bool automatic) {
    return choice == TerminalChoice::always ||
           (choice == TerminalChoice::automatic && is_terminal && automatic);
  };
  TerminalUse use;
  use.color = wanted(options.color, !dumb && variable("NO_COLOR").empty());
  use.hyperlinks = wanted(options.hyperlinks, !dumb && terminal != "linux" && !terminal.empty());
  const bool pages = options.format == OutputFormat::text && options.action != SearchAction::batch &&
                     options.action != SearchAction::version;
  if (pages && wanted(options.pager, !dumb)) {
    const char* command = environment("KWERENDA_PAGER");
    if (!command) command = environment("PAGER");
    use.pager = command ? command : kLess;
    if (use.pager == "cat") use.pager.clear();
  }
  return use;
}

Pager::Pager(const std::string& command) {
  int ends[2];
  if (command.empty() || ::pipe(ends) != 0) return;
  std::fflush(stdout);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    std::signal(SIGPIPE, SIG_DFL);
    ::setenv("LESS", "FRX", 0);  // leave at once if it fits, keep colours, leave the text on the screen
    ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  if (child_ > 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    std::signal(SIGINT, SIG_IGN);  // Ctrl-C is the pager's
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

Pager::~Pager() {
  if (child_ <= 0) return;
  std::fflush(stdout);
  ::close(STDOUT_FILENO);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace kwerenda
