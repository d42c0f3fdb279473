// The writer's lock of an index: one process writes at a time, and a second one learns which.
#pragma once

#include <chrono>
#include <filesystem>

namespace kwerenda {

// Held from construction to destruction; the kernel releases it when the process dies, however it dies. The file stays: deleting a lock
// file lets two writers in.
class IndexLock {
 public:
  // Waits `timeout` at most. Throws Error{locked} naming the holder's process id, Error{io} if the file cannot be made.
  IndexLock(const std::filesystem::path& index, std::chrono::milliseconds timeout);
  IndexLock(const IndexLock&) = delete;
  IndexLock& operator=(const IndexLock&) = delete;
  ~IndexLock();

 private:
  int fd_ = -1;
};

}  // namespace kwerenda
