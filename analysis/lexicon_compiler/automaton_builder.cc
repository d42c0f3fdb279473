#include "analysis/lexicon_compiler/automaton_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <numeric>

#include "analysis/error.h"
#include "analysis/lexicon_format.h"
#include "analysis/message.h"

namespace kwerenda {

AutomatonBuilder::AutomatonBuilder() : path_(1), register_(1 << 16, 0) {}

std::uint64_t AutomatonBuilder::hash_of(const Arc* arcs, std::size_t count, std::uint32_t value) const {
  std::uint64_t h = value * 0x9e3779b97f4a7c15ull;
  for (std::size_t i = 0; i < count; ++i) {
    h = (h ^ ((static_cast<std::uint64_t>(arcs[i].target) << 8) | arcs[i].label)) * 0xff51afd7ed558ccdull;
    h ^= h >> 32;
  }
  return h ^ (h >> 29);
}

void AutomatonBuilder::grow_register() {
  std::vector<std::uint32_t> old(register_.size() * 2, 0);
  old.swap(register_);
  const std::size_t mask = register_.size() - 1;
  for (const std::uint32_t entry : old) {
    if (entry == 0) continue;
    const State& s = states_[entry - 1];
    std::size_t at = hash_of(&arcs_[s.first], s.count, s.value) & mask;
    while (register_[at] != 0) at = (at + 1) & mask;
    register_[at] = entry;
  }
}

// The one registered state that equals the node: Daciuk's incremental minimisation.
std::uint32_t AutomatonBuilder::freeze(const Node& node) {
  if (states_.size() * 2 > register_.size()) grow_register();
  const std::size_t mask = register_.size() - 1;
  std::size_t at = hash_of(node.arcs.data(), node.arcs.size(), node.value) & mask;
  for (; register_[at] != 0; at = (at + 1) & mask) {
    State& s = states_[register_[at] - 1];
    if (s.value != node.value || s.count != node.arcs.size()) continue;
    if (std::equal(node.arcs.begin(), node.arcs.end(), arcs_.begin() + s.first,
                   [](const Arc& a, const Arc& b) { return a.label == b.label && a.target == b.target; })) {
      s.heat += node.heat;
      return register_[at] - 1;
    }
  }
  states_.push_back({static_cast<std::uint32_t>(arcs_.size()), static_cast<std::uint32_t>(node.arcs.size()),
                     node.value, node.heat});
  arcs_.insert(arcs_.end(), node.arcs.begin(), node.arcs.end());
  register_[at] = static_cast<std::uint32_t>(states_.size());
  return static_cast<std::uint32_t>(states_.size() - 1);
}

void AutomatonBuilder::add(std::string_view word, std::uint32_t value, double heat) {
  assert(last_.empty() || last_ < word);
  std::size_t common = 0;
  while (common < word.size() && common < last_.size() && word[common] == last_[common]) ++common;
  for (; depth_ > common; --depth_) {
    path_[depth_ - 1].arcs.back().target = freeze(path_[depth_]);
    path_[depth_].arcs.clear();
    path_[depth_].value = 0;
    path_[depth_].heat = 0;
  }
  if (path_.size() < word.size() + 1) path_.resize(word.size() + 1);
  for (; depth_ < word.size(); ++depth_)
    path_[depth_].arcs.push_back({static_cast<std::uint8_t>(word[depth_]), 0});
  path_[depth_].value = value + 1;
  for (std::size_t i = 0; i <= depth_; ++i) path_[i].heat += heat;
  last_ = word;
}

BuiltAutomaton AutomatonBuilder::build() {
  for (; depth_ > 0; --depth_) {
    path_[depth_ - 1].arcs.back().target = freeze(path_[depth_]);
    path_[depth_].arcs.clear();
  }
  const std::uint32_t root = freeze(path_[0]);
  BuiltAutomaton built;
  built.states = states_.size();
  built.arcs = arcs_.size();

  // Hot states first, so that running text touches few cache lines; then large before small, so that small
  // ones fill the holes.
  std::vector<std::uint32_t> order(states_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const State &x = states_[a], &y = states_[b];
    if (x.heat != y.heat) return x.heat > y.heat;
    return x.count != y.count ? x.count > y.count : a < b;
  });

  std::vector<std::uint64_t> used;
  std::vector<bool> is_base;
  std::vector<std::uint32_t> base(states_.size(), 0);
  const auto reserve = [&](std::size_t cells) {
    const std::size_t rounded = (cells + 127) / 128 * 128;
    if (is_base.size() >= rounded) return;
    used.resize(rounded / 64, 0);
    is_base.resize(rounded, false);
  };
  reserve(256);
  const auto is_used = [&](std::size_t i) { return (used[i / 64] >> (i % 64) & 1) != 0; };
  std::array<std::size_t, kMaxLabels + 2> cursor{};
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t id : order) {
    const State& s = states_[id];
    labels.clear();
    if (s.value != 0) labels.push_back(0);
    for (std::uint32_t i = 0; i < s.count; ++i) labels.push_back(arcs_[s.first + i].label);
    if (labels.empty()) labels.push_back(0);  // the automaton of no words
    std::size_t at = cursor[labels.size()];
    for (std::size_t tries = 0;; ++tries) {
      while (at < is_base.size() && is_used(at)) {
        const std::uint64_t free = ~used[at / 64] >> (at % 64);
        at = free == 0 ? (at / 64 + 1) * 64 : at + static_cast<std::size_t>(std::countr_zero(free));
      }
      reserve(at + 256);
      const std::size_t candidate = at ^ labels[0];
      bool fits = !is_base[candidate];
      for (std::size_t i = 1; fits && i < labels.size(); ++i) fits = !is_used(candidate ^ labels[i]);
      if (fits) {
        is_base[candidate] = true;
        base[id] = static_cast<std::uint32_t>(candidate);
        for (const std::uint32_t label : labels)
          used[(candidate ^ label) / 64] |= 1ull << ((candidate ^ label) % 64);
        // A thorough search is slow in a nearly full array: after many vain tries, states of this size start
        // from here on.
        if (tries > 64) cursor[labels.size()] = at - std::min<std::size_t>(at, 32);
        break;
      }
      ++at;
    }
  }
  if (is_base.size() > (1u << 24))
    throw Error(ErrorKind::limit, message("słownik nie mieści się w 2^24 komórkach automatu",
                                          "the dictionary does not fit into 2^24 cells of the automaton"));
  built.cells.assign(is_base.size(), kFreeCell);
  for (std::size_t id = 0; id < states_.size(); ++id) {
    const State& s = states_[id];
    if (s.value != 0) built.cells[base[id]] = (s.value - 1) << 8;
    for (std::uint32_t i = 0; i < s.count; ++i) {
      const Arc& arc = arcs_[s.first + i];
      built.cells[base[id] ^ arc.label] = (base[arc.target] << 8) | arc.label;
    }
  }
  built.root = base[root];
  return built;
}

}  // namespace kwerenda
