// Lines of a text and what a line looks like: shared by the readers and the passage splitter, so that both
// see the same headings and fields.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kwerenda {

// Half-open byte range of one line without its line break and without white space at its ends; empty if the
// line is blank.
struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool blank() const { return begin == end; }
  std::size_t size() const { return end - begin; }
  std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

// Reads the line that begins at `at` and moves `at` behind its "\n"; the "\r" of "\r\n" is white space.
// REQUIRES: at < text.size().
Line next_line(std::string_view text, std::size_t& at);

// A longer line was not wrapped at a margin: in its neighbourhood a line break ends a paragraph.
inline constexpr std::size_t kWrappedLineBytes = 200;
inline constexpr std::size_t kHeadingBytes = 160;

// A short line that could head a section: begins like a sentence, has a letter, does not end like one.
bool looks_like_heading(std::string_view line);

// A list item: "- ", "• ", "3. ", "b) ".
bool looks_like_item(std::string_view line);

// "=====" or "-----" under a title: '=' or '-', else 0.
char underline_of(std::string_view line);

// "Data: …", "Miejsce: …", "Źródło: …" and their like, also with Markdown emphasis around the name.
bool looks_like_field(std::string_view line);

// Level 1 to 6 of "## Heading", else 0.
int markdown_heading_level(std::string_view line);

// The words of a heading without "#", emphasis and white space at its ends, on one line.
std::string heading_text(std::string_view line);

// The character and length of a code fence ("```"), {0, 0} if `line` is none.
struct Fence {
  char mark = 0;
  std::size_t length = 0;
  bool bare = true;  // nothing follows: it can close one
};
Fence fence_of(std::string_view line);

}  // namespace kwerenda
