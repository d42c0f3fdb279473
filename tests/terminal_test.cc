// What a terminal is given, by options and environment.
#include "searcher/terminal.h"

#include <gtest/gtest.h>

#include <cstring>

namespace kwerenda {
namespace {

const char* xterm(const char* name) { return std::strcmp(name, "TERM") == 0 ? "xterm-256color" : nullptr; }
const char* dumb(const char* name) { return std::strcmp(name, "TERM") == 0 ? "dumb" : nullptr; }
const char* console(const char* name) { return std::strcmp(name, "TERM") == 0 ? "linux" : nullptr; }
const char* no_color(const char* name) { return std::strcmp(name, "NO_COLOR") == 0 ? "1" : xterm(name); }
const char* more(const char* name) { return std::strcmp(name, "PAGER") == 0 ? "more" : xterm(name); }
const char* cat(const char* name) { return std::strcmp(name, "PAGER") == 0 ? "cat" : xterm(name); }
const char* own(const char* name) {
  return std::strcmp(name, "KWERENDA_PAGER") == 0 ? "most -c" : more(name);
}
const char* none(const char* name) { return std::strcmp(name, "KWERENDA_PAGER") == 0 ? "" : more(name); }

// "color links pager", as far as they are used.
std::string used(const SearchProgramOptions& options, bool is_terminal,
                 const char* (*environment)(const char*)) {
  const TerminalUse use = terminal_use(options, is_terminal, environment);
  const bool is_less = use.pager.find("exec less") != std::string::npos;
  return std::string(use.color ? "color " : "") + (use.hyperlinks ? "links " : "") +
         (is_less ? "less" : use.pager);
}

TEST(Terminal, Automatic) {
  const SearchProgramOptions options;
  EXPECT_EQ(used(options, true, xterm), "color links less");
  EXPECT_EQ(used(options, false, xterm), "");
  EXPECT_EQ(used(options, true, dumb), "");
  EXPECT_EQ(used(options, true, console), "color less");
  EXPECT_EQ(used(options, true, no_color), "links less");
  EXPECT_EQ(used(options, true, more), "color links more");
  EXPECT_EQ(used(options, true, cat), "color links ");
  EXPECT_EQ(used(options, true, own), "color links most -c");
  EXPECT_EQ(used(options, true, none), "color links ");
}

TEST(Terminal, Chosen) {
  SearchProgramOptions options;
  options.color = options.hyperlinks = options.pager = TerminalChoice::always;
  EXPECT_EQ(used(options, false, dumb), "color links less");
  EXPECT_EQ(used(options, false, no_color), "color links less");
  options.color = options.hyperlinks = options.pager = TerminalChoice::never;
  EXPECT_EQ(used(options, true, xterm), "");
}

TEST(Terminal, NoPagerForMachinesAndBatches) {
  SearchProgramOptions options;
  options.format = OutputFormat::json;
  EXPECT_EQ(used(options, true, xterm), "color links ");
  options.format = OutputFormat::text;
  options.action = SearchAction::batch;
  EXPECT_EQ(used(options, true, xterm), "color links ");
}

}  // namespace
}  // namespace kwerenda
