// A preload library that lets the n-th file call of a process go wrong, for the crash tests. It counts calls
// that create or change something under one directory, in the order in which they are made:
//
//   LD_PRELOAD=libfaults.so KWERENDA_FAULT_DIR=INDEX KWERENDA_FAULT=enospc KWERENDA_FAULT_AT=17
//   kwerenda-index add …
//
// KWERENDA_FAULT: count (nothing goes wrong), enospc, eio, eintr, short (half of what was to be written is),
// full (enospc from the n-th call on, as a disk that stays full), kill-before, kill-after, kill-middle (half
// of a write, then SIGKILL). With KWERENDA_FAULT_LOG=FILE one line a call is appended to that file: number,
// call, path.
//
// Linked against nothing but libc and libdl: what is tested must not change by it.
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class Fault { off, count, enospc, eio, eintr, short_write, full, kill_before, kill_after, kill_middle };

struct Plan {
  Fault fault = Fault::off;
  long at = 0;
  char directory[4096] = {};
  char log[4096] = {};
};

std::atomic<long> g_calls{0};
constexpr int kMostFiles = 4096;
std::atomic<bool> g_watched[kMostFiles];

template <typename Function>
Function real(const char* name) {
  void* found = ::dlsym(RTLD_NEXT, name);
  Function function = nullptr;
  std::memcpy(&function, &found, sizeof function);
  return function;
}

Plan read_plan() {
  Plan plan;
  const char* fault = std::getenv("KWERENDA_FAULT");
  const char* directory = std::getenv("KWERENDA_FAULT_DIR");
  if (fault == nullptr || directory == nullptr) return plan;
  struct Name {
    const char* name;
    Fault fault;
  };
  constexpr Name kNames[] = {{"count", Fault::count},
                             {"enospc", Fault::enospc},
                             {"eio", Fault::eio},
                             {"eintr", Fault::eintr},
                             {"short", Fault::short_write},
                             {"full", Fault::full},
                             {"kill-before", Fault::kill_before},
                             {"kill-after", Fault::kill_after},
                             {"kill-middle", Fault::kill_middle}};
  for (const Name& known : kNames) {
    if (std::strcmp(known.name, fault) == 0) plan.fault = known.fault;
  }
  if (const char* at = std::getenv("KWERENDA_FAULT_AT")) plan.at = std::atol(at);
  std::snprintf(plan.directory, sizeof plan.directory, "%s", directory);
  if (const char* log = std::getenv("KWERENDA_FAULT_LOG"))
    std::snprintf(plan.log, sizeof plan.log, "%s", log);
  return plan;
}

const Plan& plan() {
  static const Plan kPlan = read_plan();
  return kPlan;
}

bool is_under(const char* path) {
  return plan().fault != Fault::off && path != nullptr && std::strstr(path, plan().directory) != nullptr;
}

bool is_watched(int fd) { return fd >= 0 && fd < kMostFiles && g_watched[fd].load(); }

void watch(int fd, bool watched) {
  if (fd >= 0 && fd < kMostFiles) g_watched[fd] = watched;
}

