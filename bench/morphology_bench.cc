// How fast words become lemmas, on one core, beside hunspell's stem() on the same words in the same process;
// and what the lexicon costs in memory and in time to open.
//
// Data: the words (tokens of letters alone, as written, in running order) of the UTF-8 text file given as the
// last argument, or of the reports of corpus/. Names of the figures:
//
//   lexicon           Lexicon::lookup() of each word
//   lexicon_or_guess  the same, and guess() where it is unknown: an answer for every word
//   keys              KeyMaker::keys_of() of each word
//   chain             tokenize + keys_of() of the whole text, nothing remembered; bytes/s are bytes of text
//   hunspell          Hunspell::stem() with hunspell-pl, of the first 50,000 words; left out if the build
//   found no
//                     hunspell. The words are in its encoding before the clock starts
//   lexicon_sample    `lexicon` over those words: the ratio's other side
//
// hunspell's answers are compared with ours once: `agree` is the share of words, of those both know, whose
// best lemma is among hunspell's stems (case aside). It says that both did the work.
//
// Run:  bench/morphology.sh TEXT   (also runs the Java peers and prints ratios), or
//       build/bin/morphology_bench [--words=FILE] [benchmark options] [TEXT]
//       --words writes the words, one a line, and does nothing else: the peers read them
#include <benchmark/benchmark.h>

#include <malloc.h>
#include <sys/types.h>
#include <unicode/ucnv.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/fold.h"
#include "analysis/keys.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"

#ifdef KWERENDA_HAVE_HUNSPELL
#include <hunspell/hunspell.hxx>
#endif

