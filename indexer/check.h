// Is an index whole? First every file against the checksum that was written with it: segments never change,
// so this finds any damage, and nothing damaged is handed to Xapian, which it can crash (one flipped bit of a
// thousand did) or escape (one in eight).
//
// Then everything that can be recomputed is, in search of mistakes instead of damage: the structure of the
// tables, the manifest, every number, and all terms, filters, values and key streams of every passage from
// its stored text. Two sums over all (term, passage, wdf) must agree: what the analysis says, what the
// posting lists say. A sum does not depend on the order, so that each list is read once, from front to back,
// in constant memory: 8 bytes a sum. Each part runs in a child process, and a child that dies is a finding.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/keys.h"

namespace kwerenda {

using OpenKeys = std::function<std::shared_ptr<const KeyMaker>()>;

// Asked while a child works; true ends it at once, and Stopped is thrown.
using AskStop = std::function<bool()>;
struct Stopped {};

enum class CheckSources { no, yes };

struct CheckSettings {
  // For recomputing the terms; called in a child process once the files are found to be whole, since words of
  // the user's own stand in the index. Null, or of another lexicon than the index: they are not recomputed.
  OpenKeys keys;
  CheckSources sources = CheckSources::no;  // compare stored passages with the files that they were read from
  AskStop stop = {};
};

struct CheckResult {
  std::vector<std::string> damages;  // for people, one line each; empty: the index is whole
  std::vector<std::string> notes;    // what could not be compared, and why
  std::uint64_t reports = 0, passages = 0;
};

// Forks: REQUIRES that no other thread runs. The caller holds the index's lock. Throws Error: not_found,
// incompatible (no index, another program's or another version's), io.
CheckResult check_index(const std::filesystem::path& index, const CheckSettings& settings);

// Runs `work` in a child process, because Xapian can crash on damage: one flipped bit of a thousand did it.
// Its output goes where ours does. Throws what kind of Error `work` threw, with its message, and
// Error{corrupt} if the child died. REQUIRES that no other thread runs.
void in_child_process(const std::filesystem::path& index, const std::function<void()>& work,
                      const AskStop& stop = {});

}  // namespace kwerenda
