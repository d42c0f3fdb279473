#include "indexer/watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <thread>
#include <utility>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"
#include "indexer/file.h"
#include "indexer/readers/reader.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                  IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_MODIFY;
constexpr std::chrono::milliseconds kAskStop{200};
constexpr std::chrono::milliseconds kPause{50};  // a file may be written to many thousand times a second
constexpr int kMostReads = 256;                  // at a time; the kernel's default queue takes some 50

// Of a path that may be a mount point or gone with what it lay in: neither sends an event when it is back.
struct Look {
  bool present = false, empty = false;
  dev_t device = 0;
  ino_t inode = 0;

  bool operator==(const Look&) const = default;
  bool is_poor() const { return !present || empty; }
};

Look look_at(const std::string& path) {
  Look look;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return look;
  look.present = true;
  look.device = status.st_dev;
  look.inode = status.st_ino;
  if (!S_ISDIR(status.st_mode)) return look;
  std::error_code failed;
  fs::directory_iterator entry(path, failed), end;
  while (!failed && entry != end && entry->path().filename().string().starts_with('.'))
    entry.increment(failed);
  look.empty = failed || entry == end;
  return look;
}

// A file that is kept open and appended to tells nothing but that. Files of other kinds are whole when they
// are closed, and what this program says may go to a log beside the reports: it must not wake itself.
bool matters(const inotify_event& event) {
  return (event.mask & ~std::uint32_t{IN_MODIFY}) != 0 ||
         (event.len > 0 && format_of_name(event.name) == InputFormat::jsonl);
}

}  // namespace

struct TreeWatch::Impl {
  std::vector<std::string> paths;
  FileDescriptor events;
  std::vector<std::pair<const std::string*, Look>> poor;  // of the paths, at arm()

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

  void arm() {
    poor.clear();
    for (const std::string& path : paths) {
      // Before it is watched: what comes between the two is found by the next look.
      if (const Look look = look_at(path); look.is_poor()) poor.emplace_back(&path, look);
      add_tree(path);
    }
  }

  bool is_back() const {
    return std::any_of(poor.begin(), poor.end(),
                       [](const auto& path) { return look_at(*path.first) != path.second; });
  }

  // True if there was a change among what there was to read; all is read and forgotten.
  bool drain() {
    bool changed = false;
    for (int reads = 0; reads < kMostReads; ++reads) {
      alignas(inotify_event) char buffer[16384];
      const ssize_t size = ::read(events.get(), buffer, sizeof buffer);
      if (size < 0 && errno != EAGAIN && errno != EINTR) {
        throw Error(ErrorKind::io, message("--watch: nie można czytać zdarzeń: {}",
                                           "--watch: cannot read events: {}", system_reason(errno)));
      }
      if (size <= 0) break;
      for (const char* at = buffer; at < buffer + size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(at);
        changed = changed || matters(*event);
        at += sizeof(inotify_event) + event->len;
      }
    }
    return changed;
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
      if (ready <= 0) continue;
      if (drain()) return true;
      std::this_thread::sleep_for(std::min(left, kPause));
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

void TreeWatch::arm() { impl_->arm(); }

bool TreeWatch::wait(const WatchTimes& times, const std::function<bool()>& stop) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point rescan = Clock::now() + times.rescan;
  while (!impl_->event_before(std::min(rescan, Clock::now() + times.look), stop)) {
    if (stop()) return false;
    if (impl_->is_back()) {
      impl_->arm();  // what is still copied there is to keep it from being quiet
      break;
    }
    if (Clock::now() >= rescan) return true;
  }
  const Clock::time_point last = Clock::now() + times.longest;
  while (impl_->event_before(std::min(last, Clock::now() + times.quiet), stop))
    std::this_thread::sleep_for(std::min(times.quiet / 2, kPause));
  return !stop();
}

}  // namespace kwerenda
