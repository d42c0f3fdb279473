#include "indexer/glass/output_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "analysis/message.h"
#include "analysis/system_reason.h"

namespace kwerenda::glass {
namespace {

// Ask the kernel to start writing every so often, so that the final fsync does not wait for hundreds of
// megabytes at once.
constexpr std::uint64_t kWriteBackBytes = 16u << 20;

}  // namespace

Error io_error(const std::filesystem::path& path, std::string_view attempted, int error_number) {
  std::string text = path.string() + ": " + std::string(attempted) + ": " + system_reason(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) {
    std::error_code ignored;
    const auto space = std::filesystem::space(path.parent_path(), ignored);
    if (!ignored) text += message(" (wolne {} MB)", " ({} MB free)", space.available >> 20);
    text += message("; zwolnij miejsce i powtórz to samo polecenie",
                    "; free some space and repeat the same command");
  }
  return Error(ErrorKind::io, text);
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    throw io_error(directory, message("nie można otworzyć katalogu", "cannot open the directory"), errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed)
    throw io_error(directory,
                   message("nie można utrwalić katalogu na dysku", "cannot make the directory durable"),
                   failed);
}

struct OutputFile::Hash {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state{XXH3_createState()};

  Hash() {
    if (!state) throw std::bad_alloc();
    XXH3_64bits_reset(state.get());
  }
};

// The second buffer, and the thread that writes it.
struct OutputFile::Aside {
  std::unique_ptr<char[]> buffer;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t size = 0;  // of what is to be written or being written; 0: the buffer is free
  bool begun = false;    // it is being written
  bool stop = false;
  std::exception_ptr failure;
  std::thread thread;

  void run(OutputFile& file) {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return size > 0 || stop; });
      if (size == 0) return;
      begun = true;
      const std::size_t bytes = size;
      lock.unlock();
      std::exception_ptr failed;
      try {
        file.write_all(buffer.get(), bytes);
      } catch (...) {
        failed = std::current_exception();
      }
      lock.lock();
      if (failed) failure = failed;
      begun = false;
      size = 0;
      changed.notify_all();
    }
  }

  // Makes the buffer free. Throws what writing it threw. What the thread has not begun, since all cores have
  // other things to do, is written here: on a busy machine to wait for it took longer than to write.
  std::unique_lock<std::mutex> finish(OutputFile& file) {
    std::unique_lock lock(mutex);
    if (size > 0 && !begun) {
      file.write_all(buffer.get(), std::exchange(size, 0));
    } else {
      changed.wait(lock, [&] { return size == 0; });
    }
    if (failure) std::rethrow_exception(failure);
    return lock;
  }

  ~Aside() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
      changed.notify_all();
    }
    if (thread.joinable()) thread.join();
  }
};

OutputFile::OutputFile(std::filesystem::path path, std::size_t buffer_bytes, Durability durability,
                       Writing writing)
    : path_(std::move(path)),
      buffer_bytes_(buffer_bytes),
      durability_(durability),
      buffer_(std::make_unique_for_overwrite<char[]>(buffer_bytes)),
      hash_(std::make_unique<Hash>()),
      writing_(writing) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw io_error(path_, message("nie można utworzyć pliku", "cannot create the file"), errno);
}

OutputFile::~OutputFile() {
  aside_.reset();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > buffer_bytes_ - used_) {
    flush();
    if (bytes.size() > buffer_bytes_) {
      if (aside_) (void)aside_->finish(*this);
      write_all(bytes.data(), bytes.size());
      flushed_ += bytes.size();
      return;
    }
  }
  std::memcpy(buffer_.get() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void OutputFile::flush() {
  if (used_ == 0) return;
  if (writing_ == Writing::here || !flush_aside()) write_all(buffer_.get(), used_);
  flushed_ += used_;
  used_ = 0;
}

// False if there is no other thread to be had.
bool OutputFile::flush_aside() {
  if (!aside_) {
    auto begun = std::make_unique<Aside>();
    begun->buffer = std::make_unique_for_overwrite<char[]>(buffer_bytes_);
    try {
      begun->thread = std::thread([this, aside = begun.get()] { aside->run(*this); });
    } catch (const std::system_error&) {
      writing_ = Writing::here;
      return false;
    }
    aside_ = std::move(begun);
  }
  const std::unique_lock lock = aside_->finish(*this);
  buffer_.swap(aside_->buffer);
  aside_->size = used_;
  aside_->changed.notify_all();
  return true;
}

// From here on everything is written by the caller.
void OutputFile::finish_aside() {
  writing_ = Writing::here;
  if (!aside_) return;
  (void)aside_->finish(*this);
  aside_.reset();
}

void OutputFile::write_all(const char* bytes, std::size_t size) {
  XXH3_64bits_update(hash_->state.get(), bytes, size);
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, bytes, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      throw io_error(path_, message("nie można zapisać pliku", "cannot write the file"), errno);
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
    written_ += static_cast<std::uint64_t>(written);
  }
  if (durability_ == Durability::synced && written_ - write_back_started_ >= kWriteBackBytes) {
    // A hint only: what it misses, fsync reports.
    (void)::sync_file_range(descriptor_, static_cast<off64_t>(write_back_started_),
                            static_cast<off64_t>(written_ - write_back_started_), SYNC_FILE_RANGE_WRITE);
    write_back_started_ = written_;
  }
}

void OutputFile::finish() {
  finish_aside();
  flush();
  buffer_.reset();
  checksum_ = XXH3_64bits_digest(hash_->state.get());
  while (durability_ == Durability::synced && ::fsync(descriptor_) != 0) {
    if (errno != EINTR)
      throw io_error(path_, message("nie można utrwalić pliku na dysku", "cannot make the file durable"),
                     errno);
  }
  if (::close(std::exchange(descriptor_, -1)) != 0)
    throw io_error(path_, message("nie można zamknąć pliku", "cannot close the file"), errno);
}

}  // namespace kwerenda::glass
