#include "indexer/file_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

#include "analysis/message.h"
#include "analysis/utf8.h"
#include "indexer/file.h"

namespace kwerenda {
namespace {

constexpr int kDeepest = 100;  // each level holds one descriptor while it is walked

// A look at a file takes a microsecond, to begin a thread takes 20. So a directory with fewer entries is
// walked by one thread, and threads take so many entries at a time, unless some of them may be large
// directories.
constexpr std::size_t kWorthThreads = 16;
constexpr std::size_t kMostEntriesAtATime = 128;

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// README.md tells people about a folder and is no report. Named on the command line, it is read all the same.
bool is_readme(std::string_view path) {
  static constexpr std::string_view kReadme = "readme.";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.size() > kReadme.size() &&
         std::equal(kReadme.begin(), kReadme.end(), name.begin(), [](char known, char given) {
           return known == (given >= 'A' && given <= 'Z' ? given + ('a' - 'A') : given);
         });
}

class Walker {
 public:
  // Within one tree no file is met twice: links are not followed.
  Walker(const WalkSettings& settings, bool several_roots)
      : settings_(settings), threads_(settings.threads), may_repeat_(several_roots) {
    excludes_ = !settings.exclude.empty() && ::stat(settings.exclude.c_str(), &excluded_) == 0;
  }

  void root(const std::string& given) {
    if (given == "-") {
      Input input;
      input.path = input.id = input.source = "-";
      input.format = settings_.format == InputFormat::by_name ? InputFormat::text : settings_.format;
      add(std::move(input));
      return;
    }
    const std::string path = normal_path(given);
    Root root{path, Root::State::present, false};
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
      const int error = errno;
      root.state = Root::State::missing;
      const bool absent = error == ENOENT || error == ENOTDIR;
      problem(absent ? ProblemCause::not_found : ProblemCause::unreadable, path, error_text(error));
    } else if (S_ISDIR(status.st_mode)) {
      root.directory = true;
      const std::size_t before = result_.inputs.size() + repeated_;
      const std::size_t failures = failures_;
      const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      if (fd < 0) {
        problem(ProblemCause::unreadable, path, error_text(errno));
        root.state = Root::State::missing;
      } else {
        directory(FileDescriptor(fd), path, 0);
        if (result_.inputs.size() + repeated_ == before) {
          root.state = Root::State::empty;
          if (failures_ == failures) {
            problem(ProblemCause::no_reports, path,
                    message("katalog nie zawiera raportów; czytane są pliki .txt, .md i .jsonl (inne wskaż "
                            "przez --input-format)",
                            "the directory holds no reports; .txt, .md and .jsonl files are read (name "
                            "others with --input-format)"));
          }
        }
      }
    } else if (S_ISREG(status.st_mode)) {
      file(path, status, true);
    } else {
      problem(ProblemCause::not_regular, path,
              message("oczekiwano pliku lub katalogu, to urządzenie, potok albo gniazdo",
                      "expected a file or a directory, this is a device, a pipe or a socket"));
    }
    result_.roots.push_back(std::move(root));
  }

  WalkResult take() { return std::move(result_); }

 private:
  void problem(ProblemCause cause, std::string_view path, std::string detail) {
    if (is_loss(cause)) ++failures_;
    result_.problems.push_back({cause, printable(path), std::move(detail)});
  }

  // For a part of a directory.
  explicit Walker(const Walker* whole)
      : settings_(whole->settings_),
        threads_(1),
        may_repeat_(false),
        excluded_(whole->excluded_),
        excludes_(whole->excludes_) {}

  void append(Walker&& part) {
    for (Input& input : part.result_.inputs) add(std::move(input));
    for (Problem& found : part.result_.problems) result_.problems.push_back(std::move(found));
    result_.passed_over += part.result_.passed_over;
    failures_ += part.failures_;
  }

  void add(Input&& input) {
    if (may_repeat_ && !seen_.insert(input.id).second) {
      ++repeated_;
      return;
    }
    result_.total_bytes += input.size;
    result_.inputs.push_back(std::move(input));
  }

  void file(const std::string& path, const struct stat& status, bool named) {
    if (!named && is_readme(path)) return;
    Input input;
    input.format = settings_.format == InputFormat::by_name ? format_of_name(path) : settings_.format;
    if (input.format == InputFormat::by_name) {
      if (named) {
        problem(ProblemCause::unknown_format, path,
                message("nieznane rozszerzenie (znane: .txt, .md, .jsonl); podaj rodzaj przez --input-format",
                        "unknown extension (known: .txt, .md, .jsonl); give the kind with --input-format"));
      } else {
        ++result_.passed_over;
      }
      return;
    }
    input.path = path;
    input.id = path;
    input.source = printable(path);
    input.named = named;
    input.size = static_cast<std::uint64_t>(status.st_size);
    input.mtime_ns = nanoseconds(status.st_mtim);
    input.ctime_ns = nanoseconds(status.st_ctim);
    add(std::move(input));
  }

