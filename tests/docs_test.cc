// Documentation ages in silence: names of files that are gone, options that the programs no longer take. This
// notices.
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = KWERENDA_SOURCE_DIR;
const fs::path kPrograms = fs::path(KWERENDA_BINARY_DIR) / "bin";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  std::array<char, 4096> piece{};
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), pipe))
    output.append(piece.data(), got);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

std::set<std::string> options_in(const std::string& text) {
  const std::vector<std::string> found = matches(text, "(?:^|[^-[:alnum:]])(--[a-z][a-z-]*)");
  return {found.begin(), found.end()};
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (const char* name : {"README.md", "NEWS.md", "THIRD-PARTY.md", "corpus/README.md"})
    found.push_back(kSource / name);
  for (const auto& entry : fs::recursive_directory_iterator(kSource / "docs")) {
    if (entry.is_regular_file()) found.push_back(entry.path());
  }
  return found;
}

// What looks like a path of the repository: it begins with one of its folders, or is linked to.
TEST(Docs, NamedPathsExist) {
  for (const fs::path& page : pages()) {
    const std::string text = text_of(page);
    std::vector<std::string> named = matches(
        text,
        "(?:^|[^[:alnum:]/"
        "._-])((?:analysis|indexer|searcher|corpus|stopwords|tests|bench|docs|examples|scripts|cmake)/"
        "[[:alnum:]_./-]*)");
    for (const std::string& link : matches(text, "\\]\\(([^)#:]+)\\)")) named.push_back(link);
    for (std::string path : named) {
      // Includes are written as a project that links the searcher writes them; full stops end sentences.
      while (path.ends_with('.')) path.pop_back();
      const bool link_of_page = !fs::exists(kSource / path) && fs::exists(page.parent_path() / path);
      EXPECT_TRUE(fs::exists(kSource / path) || link_of_page) << page << " names " << path;
    }
  }
}

// A promise is as good as the test that holds it: each named one is in the file that its first part names. An
// asterisk at the end stands for any.
TEST(Docs, NamedTestsExist) {
  const std::string text = text_of(kSource / "docs/reliability.md");
  const auto crash = matches(text, "`crash\\.([a-z_]+)`");
  EXPECT_GT(crash.size(), 5U);
  for (const std::string& name : crash)
    EXPECT_TRUE(fs::exists(kSource / "tests" / "crash" / (name + "_test.cc"))) << name;
  const auto tests = matches(text, "`([a-z_]+\\.[A-Z][A-Za-z]+\\.[A-Za-z0-9]*[*]?)`");
  EXPECT_GT(tests.size(), 15U);
  for (const std::string& name : tests) {
    const std::size_t first = name.find('.'), second = name.rfind('.');
    const std::string source = text_of(kSource / "tests" / (name.substr(0, first) + "_test.cc"));
    const bool any = name.ends_with('*');
    const std::string wanted = "(" + name.substr(first + 1, second - first - 1) + ", " +
                               name.substr(second + 1, name.size() - second - 1 - any) + (any ? "" : ")");
    EXPECT_NE(source.find(wanted), std::string::npos) << name;
  }
}

// Options in a line of shell that calls a program belong to that program; in its man page all of them do.
TEST(Docs, NamedOptionsAreKnown) {
  const std::string index = (kPrograms / "kwerenda-index").string(),
                    search = (kPrograms / "kwerenda-search").string();
  std::set<std::string> of_index;
  for (const char* verb :
       {"", " add", " remove", " info", " tokens", " check", " backup", " compact", " dump", " restore"})
    of_index.merge(options_in(output_of(index + verb + " --help")));
  const std::set<std::string> of_search = options_in(output_of(search + " --help"));
  ASSERT_TRUE(of_index.count("--dry-run") && of_search.count("--per-report"));

  const auto check = [](const fs::path& page, const std::string& text, const std::set<std::string>& known) {
    for (const std::string& option : options_in(text))
      EXPECT_TRUE(known.count(option)) << page << ": " << option << "\n" << text;
  };
  check("kwerenda-index.1", text_of(kSource / "docs/man/kwerenda-index.1.scd"), of_index);
  check("kwerenda-search.1", text_of(kSource / "docs/man/kwerenda-search.1.scd"), of_search);
  for (const fs::path& page : pages()) {
    if (page.extension() != ".md") continue;
    for (const std::string& command : matches(text_of(page), "(kwerenda-index [a-z]+ [^\n`|]*)"))
      check(page, command, of_index);
    for (const std::string& command : matches(text_of(page), "(kwerenda-search [^\n`|]*)"))
      check(page, command, of_search);
  }
  // The man pages are complete.
  const auto check_complete = [](const char* page, const std::set<std::string>& known) {
    const std::set<std::string> told = options_in(text_of(kSource / page));
    for (const std::string& option : known) EXPECT_TRUE(told.count(option)) << page << " lacks " << option;
  };
  check_complete("docs/man/kwerenda-index.1.scd", of_index);
  check_complete("docs/man/kwerenda-search.1.scd", of_search);
}