void log_call(long number, const char* call, const char* path) {
  if (plan().log[0] == '\0') return;
  char line[4352];
  const int size = std::snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  static const auto real_write = real<ssize_t (*)(int, const void*, size_t)>("write");
  static const auto real_close = real<int (*)(int)>("close");
  const int fd = real_open(plan().log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return;
  (void)!real_write(fd, line, static_cast<size_t>(size));
  real_close(fd);
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

// What one call is to do. `bytes` is the length of a write, 0 for other calls.
struct Turn {
  bool hit = false;
  Fault fault = Fault::off;

  int error() const {
    if (!hit) return 0;
    switch (fault) {
      case Fault::enospc:
      case Fault::full:
        return ENOSPC;
      case Fault::eio:
        return EIO;
      case Fault::eintr:
        return EINTR;
      default:
        return 0;
    }
  }
  bool halves() const { return hit && (fault == Fault::short_write || fault == Fault::kill_middle); }
  void done() const {
    if (hit && (fault == Fault::kill_after || fault == Fault::kill_middle)) die();
  }
};

Turn next_call(const char* call, const char* path) {
  const long number = ++g_calls;
  log_call(number, call, path);
  Turn turn;
  turn.fault = plan().fault;
  turn.hit = turn.fault == Fault::full ? number >= plan().at : number == plan().at;
  if (turn.hit && turn.fault == Fault::kill_before) die();
  return turn;
}

// A call that either fails as planned or is made: `make` calls the real one.
template <typename Make>
auto with_faults(const char* call, const char* path, Make make) -> decltype(make()) {
  const Turn turn = next_call(call, path);
  if (const int error = turn.error()) {
    errno = error;
    return static_cast<decltype(make())>(-1);
  }
  const auto result = make();
  const int kept = errno;
  turn.done();
  errno = kept;
  return result;
}

template <typename Make>
ssize_t with_faults_in_write(const char* call, size_t bytes, Make make) {
  const Turn turn = next_call(call, "");
  if (const int error = turn.error()) {
    errno = error;
    return -1;
  }
  const ssize_t result = make(turn.halves() && bytes > 1 ? bytes / 2 : bytes);
  const int kept = errno;
  turn.done();
  errno = kept;
  return result;
}

constexpr int kChanges = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

int open_with_faults(const char* name, const char* path, int flags, mode_t mode) {
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  if (!is_under(path)) return real_open(path, flags, mode);
  const int fd = flags & kChanges ? with_faults(name, path, [&] { return real_open(path, flags, mode); })
                                  : real_open(path, flags, mode);
  watch(fd, fd >= 0);
  return fd;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_with_faults("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_with_faults("open", path, flags, mode);
}

int close(int fd) {
  static const auto real_close = real<int (*)(int)>("close");
  watch(fd, false);
  return real_close(fd);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real_write = real<ssize_t (*)(int, const void*, size_t)>("write");
  if (!is_watched(fd)) return real_write(fd, bytes, size);
  return with_faults_in_write("write", size, [&](size_t part) { return real_write(fd, bytes, part); });
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static const auto real_pwrite = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (!is_watched(fd)) return real_pwrite(fd, bytes, size, at);
  return with_faults_in_write("pwrite", size, [&](size_t part) { return real_pwrite(fd, bytes, part, at); });
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) { return pwrite(fd, bytes, size, at); }

int fsync(int fd) {
  static const auto real_fsync = real<int (*)(int)>("fsync");
  return is_watched(fd) ? with_faults("fsync", "", [&] { return real_fsync(fd); }) : real_fsync(fd);
}

int fdatasync(int fd) {
  static const auto real_fdatasync = real<int (*)(int)>("fdatasync");
  return is_watched(fd) ? with_faults("fdatasync", "", [&] { return real_fdatasync(fd); })
                        : real_fdatasync(fd);
}

int ftruncate(int fd, off_t size) {
  static const auto real_ftruncate = real<int (*)(int, off_t)>("ftruncate");
  return is_watched(fd) ? with_faults("ftruncate", "", [&] { return real_ftruncate(fd, size); })
                        : real_ftruncate(fd, size);
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int rename(const char* from, const char* to) {
  static const auto real_rename = real<int (*)(const char*, const char*)>("rename");
  return is_under(to) ? with_faults("rename", to, [&] { return real_rename(from, to); })
                      : real_rename(from, to);
}

int mkdir(const char* path, mode_t mode) {
  static const auto real_mkdir = real<int (*)(const char*, mode_t)>("mkdir");
  return is_under(path) ? with_faults("mkdir", path, [&] { return real_mkdir(path, mode); })
                        : real_mkdir(path, mode);
}

int unlink(const char* path) {
  static const auto real_unlink = real<int (*)(const char*)>("unlink");
  return is_under(path) ? with_faults("unlink", path, [&] { return real_unlink(path); }) : real_unlink(path);
}

// An abort that a fault brought about is hard to bring back: say where it was.
void abort() {
  void* frames[48];
  ::backtrace_symbols_fd(frames, ::backtrace(frames, 48), STDERR_FILENO);
  std::signal(SIGABRT, SIG_DFL);
  ::raise(SIGABRT);
  ::_exit(134);
}

char* mkdtemp(char* pattern) {
  static const auto real_mkdtemp = real<char* (*)(char*)>("mkdtemp");
  if (!is_under(pattern)) return real_mkdtemp(pattern);
  const Turn turn = next_call("mkdtemp", pattern);
  if (const int error = turn.error()) {
    errno = error;
    return nullptr;
  }
  char* const made = real_mkdtemp(pattern);
  turn.done();
  return made;
}

}  // extern "C"
