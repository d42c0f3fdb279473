// Letting a writable database go after an error.
#pragma once

namespace Xapian {
class WritableDatabase;
}

namespace kwerenda {

// Forgets what waits in the handle, so that its destructor commits nothing: an error was reported, and a
// commit on top of a half-written B-tree was seen to abort the process. The handle is good for destruction
// only.
void discard_changes(Xapian::WritableDatabase& database) noexcept;

// Runs `work`, which changes `database`; what is not committed when it throws is discarded.
template <typename Work>
void changing(Xapian::WritableDatabase& database, Work work) {
  try {
    work();
  } catch (...) {
    discard_changes(database);
    throw;
  }
}

}  // namespace kwerenda
