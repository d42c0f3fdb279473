// The verbs that keep an index: remove, check, compact, dump, restore, backup. Each is one function of the
// options; what it says goes through `out`, what went wrong is an Error.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "indexer/check.h"
#include "indexer/index_writer.h"
#include "indexer/options.h"

namespace kwerenda {

struct MaintenanceOutput {
  std::function<bool(std::string_view)> put;  // data, for standard output; false if nobody reads it
  std::function<void(std::string_view)> say;  // messages, for standard error
  std::function<bool(std::string&)>
      read_line;      // of the dump that is restored, without its line break; false at the end
  AskStop stop = {};  // asked as soon as there is something to tidy up, by the verbs that have it: backup
};

// What is said while the index's lock is waited for.
std::string waiting_text(const IndexerOptions& options, const std::string& holder);

enum class Outcome { done, partly, failed };

// An argument is a report's id, the path of a file (with all records of a JSON Lines file) or a directory.
// Partly if some argument met nothing, failed if none did.
Outcome run_remove(const IndexerOptions& options, const MaintenanceOutput& out);
// Failed if there is any damage.
Outcome run_check(const IndexerOptions& options, const OpenKeys& keys, const MaintenanceOutput& out);
Outcome run_compact(const IndexerOptions& options, const MaintenanceOutput& out);
Outcome run_dump(const IndexerOptions& options, const MaintenanceOutput& out);
Outcome run_restore(const IndexerOptions& options, IndexWriterSettings settings,
                    const MaintenanceOutput& out);
// A compact copy beside the target, synced and checked, then renamed to it. The target must not exist or be
// empty. Stopped if out.stop says so; nothing is left then.
Outcome run_backup(const IndexerOptions& options, const OpenKeys& keys, const MaintenanceOutput& out);

}  // namespace kwerenda
