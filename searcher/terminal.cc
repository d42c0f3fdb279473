#include "searcher/terminal.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace kwerenda {
namespace {

constexpr const char* kLess = "if command -v less >/dev/null; then exec less; else exec cat; fi";
constexpr int kNotExecutable = 126, kNotFound = 127;  // what a shell says of a command

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

bool show_in_pager(const std::string& text, const std::string& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    std::signal(SIGPIPE, SIG_DFL);
    ::setenv("LESS", "FRX", 0);  // leave at once if it fits, keep colours, leave the text on the screen
    ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    ::_exit(kNotFound);
  }
  ::close(ends[0]);
  if (child > 0) {
    std::signal(SIGINT, SIG_IGN);  // Ctrl-C is the pager's
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t written = ::write(ends[1], rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) break;  // the reader has seen enough
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ::close(ends[1]);
  if (child < 0) return false;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return !WIFEXITED(status) || (WEXITSTATUS(status) != kNotFound && WEXITSTATUS(status) != kNotExecutable);
}

}  // namespace kwerenda
