#include "searcher/match_tree.h"

#include <algorithm>
#include <limits>
#include <span>

namespace kwerenda {
namespace {

// Which text a node is looked for in.
using Text = const MatchedText PassageTexts::*;

constexpr Text kBodyTexts[] = {&PassageTexts::body, &PassageTexts::title, &PassageTexts::heading};
constexpr Text kTitleTexts[] = {&PassageTexts::title, &PassageTexts::heading};
constexpr Text kPlaceTexts[] = {&PassageTexts::place};

// The sentence a token of the body is in; other texts are one sentence.
std::uint32_t sentence_of(const PassageTexts& texts, Text text, std::size_t token) {
  if (text != &PassageTexts::body) return 0;
  const auto& starts = texts.sentences;
  return static_cast<std::uint32_t>(
      std::upper_bound(starts.begin(), starts.end(), texts.body.tokens[token].begin) - starts.begin());
}

std::vector<TokenSpan> spans_of(const MatchNode& node, const PassageTexts& texts, Text text);

void sort_spans(std::vector<TokenSpan>& spans) {
  std::sort(spans.begin(), spans.end(), [](const TokenSpan& a, const TokenSpan& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
}

// Where the children follow one another with at most `slop` tokens between them, all in all: every pair of a
// begin and an end. For each begin the ends are found child by child with the smallest gap to each, not way
// by way: a phrase that repeats a word over a text that repeats it has more ways than could be tried.
std::vector<TokenSpan> phrase_spans(const std::vector<std::vector<TokenSpan>>& children, std::uint32_t slop) {
  struct Reached {
    std::uint32_t end, gap;
  };
  std::vector<TokenSpan> spans;
  std::vector<Reached> reached, further;
  for (const TokenSpan& first : children.front()) {
    reached.assign(1, {first.end, 0});
    for (std::size_t i = 1; i < children.size() && !reached.empty(); ++i) {
      further.clear();
      auto next = std::lower_bound(children[i].begin(), children[i].end(), reached.front().end,
                                   [](const TokenSpan& span, std::uint32_t at) { return span.begin < at; });
      std::size_t before = 0;  // ends in `reached` up to the next span's begin
      std::int64_t least = std::numeric_limits<std::int64_t>::max();  // of their gap - end
      for (; next != children[i].end() && next->begin <= reached.back().end + slop; ++next) {
        for (; before < reached.size() && reached[before].end <= next->begin; ++before) {
          least = std::min(least, std::int64_t{reached[before].gap} - reached[before].end);
        }
        const std::int64_t gap = next->begin + least;
        if (gap <= slop) further.push_back({next->end, static_cast<std::uint32_t>(gap)});
      }
      std::sort(further.begin(), further.end(),
                [](Reached a, Reached b) { return a.end != b.end ? a.end < b.end : a.gap < b.gap; });
      further.erase(
          std::unique(further.begin(), further.end(), [](Reached a, Reached b) { return a.end == b.end; }),
          further.end());
      reached.swap(further);
    }
    for (const Reached& last : reached) spans.push_back({first.begin, last.end});
  }
  return spans;
}

// Windows that hold one span of every child, no two of them sharing a token, and at most `gap` tokens beside
// those. Greedy: every child in turn takes its first span in the window that is free.
std::vector<TokenSpan> near_spans(const std::vector<std::vector<TokenSpan>>& children, std::uint32_t gap) {
  std::vector<TokenSpan> found, taken;
  for (std::size_t first = 0; first < children.size(); ++first) {
    for (const TokenSpan& anchor : children[first]) {  // the window begins here
      taken.assign(1, anchor);
      std::uint32_t limit = anchor.end + gap;
      bool all = true;
      for (std::size_t i = 0; i < children.size() && all; ++i) {
        if (i == first) continue;
        all = false;
        auto next = std::lower_bound(children[i].begin(), children[i].end(), anchor.begin,
                                     [](const TokenSpan& span, std::uint32_t at) { return span.begin < at; });
        for (; next != children[i].end(); ++next) {
          const bool free = std::none_of(taken.begin(), taken.end(), [&](const TokenSpan& other) {
            return next->begin < other.end && other.begin < next->end;
          });
          if (!free) continue;
          taken.push_back(*next);
          limit += next->end - next->begin;
          all = true;
          break;
        }
      }
      const auto last = std::max_element(
          taken.begin(), taken.end(), [](const TokenSpan& a, const TokenSpan& b) { return a.end < b.end; });
      if (all && last->end <= limit) found.insert(found.end(), taken.begin(), taken.end());
    }
  }
  return found;
}

std::vector<TokenSpan> sentence_spans(const std::vector<std::vector<TokenSpan>>& children,
                                      const PassageTexts& texts, Text text) {
  std::vector<TokenSpan> found;
  for (const TokenSpan& anchor : children.front()) {
    const std::uint32_t sentence = sentence_of(texts, text, anchor.begin);
    std::vector<TokenSpan> taken;
    bool all = true;
    for (const auto& spans : children) {
      const std::size_t before = taken.size();
      for (const TokenSpan& span : spans) {
        if (sentence_of(texts, text, span.begin) == sentence &&
            sentence_of(texts, text, span.end - 1) == sentence)
          taken.push_back(span);
      }
      all = all && taken.size() > before;
    }
    if (all) found.insert(found.end(), taken.begin(), taken.end());
  }
  return found;
}

// Where the node shows in one text.
std::vector<TokenSpan> spans_of(const MatchNode& node, const PassageTexts& texts, Text text) {
  const MatchedText& matched = texts.*text;
  std::vector<TokenSpan> spans;
  switch (node.kind) {
    case NodeKind::word:
    case NodeKind::aspect:
      if (matched.seen & node.leaf) {
        for (const TokenMatch& match : matched.matches) {
          if (match.leaves & node.leaf) spans.push_back({match.token, match.token + 1});
        }
      }
      return spans;
    case NodeKind::phrase:
    case NodeKind::near:
    case NodeKind::same_sentence: {
      std::vector<std::vector<TokenSpan>> children;
      for (const MatchNode& child : node.children) {
        children.push_back(spans_of(child, texts, text));
        if (children.back().empty()) return {};
      }
      if (node.kind == NodeKind::phrase) {
        spans = phrase_spans(children, static_cast<std::uint32_t>(node.number));
      } else if (node.kind == NodeKind::near) {
        spans = near_spans(children, static_cast<std::uint32_t>((node.children.size() - 1) *
                                                                static_cast<std::size_t>(node.number - 1)));
      } else {
        spans = sentence_spans(children, texts, text);
      }
      sort_spans(spans);
      return spans;
    }
    case NodeKind::negation:
    case NodeKind::date_range:
    case NodeKind::file:
    case NodeKind::title:
    case NodeKind::place:
      return {};
    default:
      for (const MatchNode& child : node.children) {
        const auto more = spans_of(child, texts, text);
        spans.insert(spans.end(), more.begin(), more.end());
      }
      sort_spans(spans);
      return spans;
  }
}

bool matches_in(const MatchNode& node, const PassageTexts& texts, std::span<const Text> where) {
  const auto child_matches = [&](const MatchNode& child) { return matches_in(child, texts, where); };
  switch (node.kind) {
    case NodeKind::word:
    case NodeKind::aspect:
      return std::any_of(where.begin(), where.end(),
                         [&](Text text) { return ((texts.*text).seen & node.leaf) != 0; });
    case NodeKind::phrase:
    case NodeKind::near:
    case NodeKind::same_sentence:
      return std::any_of(where.begin(), where.end(),
                         [&](Text text) { return !spans_of(node, texts, text).empty(); });
    case NodeKind::date_range:
      return texts.date != 0 && static_cast<int>(texts.date) >= node.dates.from &&
             static_cast<int>(texts.date) <= node.dates.to;
    case NodeKind::file:
      return texts.file.find(node.text) != std::string_view::npos;
    case NodeKind::any_of:
    case NodeKind::topic:
      return std::any_of(node.children.begin(), node.children.end(), child_matches);
    case NodeKind::all_of:
    case NodeKind::same_passage:
      return std::all_of(node.children.begin(), node.children.end(), child_matches);
    case NodeKind::negation:
      return !child_matches(node.children.front());
    case NodeKind::must:
      return child_matches(node.children.front());
    case NodeKind::title:
      return matches_in(node.children.front(), texts, kTitleTexts);
    case NodeKind::place:
      return matches_in(node.children.front(), texts, kPlaceTexts);
    case NodeKind::words: {
      bool any = false, all_required = true, has_wanted = false, has_must = false;
      for (const MatchNode& child : node.children) {
        if (child.kind == NodeKind::must || child.kind == NodeKind::negation) {
          has_must = has_must || child.kind == NodeKind::must;
          all_required = all_required && child_matches(child);
        } else if (!child.only_ranks) {
          has_wanted = true;
          any = any || child_matches(child);
          // A word among words may be stood for by its relatives.
          if (child.kind == NodeKind::word) {
            any = any || std::any_of(where.begin(), where.end(), [&](Text text) {
                    return ((texts.*text).seen_relatives & child.leaf) != 0;
                  });
          }
        }
      }
      return all_required && (any || !has_wanted || has_must);
    }
  }
  return false;
}

LeafMask leaves_below(const MatchNode& node) {
  LeafMask leaves = node.leaf;
  for (const MatchNode& child : node.children) leaves |= leaves_below(child);
  return leaves;
}

void collect(const MatchNode& node, const PassageTexts& texts, std::vector<TokenSpan>& spans) {
  switch (node.kind) {
    case NodeKind::words:
      for (const MatchNode& child : node.children) {
        collect(child, texts, spans);
        if (child.kind != NodeKind::word) continue;
        // Words of one stem earn their share only where the word itself is missing.
        const bool by_stem = !(texts.body.seen & child.leaf);
        for (const TokenMatch& match : texts.body.matches) {
          if ((match.relatives & child.leaf) || (by_stem && (match.stems & child.leaf)))
            spans.push_back({match.token, match.token + 1});
        }
      }
      return;
    case NodeKind::any_of:
    case NodeKind::all_of:
    case NodeKind::same_passage:
    case NodeKind::must:
    case NodeKind::topic:
      for (const MatchNode& child : node.children) collect(child, texts, spans);
      return;
    default: {
      // Of a phrase with gaps, and of what holds one, the words and not the gaps.
      const LeafMask wanted = leaves_below(node);
      for (const TokenSpan& span : spans_of(node, texts, &PassageTexts::body)) {
        for (std::uint32_t i = span.begin, begin = i; i <= span.end; ++i) {
          if (i < span.end && (texts.body.leaves_of(i) & wanted)) continue;
          if (begin < i) spans.push_back({begin, i});
          begin = i + 1;
        }
      }
    }
  }
}

}  // namespace

bool matches(const MatchNode& root, const PassageTexts& texts) { return matches_in(root, texts, kBodyTexts); }

std::vector<TokenSpan> highlighted_tokens(const MatchNode& root, const PassageTexts& texts) {
  std::vector<TokenSpan> spans;
  collect(root, texts, spans);
  sort_spans(spans);
  std::vector<TokenSpan> merged;
  for (const TokenSpan& span : spans) {
    if (!merged.empty() && span.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

bool is_monotone(const MatchNode& root) {
  // NEAR is greedy: one more span may take the place of another.
  return root.kind != NodeKind::negation && root.kind != NodeKind::near &&
         std::all_of(root.children.begin(), root.children.end(), is_monotone);
}

bool asks_for_sentences(const MatchNode& root) {
  return root.kind == NodeKind::same_sentence ||
         std::any_of(root.children.begin(), root.children.end(), asks_for_sentences);
}

}  // namespace kwerenda
