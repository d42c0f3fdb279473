#include "searcher/query_error.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <vector>

#include "analysis/message.h"

namespace kwerenda {
namespace {

struct Cell {
  std::string text;
  std::size_t columns = 1;
  std::size_t begin = 0;  // byte of the query
};

std::size_t columns_of(UChar32 c) {
  switch (u_charType(c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

std::vector<Cell> cells_of(std::string_view text) {
  std::vector<Cell> cells;
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < length;) {
    const std::int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), i, length, c);
    Cell cell;
    cell.begin = static_cast<std::size_t>(begin);
    if (c < 0) {
      i = begin + 1;
      cell.text = "\uFFFD";
    } else if (u_iscntrl(c) || u_isUWhiteSpace(c)) {
      cell.text = " ";
    } else {
      cell.text = text.substr(cell.begin, static_cast<std::size_t>(i - begin));
      cell.columns = columns_of(c);
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

}  // namespace

std::string with_caret(std::string_view message, std::string_view text, ByteRange place) {
  const std::vector<Cell> cells = cells_of(text);
  auto cell_at = [&](std::size_t byte) {
    return static_cast<std::size_t>(
        std::lower_bound(cells.begin(), cells.end(), byte,
                         [](const Cell& cell, std::size_t b) { return cell.begin < b; }) -
        cells.begin());
  };
  auto columns = [&](std::size_t first, std::size_t last) {
    std::size_t sum = 0;
    for (std::size_t i = first; i < last; ++i) sum += cells[i].columns;
    return sum;
  };
  const std::size_t mark = cell_at(place.begin);
  const std::size_t mark_end = std::max(mark, cell_at(place.end));

  // The cells first..last that are shown: a third of the line before the place, the rest behind it.
  std::size_t first = 0, last = cells.size();
  if (columns(first, last) > kCaretLineColumns) {
    const std::size_t room = kCaretLineColumns - 2;  // for two …
    first = mark;
    for (std::size_t before = 0; first > 0 && before < room / 3; --first) before += cells[first - 1].columns;
    last = first;
    std::size_t used = 0;
    for (; last < cells.size() && used + cells[last].columns <= room; ++last) used += cells[last].columns;
    // Near the end of the query: fill the line from the left.
    for (; last == cells.size() && first > 0 && used + cells[first - 1].columns <= room; --first) {
      used += cells[first - 1].columns;
    }
  }

  std::string out(message);
  out += "\n  ";
  if (first > 0) out += "…";
  for (std::size_t i = first; i < last; ++i) out += cells[i].text;
  if (last < cells.size()) out += "…";
  out += "\n  ";
  out.append(columns(first, std::min(mark, last)) + (first > 0 ? 1 : 0), ' ');
  out += '^';
  const std::size_t marked = columns(mark, std::min(mark_end, last));
  if (marked > 1) out.append(marked - 1, '~');
  return out;
}

void fail_at(std::string_view text, ByteRange place, std::string_view message) {
  throw QueryError(with_caret(message, text, place), place);
}

void fail_without_words(std::string_view text) {
  fail_at(text, byte_range(0, text.size()),
          message("w zapytaniu nie ma ani jednego słowa: oczekiwano liter lub cyfr",
                  "the query has no words: expected letters or digits"));
}

}  // namespace kwerenda