  bool is_excluded(int fd) const {
    struct stat status {};
    return excludes_ && ::fstat(fd, &status) == 0 && status.st_dev == excluded_.st_dev &&
           status.st_ino == excluded_.st_ino;
  }

  void directory(FileDescriptor fd, const std::string& path, int depth) {
    if (is_excluded(fd.get())) return;
    if (depth >= kDeepest) {
      problem(ProblemCause::too_large, path,
              message("katalogi głębsze niż {} poziomów są pomijane",
                      "directories deeper than {} levels are left out", kDeepest));
      return;
    }
    const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
    const std::unique_ptr<DIR, DirectoryCloser> entries(copy < 0 ? nullptr : ::fdopendir(copy));
    if (!entries) {
      problem(ProblemCause::unreadable, path, error_text(errno));
      return;
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(entries.get())) {
      if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    }
    if (errno != 0) problem(ProblemCause::unreadable, path, error_text(errno));
    std::sort(names.begin(), names.end());
    // A directory that changes meanwhile may show a name twice.
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (threads_ > 1 && names.size() >= kWorthThreads) {
      walk_in_parts(fd.get(), path, depth, names);
    } else {
      walk_entries(fd.get(), path, depth, names);
    }
  }

  void walk_in_parts(int fd, const std::string& path, int depth, std::span<const std::string> names) {
    const std::size_t size =
        std::clamp<std::size_t>(names.size() / (std::size_t{8} * threads_), 1, kMostEntriesAtATime);
    std::vector<Walker> parts((names.size() + size - 1) / size, Walker(this));
    std::atomic<std::size_t> next = 0;
    std::vector<std::exception_ptr> failures(parts.size());
    const auto work = [&] {
      for (std::size_t i; (i = next++) < parts.size();) {
        try {
          parts[i].walk_entries(fd, path, depth,
                                names.subspan(i * size, std::min(size, names.size() - i * size)));
        } catch (...) {
          failures[i] = std::current_exception();
          next = parts.size();
        }
      }
    };
    {
      std::vector<std::jthread> helpers;
      helpers.reserve(threads_);
      try {
        while (helpers.size() + 1 < std::min<std::size_t>(threads_, parts.size())) helpers.emplace_back(work);
      } catch (const std::system_error&) {  // no more threads to be had: those that there are do it
      }
      work();
    }
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
    for (Walker& part : parts) append(std::move(part));
  }

  void walk_entries(int fd, const std::string& path, int depth, std::span<const std::string> names) {
    for (const std::string& name : names) {
      std::string below = path == "." ? "" : path;
      if (!below.empty() && below != "/") below += '/';
      below += name;
      struct stat status {};
      if (::fstatat(fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        problem(ProblemCause::unreadable, below, error_text(errno));
      } else if (S_ISLNK(status.st_mode)) {
        problem(ProblemCause::link, below,
                message("dowiązanie symboliczne; wewnątrz katalogów nie są czytane",
                        "a symbolic link; inside directories they are not read"));
      } else if (S_ISREG(status.st_mode)) {
        file(below, status, false);
      } else if (S_ISDIR(status.st_mode)) {
        const int inner = ::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inner < 0) {
          problem(ProblemCause::unreadable, below, error_text(errno));
        } else {
          directory(FileDescriptor(inner), below, depth + 1);
        }
      } else if (settings_.format != InputFormat::by_name || format_of_name(below) != InputFormat::by_name) {
        problem(ProblemCause::not_regular, below,
                message("oczekiwano zwykłego pliku, to urządzenie, potok albo gniazdo",
                        "expected a regular file, this is a device, a pipe or a socket"));
      } else {
        ++result_.passed_over;
      }
    }
  }

  const WalkSettings& settings_;
  unsigned threads_;
  bool may_repeat_;  // whether seen_ is asked
  struct stat excluded_ {};
  bool excludes_ = false;
  WalkResult result_;
  std::unordered_set<std::string> seen_;
  std::size_t repeated_ = 0;
  std::size_t failures_ = 0;
};

}  // namespace

WalkResult walk(const std::vector<std::string>& paths, const WalkSettings& settings) {
  Walker walker(settings, paths.size() > 1);
  for (const std::string& path : paths) walker.root(path);
  return walker.take();
}

std::string normal_path(std::string_view path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal.empty() ? "." : normal;
}

bool is_below(std::string_view file, std::string_view directory) {
  if (directory == "/") return file.starts_with("/");
  if (!file.starts_with(directory)) return false;
  file.remove_prefix(directory.size());
  // Of normal paths those that go up are the only ones with more of "..".
  const bool goes_up = directory == ".." || directory.ends_with("/..");
  return file.starts_with("/") && !(goes_up && file.starts_with("/../"));
}

std::vector<std::string> split_names(std::string_view list, char separator) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    std::string_view name = list.substr(0, end);
    if (separator == '\n' && name.ends_with('\r')) name.remove_suffix(1);
    if (!name.empty()) names.emplace_back(name);
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return names;
}

}  // namespace kwerenda
