// Two steps: the body's lines to units (a paragraph or a heading), units to passages. The scanner for
// Markdown knows blocks and headings only, which is all that is needed; cmark would parse the inline markup
// too, and the packaged 0.30.2 takes quadratic time on hostile text there.
//
// The gaps between units are white space by construction, and passages grow over whole units, so no byte gets
// lost whatever the scanner takes a line for.
#include "indexer/passages.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "analysis/sentences.h"
#include "analysis/utf8.h"
#include "indexer/lines.h"

namespace kwerenda {
namespace {

enum class UnitKind : std::uint8_t { paragraph, heading, fields };

struct Unit {
  std::size_t begin = 0;
  std::size_t end = 0;
  UnitKind kind = UnitKind::paragraph;
  int level = 0;      // of a heading, from 1
  std::string title;  // of a heading

  std::size_t size() const { return end - begin; }
};

constexpr int kBoldLevel = 6;              // "**Wnioski**" alone in Markdown
constexpr std::size_t kFieldsBytes = 600;  // a longer block of fields is text of its own

class BlockScanner {
 public:
  BlockScanner(std::string_view text, std::size_t begin, TextFormat format)
      : text_(text), at_(begin), format_(format) {}

  std::vector<Unit> units() {
    while (at_ < text_.size()) {
      const Line line = next_line(text_, at_);
      if (!fence_.mark && line.blank()) {
        flush();
      } else if (format_ == TextFormat::markdown) {
        markdown_line(line);
      } else {
        block_.push_back(line);
      }
    }
    flush();
    return std::move(units_);
  }

 private:
  void markdown_line(const Line& line) {
    const std::string_view content = line.in(text_);
    const Fence fence = fence_of(content);
    if (fence_.mark) {
      if (!line.blank()) block_.push_back(line);
      if (fence.mark == fence_.mark && fence.length >= fence_.length && fence.bare) {
        fence_ = {};
        flush_paragraph();
      }
      return;
    }
    if (fence.mark) {
      flush();
      fence_ = fence;
      block_.push_back(line);
      return;
    }
    if (const int level = markdown_heading_level(content); level > 0) {
      flush();
      add_heading(line.begin, line.end, level, content);
      return;
    }
    if (const char mark = underline_of(content); mark != 0 && block_.size() == 1) {
      const Line title = block_.front();
      block_.clear();
      add_heading(title.begin, line.end, mark == '=' ? 1 : 2, title.in(text_));
      return;
    }
    block_.push_back(line);
  }

  void add(std::size_t begin, std::size_t end, UnitKind kind) { units_.push_back({begin, end, kind, 0, {}}); }

  void add_heading(std::size_t begin, std::size_t end, int level, std::string_view line) {
    std::string title = end - begin <= 2 * kHeadingBytes ? heading_text(line) : std::string();
    if (title.empty()) {
      add(begin, end, UnitKind::paragraph);
    } else {
      units_.push_back({begin, end, UnitKind::heading, level, std::move(title)});
    }
  }

  void flush_paragraph() {
    if (!block_.empty()) add(block_.front().begin, block_.back().end, UnitKind::paragraph);
    block_.clear();
  }

  // What the lines since the last blank one are.
  void flush() {
    if (block_.empty()) return;
    const bool first = units_.empty();
    const std::string_view top = block_.front().in(text_);
    if (first && block_.back().end - block_.front().begin <= kFieldsBytes &&
        std::all_of(block_.begin(), block_.end(),
                    [&](const Line& line) { return looks_like_field(line.in(text_)); })) {
      add(block_.front().begin, block_.back().end, UnitKind::fields);
      block_.clear();
      return;
    }
    if (format_ == TextFormat::markdown) {
      const bool bold = block_.size() == 1 && top.size() > 4 && top.starts_with("**") &&
                        top.find("**", 2) == top.size() - 2;
      if (bold) {
        add_heading(block_.front().begin, block_.front().end, kBoldLevel, top);
        block_.clear();
      }
      flush_paragraph();
      return;
    }
    if (block_.size() == 2 && underline_of(block_[1].in(text_)) != 0 && block_[0].size() <= kHeadingBytes) {
      add_heading(block_[0].begin, block_[1].end, 1, top);
      block_.clear();
      return;
    }
    const bool wrapped = std::none_of(block_.begin(), block_.end(),
                                      [](const Line& line) { return line.size() > kWrappedLineBytes; });
    if (wrapped && block_.size() > 1) {
      flush_paragraph();
      return;
    }
    for (std::size_t i = 0; i < block_.size(); ++i) {
      const Line& line = block_[i];
      const std::string_view content = line.in(text_);
      if (looks_like_heading(content)) {
        add_heading(line.begin, line.end, 1, content);
        continue;
      }
      // The items of a list stay together.
      std::size_t last = i;
      if (looks_like_item(content) && line.size() <= kWrappedLineBytes) {
        while (last + 1 < block_.size() && block_[last + 1].size() <= kWrappedLineBytes &&
               looks_like_item(block_[last + 1].in(text_))) {
          ++last;
        }
      }
      add(line.begin, block_[last].end, UnitKind::paragraph);
      i = last;
    }
    block_.clear();
  }

