// When a change under the watched paths is told: after it is quiet, or after the longest wait, and never
// lost.
#include "indexer/watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
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

  static constexpr WatchTimes kTimes{.quiet = 20ms, .longest = 2000ms, .rescan = 1h, .look = 50ms};

  // True if something changed; false if nothing did for as long as `patience`.
  static bool changed(TreeWatch& watch, Clock::duration patience = 400ms) {
    const Clock::time_point until = Clock::now() + patience;
    return watch.wait(kTimes, [&] { return Clock::now() > until; });
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
  EXPECT_TRUE(watch.wait({.quiet = 10s, .longest = 300ms}, never));
  const auto taken = Clock::now() - start;
  stop = true;
  busy.join();
  EXPECT_GE(taken, 290ms) << "changes went on";
  EXPECT_LT(taken, 9s) << "the longest wait ended it";
  write("r/ostatni.txt");
  const Clock::time_point last = Clock::now();
  EXPECT_TRUE(watch.wait({.quiet = 200ms, .longest = 60s}, never));
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
  watch.arm();
  EXPECT_FALSE(changed(watch)) << "the queue is empty again";
  write("r/0.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "and works";
}

TEST_F(Watch, IsOverAfterATimeAlsoIfNothingHappened) {
  write("r/a.txt");
  TreeWatch watch({path("r")});
  watch.arm();
  const Clock::time_point start = Clock::now();
  EXPECT_TRUE(watch.wait({.quiet = 10s, .rescan = 150ms, .look = 40ms}, [] { return false; }));
  EXPECT_GE(Clock::now() - start, 150ms);
  EXPECT_LT(Clock::now() - start, 5s) << "there is nothing that it would have to be quiet after";
}

TEST_F(Watch, APathThatWasMissingIsSeenWhenItIsThere) {
  TreeWatch watch({path("up/deep/root"), path("up/deep/a.txt")});
  watch.arm();
  EXPECT_FALSE(changed(watch)) << "still missing";
  fs::create_directories(directory_ / "up/deep/root");
  EXPECT_TRUE(changed(watch, 10s)) << "made";
  watch.arm();
  write("up/deep/root/b.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "and watched";
  watch.arm();
  EXPECT_FALSE(changed(watch)) << "what is missing now was so before";
  write("up/deep/a.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "a file";
}

TEST_F(Watch, APathThatVanishedWithItsParentIsSeenWhenItIsBack) {
  fs::create_directories(directory_ / "up/deep/root");
  write("up/deep/root/a.txt");
  TreeWatch watch({path("up/deep/root")});
  watch.arm();
  fs::remove_all(directory_ / "up");
  EXPECT_TRUE(changed(watch, 10s)) << "gone";
  watch.arm();
  EXPECT_FALSE(changed(watch)) << "told once";
  fs::create_directories(directory_ / "up/deep/root");
  write("up/deep/root/a.txt");
  EXPECT_TRUE(changed(watch, 10s)) << "back";
}

TEST_F(Watch, AMountOverAnEmptyDirectoryIsSeen) {
  const std::string mount = "mount -t tmpfs none '" + path("r") + "' 2>/dev/null";
  const std::string unmount = "umount '" + path("r") + "'";
  TreeWatch watch({path("r")});
  watch.arm();
  if (std::system(mount.c_str()) != 0) GTEST_SKIP() << "mounting is not allowed here";
  EXPECT_TRUE(changed(watch, 10s)) << "mounted";
  watch.arm();
  EXPECT_FALSE(changed(watch)) << "told once";
  EXPECT_EQ(std::system(unmount.c_str()), 0);
  EXPECT_TRUE(changed(watch, 10s)) << "unmounted";
}

TEST_F(Watch, JsonLinesThatAreAppendedToAnOpenFileAreTold) {
  std::ofstream grows(directory_ / "r/zbior.jsonl"), log(directory_ / "r/log.txt");
  TreeWatch watch({path("r")});
  watch.arm();
  log << "kwerenda-index: r/a.txt" << std::endl;
  EXPECT_FALSE(changed(watch)) << "what the program says must not wake it";
  grows << "{\"_id\":\"1\",\"text\":\"Pierwszy.\"}" << std::endl;
  EXPECT_TRUE(changed(watch, 10s)) << "appended";
  EXPECT_FALSE(changed(watch)) << "told once";
}

TEST_F(Watch, AFileThatIsWrittenWithoutEndTakesNoProcessorTime) {
  std::ofstream grows(directory_ / "r/zbior.jsonl"), log(directory_ / "r/log.txt");
  TreeWatch watch({path("r")});
  watch.arm();
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> asked = 0;
  std::thread busy([&] {
    while (!stop) {
      grows << "{}" << std::endl;
      log << "." << std::endl;
    }
  });
  EXPECT_TRUE(watch.wait({.quiet = 10s, .longest = 500ms}, [&] { return ++asked < 0; }));
  stop = true;
  busy.join();
  EXPECT_LT(asked, 100) << "a look at what happened each 50 ms is enough";
}

TEST_F(Watch, StopEndsTheWait) {
  TreeWatch watch({path("r")});
  watch.arm();
  EXPECT_FALSE(watch.wait({}, [] { return true; }));
  write("r/a.txt");
  EXPECT_FALSE(watch.wait({.quiet = 10s}, [begun = Clock::now()] { return Clock::now() > begun + 300ms; }))
      << "also while it is not quiet yet";
}

}  // namespace
}  // namespace kwerenda
