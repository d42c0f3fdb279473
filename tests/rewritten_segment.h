// A segment made to lie: its database is written anew by Xapian, with changes, and its checksums too, so that
// everything looks as if the indexer had meant it.
#pragma once

#include <xapian.h>

#include <filesystem>
#include <functional>

namespace kwerenda {

// Replaces `segment`. The database handed to `change` has term lists, which ours have not: without them
// Xapian cannot change documents.
void rewrite_segment(const std::filesystem::path& segment,
                     const std::function<void(Xapian::WritableDatabase&)>& change);

// Flips a bit in the middle of where `bytes` stand in `file`, once. The checksums of blocks are made to
// agree, those of files stay as they are.
void damage_bytes(const std::filesystem::path& file, const std::string& bytes);

// Takes the checksums of its blocks off a table, as before format 3.
void unseal_blocks(const std::filesystem::path& table);

}  // namespace kwerenda