namespace {

using kwerenda::Lexicon;
using kwerenda::Reading;
using kwerenda::Token;

constexpr std::size_t kHunspellWords = 50'000;

std::string text;
std::vector<std::string> words;
std::shared_ptr<const Lexicon> lexicon;
std::unique_ptr<const kwerenda::KeyMaker> maker;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void find_words() {
  std::vector<Token> tokens;
  kwerenda::tokenize(text, tokens);
  for (const Token& token : tokens) {
    std::string form =
        kwerenda::normalized(std::string_view(text).substr(token.begin, token.end - token.begin));
    if (kwerenda::shape_of(form).only_letters()) words.push_back(std::move(form));
  }
}

void report(benchmark::State& state, std::size_t count, std::size_t known) {
  const auto all = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["words"] = static_cast<double>(count);
  state.counters["known"] = static_cast<double>(known) / static_cast<double>(count);
  state.counters["s/word"] =
      benchmark::Counter(all, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void look_up(benchmark::State& state, std::size_t count, bool guess) {
  std::vector<Reading> readings;
  std::size_t known = 0;
  for (auto _ : state) {
    known = 0;
    for (std::size_t i = 0; i < count; ++i) {
      readings.clear();
      if (lexicon->lookup(words[i], readings)) {
        ++known;
      } else if (guess) {
        lexicon->guess(words[i], readings);
      }
      benchmark::DoNotOptimize(readings.data());
    }
  }
  report(state, count, known);
}

void keys(benchmark::State& state) {
  std::vector<kwerenda::Key> found;
  for (auto _ : state) {
    for (const std::string& word : words) {
      maker->keys_of(word, found);
      benchmark::DoNotOptimize(found.data());
    }
  }
  report(state, words.size(), words.size());
}

void chain(benchmark::State& state) {
  std::vector<Token> tokens;
  std::vector<kwerenda::Key> found;
  for (auto _ : state) {
    kwerenda::tokenize(text, tokens);
    for (const Token& token : tokens) {
      maker->keys_of(std::string_view(text).substr(token.begin, token.end - token.begin), found);
      benchmark::DoNotOptimize(found.data());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["tokens"] = static_cast<double>(tokens.size());
}

#ifdef KWERENDA_HAVE_HUNSPELL
// The words in hunspell's encoding; what it cannot write is left as a question mark and so unknown to it.
std::vector<std::string> encoded(const std::vector<std::string>& utf8, const char* encoding) {
  std::vector<std::string> out;
  for (const std::string& word : utf8) {
    std::string bytes(4 * word.size() + 8, '\0');
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t size =
        ucnv_convert(encoding, "UTF-8", bytes.data(), static_cast<std::int32_t>(bytes.size()), word.data(),
                     static_cast<std::int32_t>(word.size()), &status);
    if (U_FAILURE(status)) {
      std::fprintf(stderr, "morphology_bench: %s: %s\n", encoding, u_errorName(status));
      std::exit(2);
    }
    bytes.resize(static_cast<std::size_t>(size));
    out.push_back(std::move(bytes));
  }
  return out;
}

void hunspell(benchmark::State& state) {
  Hunspell peer(KWERENDA_HUNSPELL_AFF, KWERENDA_HUNSPELL_DIC);
  const std::size_t count = std::min(words.size(), kHunspellWords);
  const std::vector<std::string> first(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
  const std::vector<std::string> theirs = encoded(first, peer.get_dict_encoding().c_str());
  std::size_t known = 0;
  for (auto _ : state) {
    known = 0;
    for (const std::string& word : theirs) {
      const std::vector<std::string> stems = peer.stem(word);
      known += stems.empty() ? 0 : 1;
    }
  }
  report(state, count, known);
  std::size_t both = 0, agree = 0;
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < count; ++i) {
    readings.clear();
    const std::vector<std::string> stems = peer.stem(theirs[i]);
    if (stems.empty() || !lexicon->lookup(first[i], readings)) continue;
    ++both;
    const std::string lemma = encoded({readings.front().lemma}, peer.get_dict_encoding().c_str()).front();
    const std::string lower =
        encoded({kwerenda::folded(readings.front().lemma)}, peer.get_dict_encoding().c_str()).front();
    agree += std::any_of(stems.begin(), stems.end(),
                         [&](const std::string& s) { return s == lemma || s == lower; })
                 ? 1
                 : 0;
  }
  state.counters["agree"] = both == 0 ? 0 : static_cast<double>(agree) / static_cast<double>(both);
}
#endif

// Private kilobytes of this process, the lexicon's own mapping left out.
long private_kilobytes(const std::string& lexicon_path) {
  std::ifstream maps("/proc/self/smaps");
  long sum = 0;
  bool counted = true;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::string name;
    long kilobytes = 0;
    fields >> name;
    if (name.find('-') != std::string::npos && name.back() != ':') {
      counted = line.find(lexicon_path) == std::string::npos;
    } else if (counted && (name == "Private_Clean:" || name == "Private_Dirty:") && fields >> kilobytes) {
      sum += kilobytes;
    }
  }
  return sum;
}

// Opens the lexicon while the heap is still small, so that what it takes shows, and prints what that costs.
void open(const std::filesystem::path& path) {
  private_kilobytes(path);  // reading the table takes pages of its own the first time
  const long before = private_kilobytes(path);
  const std::size_t heap_before = mallinfo2().uordblks;
  lexicon = Lexicon::open(path);
  maker = std::make_unique<kwerenda::KeyMaker>(lexicon);
  const std::size_t heap = mallinfo2().uordblks - heap_before;
  const long pages = private_kilobytes(path) - before;
  std::vector<double> times;
  for (int i = 0; i < 101; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const auto again = Lexicon::open(path);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  std::fprintf(
      stderr,
      "lexicon file %.2f MB; open %.2f ms (median of 101, fastest %.2f); beside the mapping %zu bytes of "
      "heap, %ld KB of private pages\n",
      static_cast<double>(std::filesystem::file_size(path)) / 1e6, times[50], times[0], heap, pages);
}

// After all look-ups: what the lexicon keeps must not have grown. The words and the text are ours, not its.
void check_memory() {
  const std::size_t before = mallinfo2().uordblks;
  {
    std::vector<Reading> readings;
    for (const std::string& word : words) {
      readings.clear();
      if (!lexicon->lookup(word, readings)) lexicon->guess(word, readings);
    }
  }
  std::fprintf(stderr, "%zu words looked up: %zd bytes of heap more than before\n", words.size(),
               static_cast<ssize_t>(mallinfo2().uordblks) - static_cast<ssize_t>(before));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::string words_file;
  std::vector<std::string> texts;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--words=")) {
      words_file = argument.substr(8);
    } else if (argument.starts_with("--")) {
      std::fprintf(stderr, "morphology_bench: unknown option %s\n", argv[i]);
      return 2;
    } else {
      texts.emplace_back(argument);
    }
  }
  if (words_file.empty()) {
    const char* given = std::getenv("KWERENDA_LEXICON");
    const std::filesystem::path path =
        given ? std::filesystem::path(given)
              : std::filesystem::path(KWERENDA_BINARY_DIR) / "share/kwerenda/pl.lex";
    if (!std::filesystem::exists(path)) {
      std::fprintf(stderr, "morphology_bench: no lexicon at %s\n", path.c_str());
      return 2;
    }
    open(path);
  }
  for (const std::string& path : texts) text += read(path);
  if (texts.empty()) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(KWERENDA_SOURCE_DIR) / "corpus")) {
      if (entry.is_regular_file()) text += read(entry.path()) + "\n";
    }
  }
  find_words();
  if (words.empty()) {
    std::fprintf(stderr, "morphology_bench: no words in the text\n");
    return 2;
  }
  if (!words_file.empty()) {
    std::ofstream out(words_file, std::ios::binary);
    for (const std::string& word : words) out << word << '\n';
    out.close();
    return out ? 0 : 2;
  }
  check_memory();
  benchmark::RegisterBenchmark("lexicon", look_up, words.size(), false)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("lexicon_or_guess", look_up, words.size(), true)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("keys", keys)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("chain", chain)->Unit(benchmark::kMillisecond);
#ifdef KWERENDA_HAVE_HUNSPELL
  benchmark::RegisterBenchmark("lexicon_sample", look_up, std::min(words.size(), kHunspellWords), false)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("hunspell", hunspell)->Unit(benchmark::kMillisecond);
#else
  std::fprintf(stderr,
               "morphology_bench: built without hunspell (Debian: libhunspell-dev): it is left out\n");
#endif
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
