// Waiting until something changes under the paths that are indexed.
//
// What changed is not told: the caller walks all paths again, which costs one stat a file, and an event queue
// that overflowed or a directory that moved needs no case of its own. Events only say when.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kwerenda {

struct WatchTimes {
  std::chrono::milliseconds quiet{1000};         // nothing more happened for as long
  std::chrono::milliseconds longest{10'000};     // after the first change, however many follow
  std::chrono::milliseconds rescan{5 * 60'000};  // without any: mounts, links and network shares tell nothing
  std::chrono::milliseconds look{5'000};         // between looks whether a missing path is back
};

class TreeWatch {
 public:
  // Throws Error{io} if the kernel gives no more watches or instances; the message names the setting.
  explicit TreeWatch(std::vector<std::string> paths);
  ~TreeWatch();
  TreeWatch(const TreeWatch&) = delete;
  TreeWatch& operator=(const TreeWatch&) = delete;

  // Watches the directories that are there now, new ones included. To be called before each walk: what
  // changes after the call is not missed. Throws as the constructor.
  void arm();

  // Returns true when it is time to walk again: something changed, or a path that was missing or empty when
  // arm() was called is not so any more, and then it was quiet; or nothing of that for `rescan`. False when
  // `stop` says so, which is asked several times a second. Throws as the constructor.
  bool wait(const WatchTimes& times, const std::function<bool()>& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
