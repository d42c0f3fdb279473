// The lock of an index: one process writes at a time, and a second one learns which. What must see one state
// for minutes (dump, check, backup) shares the lock with its like and keeps writers waiting; searching needs
// no lock.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace kwerenda {

enum class LockMode { exclusive, shared };

// Held from construction to destruction; the kernel releases it when the process dies, however it dies. The
// file stays: deleting a lock file lets two writers in, so that one which was deleted while waiting for it is
// made and locked anew.
class IndexLock {
 public:
  // Waits `timeout` at most; after half a second of it `waiting` is told once who holds the lock, "another
  // process (PID 123)" in the language of messages. Throws Error{locked} naming the holder's process id,
  // Error{io} if the file cannot be made. A shared lock of an index that cannot be written to needs no more
  // than permission to read.
  IndexLock(const std::filesystem::path& index, std::chrono::milliseconds timeout,
            LockMode mode = LockMode::exclusive,
            const std::function<void(const std::string& holder)>& waiting = {});
  IndexLock(const IndexLock&) = delete;
  IndexLock& operator=(const IndexLock&) = delete;
  ~IndexLock();

 private:
  int fd_ = -1;
};

}  // namespace kwerenda
