#include "indexer/discard_changes.h"

#include <xapian.h>

namespace kwerenda {

void discard_changes(Xapian::WritableDatabase& database) noexcept {
  try {
    database.cancel_transaction();
    return;
  } catch (...) {  // there was none, or the failed commit ended it
  }
  try {
    database.begin_transaction(false);
    database.cancel_transaction();
  } catch (...) {  // then there is nothing to discard
  }
}

}  // namespace kwerenda
