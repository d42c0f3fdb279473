// When a change under the watched paths is told: after it is quiet, or after the longest wait, and never
// lost.
#include "indexer/watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "analysis/error.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Watch : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-watch-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_ / "r");
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name) const { std::ofstream(directory_ / name) << "Raport.\n"; }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }

  // True if something changed; false if nothing did for as long as `patience`.
  static bool changed(TreeWatch& watch, Clock::duration patience = 400ms) {
    const Clock::time_point until = Clock::now() + patience;
    return watch.wait(20ms, 2000ms, [&] { return Clock::now() > until; });
  }

  fs::path directory_;
};

TEST_F(Watch, TellsEachKindOfChange) {
  write("r/stary.txt");
  fs::create_directories(directory_ / "r/pod");
  TreeWatch watch({path("r")});
  watch.arm();
  EXPECT_FALSE(changed(watch)) << "nothing happened";
  write("r/nowy.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "new";
  std::ofstream(directory_ / "r/stary.txt", std::ios::app) << "Dopisek.\n";
  EXPECT_TRUE(changed(watch, 10s)) << "written to";
  fs::rename(directory_ / "r/stary.txt", directory_ / "r/inny.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "renamed";
  fs::remove(directory_ / "r/inny.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "removed";
  write("r/pod/glebiej.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "below";
  EXPECT_FALSE(changed(watch)) << "each is told once";
}

TEST_F(Watch, NewDirectoriesAreWatchedFromTheNextWalkOn) {
  TreeWatch watch({path("r")});
  watch.arm();
  fs::create_directories(directory_ / "r/nowy");
  EXPECT_TRUE(changed(watch, 10s));
  watch.arm();
  write("r/nowy/a.txt");
  EXPECT_TRUE(changed(watch, 10s));
  fs::create_directories(directory_ / "r/.ukryty");
  EXPECT_TRUE(changed(watch, 10s));
  watch.arm();
  write("r/.ukryty/a.txt");
  EXPECT_FALSE(changed(watch)) << "the walk does not read it either";
}

TEST_F(Watch, AFileIsWatchedThroughItsDirectory) {
  write("r/a.txt");
  TreeWatch watch({path("r/a.txt")});
  watch.arm();
  write("r/a.txt.tmp");
  fs::rename(directory_ / "r/a.txt.tmp", directory_ / "r/a.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "editors replace what they save";
}

TEST_F(Watch, WaitsUntilItIsQuietButNotForEver) {
  TreeWatch watch({path("r")});
  watch.arm();
  std::atomic<bool> stop = false;
  std::thread busy([&] {
    for (int i = 0; !stop; ++i) {
      write("r/" + std::to_string(i % 10) + ".txt");
      std::this_thread::sleep_for(5ms);
    }
  });
  const auto never = [] { return false; };
  const Clock::time_point start = Clock::now();
  EXPECT_TRUE(watch.wait(10s, 300ms, never));
  const auto taken = Clock::now() - start;
  stop = true;
  busy.join();
  EXPECT_GE(taken, 290ms) << "changes went on";
  EXPECT_LT(taken, 9s) << "the longest wait ended it";
  write("r/ostatni.txt");
  const Clock::time_point last = Clock::now();
  EXPECT_TRUE(watch.wait(200ms, 60s, never));
  EXPECT_GE(Clock::now() - last, 190ms) << "quiet first";
}

// The kernel's queue holds some 16,000 events; what comes on top is replaced by one that says so.
TEST_F(Watch, AnOverflowingQueueIsAChangeLikeAnyOther) {
  std::size_t most = 16384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  if (most > 100'000) GTEST_SKIP() << "fs.inotify.max_queued_events is " << most;
  TreeWatch watch({path("r")});
  watch.arm();
  for (std::size_t i = 0; i < most / 2 + 1000; ++i) write("r/" + std::to_string(i) + ".txt");
  EXPECT_TRUE(changed(watch, 30s));
  EXPECT_FALSE(changed(watch)) << "the queue is empty again";
  watch.arm();
  write("r/0.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "and works";
}

TEST_F(Watch, StopEndsTheWait) {
  TreeWatch watch({path("r")});
  watch.arm();
  EXPECT_FALSE(watch.wait(1s, 10s, [] { return true; }));
  write("r/a.txt");
  EXPECT_FALSE(watch.wait(10s, 10s, [begun = Clock::now()] { return Clock::now() > begun + 300ms; }))
      << "also while it is not quiet yet";
}

}  // namespace
}  // namespace kwerenda
