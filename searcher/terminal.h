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

// Standard output goes through the pager until this is destroyed, which waits for the reader to leave it. If
// the pager cannot be started, nothing changes.
class Pager {
 public:
  explicit Pager(const std::string& command);  // empty: no pager
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;
  ~Pager();

 private:
  int child_ = -1;
};

}  // namespace kwerenda
