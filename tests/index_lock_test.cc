// The index's lock: who gets it, who waits, and what a second one is told.
#include "indexer/index_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "analysis/error.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class Lock : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-lock-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  // The message of the refusal; nothing if the lock was given.
  std::optional<std::string> refusal(LockMode mode, milliseconds timeout = milliseconds(0)) {
    try {
      const IndexLock lock(directory_, timeout, mode);
      return std::nullopt;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::locked);
      return error.what();
    }
  }

  // A process that holds the lock until it is killed.
  pid_t hold(LockMode mode) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const IndexLock lock(directory_, milliseconds(0), mode);
      (void)!::write(ends[1], "x", 1);
      for (;;) ::pause();
    }
    char ready = 0;
    EXPECT_EQ(::read(ends[0], &ready, 1), 1);
    ::close(ends[0]);
    ::close(ends[1]);
    return child;
  }

  static void kill_and_wait(pid_t child) {
    ASSERT_GT(child, 0);  // kill(-1) is everybody
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  fs::path directory_;
};

TEST_F(Lock, WhoGetsItBesideWhom) {
  const struct {
    LockMode held, wanted;
    bool given;
  } rows[] = {{LockMode::exclusive, LockMode::exclusive, false},
              {LockMode::exclusive, LockMode::shared, false},
              {LockMode::shared, LockMode::exclusive, false},
              {LockMode::shared, LockMode::shared, true}};
  for (const auto& row : rows) {
    const IndexLock held(directory_, milliseconds(0), row.held);
    EXPECT_EQ(!refusal(row.wanted).has_value(), row.given);
  }
  EXPECT_EQ(refusal(LockMode::exclusive), std::nullopt) << "it goes with its holder";
}

TEST_F(Lock, NamesTheHolder) {
  for (const LockMode mode : {LockMode::exclusive, LockMode::shared}) {
    const pid_t child = hold(mode);
    const auto message = refusal(LockMode::exclusive);
    ASSERT_TRUE(message);
    EXPECT_NE(message->find("inny proces (PID " + std::to_string(child) + ")"), std::string::npos)
        << *message;
    EXPECT_NE(message->find("--lock-timeout"), std::string::npos) << *message;
    EXPECT_NE(message->find(directory_.string()), std::string::npos) << *message;
    kill_and_wait(child);
  }
}

TEST_F(Lock, NamesThisProcess) {
  const IndexLock lock(directory_, milliseconds(0));
  const auto message = refusal(LockMode::exclusive);
  ASSERT_TRUE(message);
  EXPECT_NE(message->find("już ten sam proces (PID " + std::to_string(::getpid()) + ")"), std::string::npos)
      << *message;
}

TEST_F(Lock, DiesWithItsHolder) {
  kill_and_wait(hold(LockMode::exclusive));
  EXPECT_EQ(refusal(LockMode::exclusive), std::nullopt);
}

TEST_F(Lock, WaitsForIt) {
  const pid_t child = hold(LockMode::exclusive);
  std::thread killer([child] {
    std::this_thread::sleep_for(milliseconds(150));
    kill_and_wait(child);
  });
  EXPECT_EQ(refusal(LockMode::exclusive, milliseconds(10000)), std::nullopt);
  killer.join();
}

TEST_F(Lock, WaitsNoLongerThanAsked) {
  const IndexLock lock(directory_, milliseconds(0));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(refusal(LockMode::exclusive, milliseconds(200)));
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, milliseconds(200));
  EXPECT_LT(took, milliseconds(5000));
}

// Deleting a lock file must not let a second one in who then locks the deleted file.
TEST_F(Lock, IsOfTheFileThatIsThere) {
  const IndexLock first(directory_, milliseconds(0));
  fs::remove(directory_ / "lock");
  const IndexLock second(directory_, milliseconds(0));
  EXPECT_TRUE(fs::exists(directory_ / "lock"));
  EXPECT_TRUE(refusal(LockMode::exclusive));
}

TEST_F(Lock, RefusesALinkAndAMissingDirectory) {
  fs::create_symlink("/dev/null", directory_ / "lock");
  for (const fs::path& directory : {directory_, directory_ / "nie-ma"}) {
    try {
      const IndexLock lock(directory, milliseconds(0));
      ADD_FAILURE() << directory;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::io);
      EXPECT_NE(std::string(error.what()).find("nie można otworzyć pliku blokady"), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace kwerenda
