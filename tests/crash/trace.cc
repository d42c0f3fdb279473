// A preload library that records what a process does to the files under one directory, for the power-cut
// test:
//
//   LD_PRELOAD=libtrace.so KWERENDA_TRACE_DIR=DIR KWERENDA_TRACE=FILE kwerenda-index add …
//
// FILE gets one record a call, in the order of the calls: a line "CALL INODE NUMBER SIZE PATH\tPATH", then
// SIZE bytes. INODE is the kernel's, PATHs are relative to DIR, NUMBER is an offset or a length.
//
//   open INODE 0|1|2   a file or directory was opened: as it is, made anew, emptied
//   write INODE OFFSET the bytes follow
//   truncate INODE LENGTH;  sync INODE;  rename PATH PATH;  mkdir PATH;  remove PATH
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

namespace {

constexpr int kMostFiles = 4096;
std::atomic<bool> g_watched[kMostFiles];

template <typename Function>
Function real(const char* name) {
  void* found = ::dlsym(RTLD_NEXT, name);
  Function function = nullptr;
  std::memcpy(&function, &found, sizeof function);
  return function;
}

const std::string& directory() {
  static const std::string kDirectory = [] {
    const char* name = std::getenv("KWERENDA_TRACE_DIR");
    return std::string(name && std::getenv("KWERENDA_TRACE") ? name : "");
  }();
  return kDirectory;
}

bool is_under(const char* path) {
  return !directory().empty() && path != nullptr &&
         std::strncmp(path, directory().c_str(), directory().size()) == 0;
}

// "" for the directory itself.
std::string relative(const char* path) {
  std::string rest = path + directory().size();
  while (!rest.empty() && rest.front() == '/') rest.erase(0, 1);
  while (!rest.empty() && rest.back() == '/') rest.pop_back();
  return rest;
}

std::string path_at(int fd, const char* name) {
  if (name[0] == '/' || fd == AT_FDCWD) return name;
  char place[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), place, sizeof place);
  return size < 0 ? name : std::string(place, static_cast<std::size_t>(size)) + "/" + name;
}

bool is_watched(int fd) { return fd >= 0 && fd < kMostFiles && g_watched[fd].load(); }
void watch(int fd, bool watched) {
  if (fd >= 0 && fd < kMostFiles) g_watched[fd] = watched;
}

unsigned long long inode_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

std::recursive_mutex& order() {
  static std::recursive_mutex mutex;
  return mutex;
}

