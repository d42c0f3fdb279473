// A preload library that lets the n-th allocation of a process fail, and only that one:
//
//   LD_PRELOAD=liballocations.so KWERENDA_ALLOCATION_AT=4711 kwerenda-index add …
//
// It counts malloc, calloc, realloc and aligned_alloc, and so operator new, which calls them. With
// KWERENDA_ALLOCATION_COUNT=FILE the number of calls is written there at the end.
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

}  // extern "C"

namespace {

// Constant-initialised: the first allocations come before any constructor.
std::atomic<long> g_calls{0};
std::atomic<long> g_at{-1};

__attribute__((constructor)) void read_plan() {
  const char* at = std::getenv("KWERENDA_ALLOCATION_AT");
  g_calls = 0;
  g_at = at ? std::atol(at) : -1;
}

// A child counts on, but the number is the parent's to tell.
const pid_t kProcess = ::getpid();

__attribute__((destructor)) void write_count() {
  const char* file = std::getenv("KWERENDA_ALLOCATION_COUNT");
  if (file == nullptr || ::getpid() != kProcess) return;
  const long calls = g_calls;
  g_at = -1;
  if (std::FILE* out = std::fopen(file, "w")) {
    std::fprintf(out, "%ld\n", calls);
    std::fclose(out);
  }
}

bool fails() {
  if (++g_calls != g_at) return false;
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) { return fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return fails() ? nullptr : __libc_calloc(count, size); }
void* realloc(void* block, std::size_t size) { return fails() ? nullptr : __libc_realloc(block, size); }
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}

}  // extern "C"
