#include "analysis/lexicon_compiler/cfsa2.h"

#include <cstdint>
#include <vector>

#include "analysis/error.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

constexpr std::uint8_t kTargetNext = 0x80;  // the target node follows the last arc of this node
constexpr std::uint8_t kLastArc = 0x40;
constexpr std::uint8_t kFinalArc = 0x20;
constexpr std::uint8_t kLabelMask = 0x1f;  // an index into the label table; 0: the label is the next byte
constexpr std::uint16_t kNumbers = 0x100;  // each node starts with a count of its strings
constexpr std::size_t kLongestString = 4096;

class Automaton {
 public:
  Automaton(std::string_view bytes, const std::string& name) : name_(name) {
    if (bytes.size() < 8 || bytes.substr(0, 5) != "\\fsa\xc6") {
      throw Error(ErrorKind::incompatible,
                  message("{}: to nie jest automat CFSA2 Morfologika; oczekiwano pliku z pakietu "
                          "libmorfologik-stemming-java 1.9",
                          "{}: this is not a CFSA2 automaton of Morfologik; expected the file of the package "
                          "libmorfologik-stemming-java 1.9",
                          name));
    }
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    numbers_ = (((byte(5) << 8) | byte(6)) & kNumbers) != 0;
    const std::size_t labels = byte(7);
    if (bytes.size() < 8 + labels) broken(bytes.size());
    labels_ = bytes.substr(8, labels);
    arcs_ = bytes.substr(8 + labels);
  }

  template <typename Each>
  void for_each(Each each) const {
    std::string text;
    Arc first = arc_at(first_arc(0));
    if (first.target == 0) first.target = target_after(first);
    walk(first.target, text, each);
  }

 private:
  struct Arc {
    std::size_t next = 0;    // offset after this arc
    std::size_t target = 0;  // 0: none
    char label = 0;
    bool last = false, final = false, target_next = false;
  };

  [[noreturn]] void broken(std::size_t at) const {
    throw Error(
        ErrorKind::corrupt,
        message(
            "{}: automat urywa się przy bajcie {}; zainstaluj ponownie pakiet libmorfologik-stemming-java",
            "{}: the automaton breaks off at byte {}; install the package libmorfologik-stemming-java again",
            name_, at));
  }
  std::uint8_t byte(std::size_t at) const {
    if (at >= arcs_.size()) broken(at);
    return static_cast<std::uint8_t>(arcs_[at]);
  }
  std::size_t number(std::size_t& at) const {
    std::size_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const std::uint8_t b = byte(at++);
      value |= static_cast<std::size_t>(b & 0x7f) << shift;
      if (b < 0x80) return value;
    }
    broken(at);
  }
  std::size_t first_arc(std::size_t node) const {
    if (numbers_) number(node);
    return node;
  }
  Arc arc_at(std::size_t at) const {
    Arc arc;
    const std::uint8_t flags = byte(at++);
    const std::size_t index = flags & kLabelMask;
    if (index == 0) {
      arc.label = static_cast<char>(byte(at++));
    } else {
      if (index >= labels_.size()) broken(at);
      arc.label = labels_[index];
    }
    arc.last = (flags & kLastArc) != 0;
    arc.final = (flags & kFinalArc) != 0;
    arc.target_next = (flags & kTargetNext) != 0;
    if (!arc.target_next) arc.target = number(at);
    arc.next = at;
    return arc;
  }
  std::size_t target_after(Arc arc) const {
    while (!arc.last) arc = arc_at(arc.next);
    return arc.next;
  }

  template <typename Each>
  void walk(std::size_t node, std::string& text, Each& each) const {
    if (text.size() > kLongestString) broken(node);
    std::size_t at = first_arc(node);
    for (bool more = true; more;) {
      const Arc arc = arc_at(at);
      text.push_back(arc.label);
      if (arc.final) each(std::string_view(text));
      const std::size_t target = arc.target_next ? target_after(arc) : arc.target;
      if (target != 0) walk(target, text, each);
      text.pop_back();
      at = arc.next;
      more = !arc.last;
    }
  }

  std::string name_;
  std::string_view labels_, arcs_;
  bool numbers_ = false;
};

}  // namespace

void read_morfologik(std::string_view bytes, const std::string& name,
                     const std::function<void(const DictionaryEntry&)>& each) {
  const Automaton automaton(bytes, name);
  std::string lemma;
  automaton.for_each([&](std::string_view text) {
    const std::size_t plus = text.find('+');
    const std::size_t tags = plus == std::string_view::npos ? plus : text.find('+', plus + 1);
    const std::string_view form = text.substr(0, plus);
    const std::string_view code =
        plus == std::string_view::npos ? "" : text.substr(plus + 1, tags - plus - 1);
    const std::size_t front = code.size() < 2 ? 256 : static_cast<std::uint8_t>(code[0] - 'A');
    const std::size_t back = code.size() < 2 ? 256 : static_cast<std::uint8_t>(code[1] - 'A');
    if (tags == std::string_view::npos || (front != 255 && back != 255 && front + back > form.size())) {
      throw Error(ErrorKind::corrupt,
                  message("{}: wpis „{}” nie ma postaci forma+kod+znaczniki",
                          "{}: the entry “{}” is not of the shape form+code+tags", name, text));
    }
    lemma.clear();
    if (front != 255 && back != 255)
      lemma = form.substr(front, form.size() - front - back);  // 255: cut everything
    lemma += code.substr(2);
    each({form, lemma, text.substr(tags + 1)});
  });
}

}  // namespace kwerenda
