// What random tests begin with: a new seed a run, or KWERENDA_TEST_SEED, which repeats one; and how long they
// go on: as said, or KWERENDA_ROUNDS.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace kwerenda {

// The same all through a run.
inline std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* given = std::getenv("KWERENDA_TEST_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  }();
  return value;
}

inline int rounds(int normal) {
  const char* given = std::getenv("KWERENDA_ROUNDS");
  return given ? std::atoi(given) : normal;
}

}  // namespace kwerenda
