#include "indexer/readers/reader.h"

#include <poll.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "analysis/message.h"
#include "analysis/utf8.h"
#include "indexer/charset.h"
#include "indexer/file.h"
#include "indexer/readers/jsonl_reader.h"
#include "indexer/readers/markdown_reader.h"
#include "indexer/readers/text_reader.h"

namespace kwerenda {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

// Waits until standard input has something to read, so that who stops need not wait for the end of a pipe.
// False if reading was stopped meanwhile.
bool is_ready(int fd, const ReaderOutput& output) {
  if (fd != STDIN_FILENO) return true;
  constexpr int kLookAgain = 100;  // ms
  for (;;) {
    if (output.stop()) return false;
    struct pollfd waiting {
      fd, POLLIN, 0
    };
    const int ready = ::poll(&waiting, 1, kLookAgain);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;  // whoever reads learns what is wrong
  }
}

void read_whole(const Input& input, int fd, const ReadLimits& limits, const ReaderOutput& output) {
  const auto too_large = [&](std::uint64_t size) {
    output.problem(
        {ProblemCause::too_large, input.source,
         message("plik ma {} B, a limit to {} B; podziel go na mniejsze raporty albo użyj JSON Lines",
                 "the file has {} B, the limit is {} B; divide it into smaller reports or use JSON Lines",
                 size, limits.max_file_bytes)});
  };
  if (input.size > limits.max_file_bytes) return too_large(input.size);
  std::string bytes;
  // One byte more than expected, so that the usual file is done after two calls.
  std::size_t next = static_cast<std::size_t>(input.size) + 1;
  for (;;) {
    if (!is_ready(fd, output)) return;
    const std::ptrdiff_t got = read_some(fd, next, bytes);
    if (got < 0) {
      output.problem({ProblemCause::unreadable, input.source,
                      message("odczyt przerwany: ", "reading broke off: ") + error_text(errno)});
      return;
    }
    if (got == 0) break;
    output.bytes_read(static_cast<std::uint64_t>(got));
    if (bytes.size() > limits.max_file_bytes) return too_large(bytes.size());
    next = std::max<std::size_t>(4096, bytes.size() < kBlock ? bytes.size() : kBlock);
    if (bytes.size() == input.size) next = 1;
  }
  const std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  std::string text;
  if (!decode_text(std::move(bytes), input, output, text)) return;
  Report report = report_of(input, hash);
  output.report(input.format == InputFormat::markdown ? read_markdown(std::move(text), std::move(report))
                                                      : read_text(std::move(text), std::move(report)));
}

void read_lines(const Input& input, int fd, const ReadLimits& limits, const ReaderOutput& output) {
  JsonLinesReader reader(input, limits, output);
  std::string block;
  while (!output.stop() && is_ready(fd, output)) {
    block.clear();
    const std::ptrdiff_t got = read_some(fd, kBlock, block);
    if (got < 0) {
      output.problem({ProblemCause::unreadable, input.source,
                      message("odczyt przerwany: ", "reading broke off: ") + error_text(errno)});
      return;
    }
    if (got == 0) {
      reader.finish();
      return;
    }
    output.bytes_read(static_cast<std::uint64_t>(got));
    reader.feed(block);
  }
}

}  // namespace

InputFormat format_of_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return InputFormat::by_name;
  const std::string ending = lowered(path.substr(dot + 1));
  if (ending == "txt") return InputFormat::text;
  if (ending == "md" || ending == "markdown") return InputFormat::markdown;
  if (ending == "jsonl" || ending == "ndjson") return InputFormat::jsonl;
  return InputFormat::by_name;
}

void read_input(const Input& given, const ReadLimits& limits, const ReaderOutput& output) {
  Input input = given;
  OpenedFile file;
  int fd = STDIN_FILENO;
  if (input.path != "-") {
    file = open_regular(input.path, input.named ? Links::follow : Links::refuse);
    switch (file.result) {
      case OpenResult::ok:
        break;
      case OpenResult::not_found:
        output.problem(
            {ProblemCause::not_found, input.source,
             message("nie ma takiego pliku; sprawdź ścieżkę", "there is no such file; check the path")});
        return;
      case OpenResult::not_regular:
        output.problem({ProblemCause::not_regular, input.source,
                        message("oczekiwano zwykłego pliku, to coś innego",
                                "expected a regular file, this is something else")});
        return;
      case OpenResult::failed:
        output.problem({ProblemCause::unreadable, input.source, error_text(file.error)});
        return;
    }
    fd = file.fd.get();
    input.size = file.size;
    input.mtime_ns = file.mtime_ns;
    input.ctime_ns = file.ctime_ns;
  }
  if (input.format == InputFormat::by_name) input.format = format_of_name(input.path);
  if (input.format == InputFormat::jsonl) {
    read_lines(input, fd, limits, output);
  } else {
    read_whole(input, fd, limits, output);
  }
}

bool decode_text(std::string bytes, const Input& input, const ReaderOutput& output, std::string& text) {
  if (bytes.empty()) {
    output.problem({ProblemCause::empty, input.source, message("plik jest pusty", "the file is empty")});
    return false;
  }
  Decoded decoded = decode(std::move(bytes));
  if (decoded.charset == Charset::unknown) {
    output.problem({ProblemCause::bad_encoding, input.source,
                    message("bajt {} nie jest poprawnym UTF-8, a całość nie wygląda na Windows-1250 ani "
                            "ISO-8859-2; zapisz plik w UTF-8 (np. iconv)",
                            "byte {} is not valid UTF-8, and the whole looks like neither Windows-1250 nor "
                            "ISO-8859-2; save the file as UTF-8 (e.g. with iconv)",
                            decoded.bad_offset)});
    return false;
  }
  if (const std::size_t nul = decoded.text.find('\0'); nul != std::string::npos) {
    output.problem(
        {ProblemCause::not_text, input.source,
         message(
             "bajt NUL na pozycji {}: oczekiwano tekstu, to chyba plik binarny albo UTF-16 bez znacznika BOM",
             "a NUL byte at position {}: expected text, this is probably a binary file or UTF-16 without a "
             "BOM",
             nul)});
    return false;
  }
  if (trimmed(decoded.text).empty()) {
    output.problem({ProblemCause::empty, input.source,
                    message("plik ma same białe znaki", "the file has nothing but white space")});
    return false;
  }
  if (decoded.charset != Charset::utf8) {
    output.problem({ProblemCause::legacy_charset, input.source,
                    message("odczytano jako {}", "read as {}", charset_name(decoded.charset))});
  }
  text = std::move(decoded.text);
  return true;
}

Report report_of(const Input& input, std::uint64_t content_hash) {
  Report report;
  report.id = input.id;
  report.source = input.source;
  report.size = input.size;
  report.mtime_ns = input.mtime_ns;
  report.ctime_ns = input.ctime_ns;
  report.content_hash = content_hash;
  report.title = stem_of(input.path);
  return report;
}

std::string stem_of(std::string_view path) {
  if (path == "-") return "standardowe wejście";  // a title, stored: the same in every language
  if (const std::size_t slash = path.rfind('/'); slash != std::string_view::npos)
    path.remove_prefix(slash + 1);
  if (const std::size_t dot = path.rfind('.'); dot != std::string_view::npos && dot > 0)
    path = path.substr(0, dot);
  return printable(path);
}

}  // namespace kwerenda
