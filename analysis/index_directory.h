// The directory of an index, seen from outside Xapian: which segments are current (schema.h describes the
// layout).
//
// The stub file is parsed here and never handed to Xapian: a stub may name a command to run ("remote :…"),
// and opening an untrusted path must not run it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

// The directories of the segments that together are the current state, the oldest first; at least one. Throws
// Error: not_found (no directory, no stub), incompatible (a stub that Kwerenda did not write, another
// program's database), corrupt (a stub that was cut or changed, or is gone while there are
// segments, a segment that is gone or holds anything but regular files: to open a pipe would be to wait for
// ever), io.
//
// A stub of an earlier form, which had no checksum, is read if it cannot have been cut: its last segment is
// the one with the highest number that there is, as in every stub that was written whole.
std::vector<std::filesystem::path> current_segments(const std::filesystem::path& index);

// What the stub of these segments holds: a line each and the checksum of those lines, without which a stub
// cut behind a line would pass for an older state. Xapian takes the last line for a comment.
std::string stub_of(const std::vector<std::filesystem::path>& segments);

// True if there is a stub file that is not the empty list: the index has been published at least once. Throws
// Error{io} if it cannot be seen whether there is one.
bool is_index(const std::filesystem::path& index);

// True if the stub is an empty list: a first build began here and has not published anything. By the list
// whatever has the name of a segment or of work on one is known for ours.
bool is_begun(const std::filesystem::path& index);

// True if the directory holds anything with a segment's name.
bool has_segments(const std::filesystem::path& index);

// True if the stub ends in a checksum: it was not written by an earlier version.
bool is_summed_stub(std::string_view stub);

// The number in a segment's name, "gen-" and six digits or more; 0 if the name is none.
unsigned segment_number(const std::filesystem::path& segment);

}  // namespace kwerenda