  std::string_view text_;
  std::size_t at_;
  TextFormat format_;
  Fence fence_;
  std::vector<Line> block_;
  std::vector<Unit> units_;
};

// Where to cut a text without a sentence boundary in reach: after the last white space in (least, most], else
// at a code-point edge.
std::size_t forced_cut(std::string_view text, std::size_t least, std::size_t most) {
  std::size_t cut = most;
  while (cut > least && !is_ascii_white(text[cut - 1])) --cut;
  if (cut > least) return cut;
  cut = most;
  while (cut > least && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return cut;
}

// A long unit to parts of about equal length, none longer than max_bytes, cut where sentences begin.
void split(std::string_view text, const Unit& unit, const PassageSettings& settings,
           std::vector<Unit>& parts) {
  std::vector<std::uint32_t> starts;
  sentences(text.substr(unit.begin, unit.size()), starts);
  std::size_t begin = unit.begin;
  std::size_t left =
      std::max<std::size_t>(2, (unit.size() + settings.target_bytes / 2) / settings.target_bytes);
  auto start = starts.begin();
  while (begin < unit.end) {
    const std::size_t remaining = unit.end - begin;
    std::size_t cut = unit.end;
    if (left > 1 || remaining > settings.max_bytes) {
      left = std::max<std::size_t>(left, (remaining + settings.max_bytes - 1) / settings.max_bytes);
      const std::size_t ideal = begin + remaining / left;
      const std::size_t most = begin + std::min<std::size_t>(settings.max_bytes, remaining);
      while (start != starts.end() && unit.begin + *start <= begin) ++start;
      std::size_t best = 0;
      for (; start != starts.end() && unit.begin + *start <= most; ++start) {
        const std::size_t here = unit.begin + *start;
        const auto distance = [&](std::size_t at) { return at > ideal ? at - ideal : ideal - at; };
        if (best != 0 && distance(here) >= distance(best)) break;
        best = here;
      }
      if (best != 0) {
        cut = best;
      } else if (remaining > settings.max_bytes) {
        cut = forced_cut(text, begin + settings.min_bytes, most);
      }
    }
    const std::string_view part = trimmed(text.substr(begin, cut - begin));
    if (!part.empty()) {
      const auto part_begin = static_cast<std::size_t>(part.data() - text.data());
      parts.push_back({part_begin, part_begin + part.size(), UnitKind::paragraph, 0, {}});
    }
    begin = cut;
    if (left > 1) --left;
  }
}

class Composer {
 public:
  Composer(std::string_view text, const PassageSettings& settings) : text_(text), settings_(settings) {}

  void add(const Unit& unit) {
    if (unit.kind == UnitKind::heading) {
      if (open_ && !prelude_) close();
      while (!path_.empty() && path_.back().level >= unit.level) path_.pop_back();
      if (!open_) open(unit.begin);
      path_.push_back({unit.level, unit.title});
      end_ = unit.end;
      prelude_ = true;
      if (end_ - begin_ > settings_.max_bytes / 4) close();
    } else if (unit.kind == UnitKind::fields) {
      if (!open_) open(unit.begin);
      end_ = unit.end;
      prelude_ = true;
    } else {
      add_paragraph(unit);
    }
  }

  std::vector<Passage> finish() {
    if (open_) close();
    for (std::size_t i = 0; i < passages_.size(); ++i)
      passages_[i].ordinal = static_cast<std::uint32_t>(i + 1);
    return std::move(passages_);
  }

 private:
  struct Heading {
    int level;
    std::string title;
  };

  void open(std::size_t begin) {
    open_ = true;
    prelude_ = false;
    begin_ = begin;
    heading_.clear();
    for (const Heading& heading : path_) {
      if (!heading_.empty()) heading_ += " › ";
      heading_ += heading.title;
    }
  }

  void add_paragraph(const Unit& unit) {
    // A heading, a lead-in ("Ustalono:") or something tiny stands open and waits for its paragraph.
    if (open_ && unit.end - begin_ > limit()) close();
    if (!open_) open(unit.begin);
    end_ = unit.end;
    prelude_ = false;
    const bool leads_in = text_[end_ - 1] == ':' && end_ - begin_ < settings_.target_bytes / 2;
    if (end_ - begin_ >= settings_.min_bytes && !leads_in) close();
  }

  // Ends the open passage. A tiny one, or headings with nothing under them, join the passage before if that
  // has room.
  void close() {
    open_ = false;
    const bool weak = prelude_ || end_ - begin_ < settings_.min_bytes;
    if (weak && !passages_.empty() && end_ - passages_.back().begin <= settings_.max_bytes) {
      passages_.back().end = static_cast<std::uint32_t>(end_);
      return;
    }
    passages_.push_back({static_cast<std::uint32_t>(begin_), static_cast<std::uint32_t>(end_), 0, heading_});
  }

  std::size_t limit() const { return settings_.max_bytes + settings_.max_bytes / 2; }

  std::string_view text_;
  const PassageSettings& settings_;
  std::vector<Passage> passages_;
  std::vector<Heading> path_;
  bool open_ = false;
  bool prelude_ = false;  // the open passage has headings and fields only
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string heading_;  // of the open passage
};

}  // namespace

std::vector<Passage> passages_of(const Report& report, const PassageSettings& settings) {
  const std::string_view text = report.text;
  std::vector<Unit> units = BlockScanner(text, report.body_begin, report.format).units();
  Composer composer(text, settings);
  std::vector<Unit> parts;
  for (const Unit& unit : units) {
    if (unit.size() <= settings.max_bytes) {
      composer.add(unit);
      continue;
    }
    parts.clear();
    split(text, unit, settings, parts);
    for (const Unit& part : parts) composer.add(part);
  }
  return composer.finish();
}

}  // namespace kwerenda
