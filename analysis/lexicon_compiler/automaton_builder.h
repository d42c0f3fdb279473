// Builds the minimal automaton of a sorted list of words and lays it out as a double array (see
// analysis/lexicon_format.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

struct BuiltAutomaton {
  std::vector<std::uint32_t> cells;
  std::uint32_t root = 0;
  std::size_t states = 0, arcs = 0;
};

class AutomatonBuilder {
 public:
  AutomatonBuilder();
  // `word` is a string of labels 1..127; REQUIRES ascending order without repetition. `value` is below 2^24.
  // `heat` says how often the word is looked up: states that share much heat are laid out side by side.
  void add(std::string_view word, std::uint32_t value, double heat);
  BuiltAutomaton build();

 private:
  struct Arc {
    std::uint32_t label;
    std::uint32_t target;
  };
  struct Node {  // of the path of the last word, not yet registered
    std::vector<Arc> arcs;
    std::uint32_t value = 0;  // 0: not final; else value + 1
    double heat = 0;
  };
  struct State {
    std::uint32_t first = 0, count = 0, value = 0;
    double heat = 0;
  };
  std::uint32_t freeze(const Node& node);
  void grow_register();
  std::uint64_t hash_of(const Arc* arcs, std::size_t count, std::uint32_t value) const;

  std::vector<Node> path_;
  std::size_t depth_ = 0;
  std::string last_;
  std::vector<State> states_;
  std::vector<Arc> arcs_;
  std::vector<std::uint32_t> register_;  // open addressing, state id + 1
};

}  // namespace kwerenda
