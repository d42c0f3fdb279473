#include "indexer/watch.h"

#include <poll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"
#include "indexer/file.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;
constexpr std::chrono::milliseconds kAskStop{200};

}  // namespace

struct TreeWatch::Impl {
  std::vector<std::string> paths;
  FileDescriptor events;

  void add(const std::string& directory) {
    if (::inotify_add_watch(events.get(), directory.c_str(), kEvents) >= 0) return;
    if (errno == ENOSPC) {
      throw Error(ErrorKind::io, message("{}: system nie pozwala obserwować więcej katalogów. Zwiększ "
                                         "fs.inotify.max_user_watches (sysctl).",
                                         "{}: the system does not let more directories be watched. Raise "
                                         "fs.inotify.max_user_watches (sysctl).",
                                         printable(directory)));
    }
    // Gone meanwhile or not readable: the walk tells about it.
  }

  void add_tree(const std::string& path) {
    std::error_code failed;
    if (!fs::is_directory(path, failed)) {
      const fs::path parent =
          fs::path(path).parent_path();  // a file is replaced by renaming as often as written to
      add(parent.empty() ? "." : parent.string());
      return;
    }
    add(path);
    fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, failed), end;
    for (; !failed && entry != end; entry.increment(failed)) {
      std::error_code ignored;
      if (entry->is_symlink(ignored) || !entry->is_directory(ignored)) continue;
      if (entry->path().filename().string().starts_with('.') ||
          fs::exists(entry->path() / "XAPIANDB", ignored)) {
        entry.disable_recursion_pending();  // hidden, or an index: ours would wake us with each commit
        continue;
      }
      add(entry->path().string());
    }
  }

  // True if there was anything to read; it is read and forgotten.
  bool drain() {
    alignas(inotify_event) char buffer[16384];
    const ssize_t size = ::read(events.get(), buffer, sizeof buffer);
    if (size > 0) return true;
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
      throw Error(ErrorKind::io, message("--watch: nie można czytać zdarzeń: {}",
                                         "--watch: cannot read events: {}", system_reason(errno)));
    }
    return false;
  }

  // Waits for an event until `until`; polls in short steps so that a stop is noticed.
  bool event_before(std::chrono::steady_clock::time_point until, const std::function<bool()>& stop) {
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0 || stop()) return false;
      struct pollfd waiting {
        events.get(), POLLIN, 0
      };
      const int ready = ::poll(&waiting, 1, static_cast<int>(std::min(left, kAskStop).count()));
      if (ready > 0 && drain()) return true;
    }
  }
};

TreeWatch::TreeWatch(std::vector<std::string> paths) : impl_(std::make_unique<Impl>()) {
  impl_->paths = std::move(paths);
  impl_->events = FileDescriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!impl_->events) {
    throw Error(ErrorKind::io, message("--watch: system odmówił obserwowania katalogów: {}. Zwiększ "
                                       "fs.inotify.max_user_instances (sysctl).",
                                       "--watch: the system refused to watch directories: {}. Raise "
                                       "fs.inotify.max_user_instances (sysctl).",
                                       system_reason(errno)));
  }
}

TreeWatch::~TreeWatch() = default;

void TreeWatch::arm() {
  for (const std::string& path : impl_->paths) {
    if (path != "-") impl_->add_tree(path);
  }
}

bool TreeWatch::wait(std::chrono::milliseconds quiet, std::chrono::milliseconds longest,
                     const std::function<bool()>& stop) {
  using Clock = std::chrono::steady_clock;
  while (!impl_->event_before(Clock::now() + std::chrono::hours(1), stop)) {
    if (stop()) return false;
  }
  const Clock::time_point last = Clock::now() + longest;
  while (impl_->event_before(std::min(last, Clock::now() + quiet), stop)) {
  }
  return !stop();
}

}  // namespace kwerenda