// Scores are the ranking's business and change with it: they become "#".
std::string without_scores(std::string text) {
  text = std::regex_replace(text, std::regex(" · [0-9]+,[0-9]+"), " · #");
  text = std::regex_replace(text, std::regex("\"(score|share)\":( ?)[0-9.]+"), "\"$1\":$2#");
  return std::regex_replace(text, std::regex(" [0-9.]+ kwerenda\n"), " # kwerenda\n");
}

struct Example {
  std::string command, output;
};

// "$ command" and the lines below it, of the fenced blocks.
std::vector<Example> examples_in(const fs::path& page) {
  std::vector<Example> found;
  std::istringstream lines(text_of(page));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      found.push_back({});  // what stands outside belongs to no command
      continue;
    }
    if (line.starts_with("$ ")) {
      found.push_back({line.substr(2), ""});
    } else if (!found.empty()) {
      found.back().output += line + "\n";
    }
  }
  return found;
}

// Whether the output is as told; a line "[…]" stands for any lines.
bool is_as_told(std::string told, const std::string& output) {
  const std::string any = "[…]\n";
  std::size_t at = 0;
  for (bool first = true;; first = false) {
    const std::size_t end = std::min(told.find(any), told.size());
    const std::string part = told.substr(0, end);
    const bool last = end == told.size();
    const std::size_t where = last && !first ? output.size() - std::min(output.size(), part.size())
                              : first        ? 0
                                             : output.find(part, at);
    if (where == std::string::npos || where < at || output.compare(where, part.size(), part) != 0)
      return false;
    at = where + part.size();
    if (last) return at == output.size();
    told.erase(0, end + any.size());
  }
}

// What README.md and docs/output.md show is what the programs print, but for scores.
TEST(Docs, ExamplesAreRealOutput) {
  const fs::path directory = fs::temp_directory_path() / ("kwerenda-docs-" + std::to_string(::getpid()));
  fs::remove_all(directory);
  fs::create_directories(directory / "build");
  fs::create_directory_symlink(kSource / "corpus", directory / "corpus");
  fs::create_directory_symlink(kPrograms, directory / "build/bin");
  const std::string prepare = "cd '" + directory.string() +
                              "' && unset KWERENDA_INDEX KWERENDA_LEXICON; export KWERENDA_LANG=pl "
                              "XDG_CONFIG_HOME=/nonexistent PATH=\"$PWD/build/bin:$PATH\"; ";
  output_of(prepare + "kwerenda-index add -q --index demo-index corpus");
  std::size_t run = 0;
  for (const char* page : {"README.md", "docs/output.md"}) {
    for (const Example& example : examples_in(kSource / page)) {
      if (example.command.find("kwerenda-") == std::string::npos) continue;
      const std::string output = without_scores(output_of(prepare + "{ " + example.command + "; } || true"));
      // Blank lines part one example from the next.
      std::string told = without_scores(example.output);
      while (told.ends_with("\n\n") && !output.ends_with("\n\n")) told.pop_back();
      EXPECT_TRUE(is_as_told(told, output)) << page << ": " << example.command << "\n" << output;
      ++run;
    }
  }
  EXPECT_GE(run, 9U);
  fs::remove_all(directory);
}

}  // namespace
}  // namespace kwerenda
