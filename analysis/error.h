// The one exception type of Kwerenda's libraries.
#pragma once

#include <stdexcept>
#include <string>

namespace kwerenda {

// What the caller can do about it; programs map it to exit codes in one place.
enum class ErrorKind {
  usage,         // an option or argument is wrong
  query,         // the query text is wrong; the message carries a caret under the place
  not_found,     // no such index, file, topic or report
  incompatible,  // an index or a data file of another version or of another program
  corrupt,       // a checksum or the structure does not hold
  locked,        // another process writes; trying again later may work
  io,            // the operating system refused: permissions, disk full, quota
  limit,         // an input beyond a documented limit
};

// An operation that cannot go on. what() is one message for people: the path, what was expected, what was
// found and what to do next, UTF-8, without a trailing newline, in the language that messages had when it was
// thrown (language.h).
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace kwerenda
