// What a KeyTable remembers is what the chain says, over the small lexicon of fake_lexicon.cc.
#include "analysis/key_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace kwerenda {
namespace {

std::shared_ptr<const KeyMaker> maker() {
  static const auto made = std::make_shared<const KeyMaker>(Lexicon::open("fake"));
  return made;
}

std::string by_chain(std::string_view surface) {
  std::vector<Key> keys;
  maker()->keys_of(surface, keys);
  std::string out;
  for (const Key& key : keys) out += key.text + " ";
  return out;
}

std::string shown(std::span<const KeyId> keys, const KeyTable& table) {
  std::string out;
  for (const KeyId key : keys) {
    out.append(table.text(key)) += ' ';
    EXPECT_EQ(table.short_hash(key), short_key_hash(table.text(key)));
  }
  return out;
}

// Words, names with two readings, acronyms with two keys, compounds with several, and thousands of others.
std::vector<std::string> surfaces() {
  std::vector<std::string> made = {"miasto", "Mieście", "rad", "PAN", "GIS-u", "Łodzi", "polsko-niemiecki"};
  for (int i = 0; i < 20'000; ++i) {
    made.push_back("słowo" + std::to_string(i));
    made.push_back("Nazwa-" + std::to_string(i) + "x-miasta");
  }
  return made;
}

TEST(KeyTable, SaysWhatTheChainSays) {
  KeyTable table(maker());
  const std::vector<std::string> all = surfaces();
  for (int time = 0; time < 2; ++time) {
    for (const std::string& surface : all)
      ASSERT_EQ(shown(table.keys_of(surface), table), by_chain(surface)) << surface;
  }
}

// The table grows in between: what was expected in the smaller one is found in the larger.
TEST(KeyTable, WhatIsExpectedMayComeMuchLater) {
  KeyTable table(maker());
  const std::vector<std::string> all = surfaces();
  std::vector<KeyTable::Expected> expected;
  for (const std::string& surface : all) expected.push_back(table.expect(surface));
  for (std::size_t i = 0; i < all.size(); ++i)
    ASSERT_EQ(shown(table.keys_of(all[i], expected[i]), table), by_chain(all[i])) << all[i];
}

// Without room for them surfaces are computed again each time.
TEST(KeyTable, RemembersNoMoreThanItMay) {
  const auto shared = std::make_shared<SharedKeys>(maker(), 1000);
  KeyTable table(shared);
  const std::vector<std::string> all = surfaces();
  for (int time = 0; time < 2; ++time) {
    for (const std::string& surface : all)
      ASSERT_EQ(shown(table.keys_of(surface), table), by_chain(surface)) << surface;
  }
}

// Each thread asks for the same surfaces in an order of its own.
TEST(KeyTable, ThreadsShareKeys) {
  for (const std::size_t most_bytes : {std::size_t{1000}, SIZE_MAX}) {
    const auto shared = std::make_shared<SharedKeys>(maker(), most_bytes);
    const std::vector<std::string> all = surfaces();
    std::vector<std::vector<std::vector<KeyId>>> found(4, std::vector<std::vector<KeyId>>(all.size()));
    {
      std::vector<std::jthread> threads;
      for (unsigned thread = 0; thread < found.size(); ++thread) {
        threads.emplace_back([&, thread] {
          KeyTable table(shared);
          std::vector<std::size_t> order(all.size());
          for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
          std::shuffle(order.begin(), order.end(), std::mt19937(thread));
          for (const std::size_t i : order) {
            const std::span<const KeyId> keys = table.keys_of(all[i]);
            found[thread][i].assign(keys.begin(), keys.end());
            for (const KeyId key : keys) ASSERT_LT(key, table.size());
          }
        });
      }
    }
    KeyTable table(shared);
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(shown(found[0][i], table), by_chain(all[i])) << all[i];
      for (const auto& thread : found) ASSERT_EQ(thread[i], found[0][i]) << all[i];
    }
  }
}

TEST(KeyTable, AKeyHasOneNumber) {
  KeyTable table(maker());
  const KeyId city = table.intern("miasto");
  EXPECT_EQ(table.keys_of("mieście").front(), city);
  for (int i = 0; i < 20'000; ++i) table.intern("klucz" + std::to_string(i));
  EXPECT_EQ(table.intern("miasto"), city);
  EXPECT_EQ(table.text(city), "miasto");
}

}  // namespace
}  // namespace kwerenda
