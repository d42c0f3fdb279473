// What was skipped or is worth saying about one input. Expected outcomes of reading foreign files, hence
// values and no exceptions; the program prints them as they come and groups them by cause at the end.
#pragma once

#include <string>

namespace kwerenda {

enum class ProblemCause {
  // Something was not indexed.
  unreadable,      // the operating system refused to open or read it
  not_found,       // no such file or directory
  not_regular,     // a device, a pipe or a socket
  too_large,       // beyond a documented limit
  empty,           // no text in it
  not_text,        // a NUL byte
  bad_encoding,    // neither UTF-8 nor a Polish charset
  bad_json,        // a line that is not a JSON object
  bad_record,      // a JSON object without the fields of a report
  unknown_format,  // named, but of no known kind
  no_reports,      // a directory without any report
  not_indexed,     // the index refused the report
  // Notes: nothing is missing from the index.
  link,            // a symbolic link inside a directory, not followed
  duplicate_id,    // the later report replaced the earlier
  legacy_charset,  // read as Windows-1250, ISO-8859-2 or UTF-16
};

// True for the causes after which something is missing from the index.
constexpr bool is_loss(ProblemCause cause) { return cause < ProblemCause::link; }

struct Problem {
  ProblemCause cause;
  std::string where;   // printable: the file, for a record "file:line"
  std::string detail;  // for people, one line: what was expected, what was found, where
};

// The cause in a few words of the language of messages, for the summary: "pusty plik".
std::string cause_name(ProblemCause cause);

// "where: detail", one line for stderr.
std::string to_line(const Problem& problem);

}  // namespace kwerenda
