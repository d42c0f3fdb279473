// What a terminal is given and a file or a pipe is not: colours, hyperlinks, a pager.
#pragma once

#include <string>

#include "searcher/options.h"

namespace kwerenda {

struct TerminalUse {
  bool color = false, hyperlinks = false;
  std::string pager;  // a shell command; empty: none
};

// Colours yield to NO_COLOR and TERM=dumb, hyperlinks to what is no terminal of today (TERM=dumb,
// TERM=linux), the pager to TERM=dumb, to any format but text, and to batches. The pager is $KWERENDA_PAGER,
// else $PAGER, else less; set to nothing or to cat it is none.
TerminalUse terminal_use(const SearchProgramOptions& options, bool is_terminal,
                         const char* (*environment)(const char*));

// Shows the text by the pager, a shell command, and waits until the reader leaves it. False if the shell
// cannot start it: nothing was shown then. Call it with nothing waiting in stdout's buffer.
bool show_in_pager(const std::string& text, const std::string& command);

}  // namespace kwerenda