void record(const char* call, unsigned long long inode, long long number, const std::string& paths,
            const void* bytes = nullptr, std::size_t size = 0) {
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  static const auto real_write = real<ssize_t (*)(int, const void*, std::size_t)>("write");
  static const int fd =
      real_open(std::getenv("KWERENDA_TRACE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const int kept = errno;
  std::string out = std::string(call) + " " + std::to_string(inode) + " " + std::to_string(number) + " " +
                    std::to_string(size) + " " + paths + "\n";
  out.append(static_cast<const char*>(bytes), size);
  if (real_write(fd, out.data(), out.size()) != static_cast<ssize_t>(out.size())) std::abort();
  errno = kept;
}

int open_recorded(const char* path, int flags, mode_t mode) {
  static const auto real_open = real<int (*)(const char*, int, ...)>("open");
  if (!is_under(path)) return real_open(path, flags, mode);
  const std::lock_guard lock(order());
  const bool is_there = ::access(path, F_OK) == 0;
  const int fd = real_open(path, flags, mode);
  if (fd < 0) return fd;
  watch(fd, true);
  record("open", inode_of(fd), !is_there ? 1 : flags & O_TRUNC ? 2 : 0, relative(path));
  return fd;
}

template <typename Make>
int recorded(const char* call, const char* path, const char* other, Make make) {
  const std::lock_guard lock(order());
  const int result = make();
  if (result == 0) record(call, 0, 0, relative(path) + (other ? "\t" + relative(other) : ""));
  return result;
}

template <typename Make>
int recorded(const char* call, int fd, long long number, Make make) {
  const std::lock_guard lock(order());
  const int result = make();
  if (result == 0) record(call, inode_of(fd), number, "");
  return result;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_recorded(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_recorded(path, flags, mode);
}

int close(int fd) {
  static const auto real_close = real<int (*)(int)>("close");
  watch(fd, false);
  return real_close(fd);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto real_write = real<ssize_t (*)(int, const void*, size_t)>("write");
  if (!is_watched(fd)) return real_write(fd, bytes, size);
  const std::lock_guard lock(order());
  const ssize_t written = real_write(fd, bytes, size);
  if (written > 0)
    record("write", inode_of(fd), ::lseek(fd, 0, SEEK_CUR) - written, "", bytes,
           static_cast<size_t>(written));
  return written;
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static const auto real_pwrite = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  if (!is_watched(fd)) return real_pwrite(fd, bytes, size, at);
  const std::lock_guard lock(order());
  const ssize_t written = real_pwrite(fd, bytes, size, at);
  if (written > 0) record("write", inode_of(fd), at, "", bytes, static_cast<size_t>(written));
  return written;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) { return pwrite(fd, bytes, size, at); }

int fsync(int fd) {
  static const auto real_fsync = real<int (*)(int)>("fsync");
  return is_watched(fd) ? recorded("sync", fd, 0, [&] { return real_fsync(fd); }) : real_fsync(fd);
}

int fdatasync(int fd) {
  static const auto real_fdatasync = real<int (*)(int)>("fdatasync");
  return is_watched(fd) ? recorded("sync", fd, 0, [&] { return real_fdatasync(fd); }) : real_fdatasync(fd);
}

int ftruncate(int fd, off_t size) {
  static const auto real_ftruncate = real<int (*)(int, off_t)>("ftruncate");
  return is_watched(fd) ? recorded("truncate", fd, size, [&] { return real_ftruncate(fd, size); })
                        : real_ftruncate(fd, size);
}

int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int rename(const char* from, const char* to) {
  static const auto real_rename = real<int (*)(const char*, const char*)>("rename");
  return is_under(to) ? recorded("rename", from, to, [&] { return real_rename(from, to); })
                      : real_rename(from, to);
}

int mkdir(const char* path, mode_t mode) {
  static const auto real_mkdir = real<int (*)(const char*, mode_t)>("mkdir");
  return is_under(path) ? recorded("mkdir", path, nullptr, [&] { return real_mkdir(path, mode); })
                        : real_mkdir(path, mode);
}

char* mkdtemp(char* pattern) {
  static const auto real_mkdtemp = real<char* (*)(char*)>("mkdtemp");
  if (!is_under(pattern)) return real_mkdtemp(pattern);
  const std::lock_guard lock(order());
  char* const made = real_mkdtemp(pattern);
  if (made != nullptr) record("mkdir", 0, 0, relative(made));
  return made;
}

int unlink(const char* path) {
  static const auto real_unlink = real<int (*)(const char*)>("unlink");
  return is_under(path) ? recorded("remove", path, nullptr, [&] { return real_unlink(path); })
                        : real_unlink(path);
}

int rmdir(const char* path) {
  static const auto real_rmdir = real<int (*)(const char*)>("rmdir");
  return is_under(path) ? recorded("remove", path, nullptr, [&] { return real_rmdir(path); })
                        : real_rmdir(path);
}

int remove(const char* path) {
  static const auto real_remove = real<int (*)(const char*)>("remove");
  return is_under(path) ? recorded("remove", path, nullptr, [&] { return real_remove(path); })
                        : real_remove(path);
}

int unlinkat(int fd, const char* name, int flags) {
  static const auto real_unlinkat = real<int (*)(int, const char*, int)>("unlinkat");
  const std::string path = path_at(fd, name);
  return is_under(path.c_str())
             ? recorded("remove", path.c_str(), nullptr, [&] { return real_unlinkat(fd, name, flags); })
             : real_unlinkat(fd, name, flags);
}

}  // extern "C"
