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

  // Returns true once something changed and then nothing did for `quiet`, or `longest` after the first
  // change; false when `stop` says so, which is asked several times a second.
  bool wait(std::chrono::milliseconds quiet, std::chrono::milliseconds longest,
            const std::function<bool()>& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
