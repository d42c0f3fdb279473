#include "analysis/lexicon.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <xxhash.h>

#include "analysis/automaton.h"
#include "analysis/error.h"
#include "analysis/lexicon_format.h"

namespace kwerenda {
namespace {

static_assert(std::endian::native == std::endian::little, "the cells of the lexicon file are read in place");

constexpr std::size_t kMaxFormLetters = 96;       // longer words are not in any dictionary
constexpr std::size_t kMaxVisitedStates = 60000;  // of one search for similar forms: about 5 ms

class Mapping {
 public:
  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }
  void open(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(path, errno);
    struct stat status {};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
      const int code = S_ISDIR(status.st_mode) ? EISDIR : errno;
      ::close(file);
      fail(path, code);
    }
    size_ = static_cast<std::size_t>(status.st_size);
    void* data = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
    const int code = errno;
    ::close(file);
    if (data == MAP_FAILED) fail(path, code);
    data_ = data;
  }
  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  [[noreturn]] static void fail(const std::filesystem::path& path, int code) {
    if (code == ENOENT || code == ENOTDIR) {
      throw Error(ErrorKind::not_found, fmt::format("nie ma pliku leksykonu {}; zbuduj go (cmake --build … "
                                                    "--target lexicon) albo podaj inną ścieżkę",
                                                    path.string()));
    }
    throw Error(ErrorKind::io,
                fmt::format("nie można otworzyć leksykonu {}: {}", path.string(), std::strerror(code)));
  }
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

struct LetterBytes {
  char bytes[2] = {};
  std::uint8_t size = 0;
};

struct Labels {
  std::array<std::uint8_t, kMaxFormLetters> label;
  std::size_t size = 0;
};

}  // namespace

struct Lexicon::Impl {
  std::string path;
  Mapping mapping;
  std::uint64_t checksum = 0;
  const std::uint8_t* letters = nullptr;
  Automaton forms, suffixes, families, prefixes;
  std::string_view readings, counts, guesses, related;
  std::vector<std::uint8_t> small_letters;   // labels of lower-case letters and of signs
  std::array<LetterBytes, kMaxLabels> text;  // of each label

  void open(const std::filesystem::path& file);
  std::string_view section(const LexiconHeader& header, LexiconSection which) const;
  Automaton automaton(const LexiconHeader& header, LexiconSection which) const;

  const std::uint8_t* to_lower() const { return letters + kLetterTable; }
  const std::uint8_t* to_upper() const { return to_lower() + kMaxLabels; }
  const std::uint8_t* to_base() const { return to_upper() + kMaxLabels; }

  // False if a letter occurs in no form, or there are too many.
  bool encode(std::string_view form, Labels& labels) const {
    labels.size = 0;
    for (std::size_t i = 0; i < form.size();) {
      const auto lead = static_cast<std::uint8_t>(form[i]);
      std::uint32_t point = lead;
      if (lead >= 0x80) {
        if ((lead & 0xe0) != 0xc0 || i + 1 >= form.size()) return false;
        point = (lead & 0x1fu) << 6 | (static_cast<std::uint8_t>(form[i + 1]) & 0x3fu);
        ++i;
      }
      ++i;
      const std::uint8_t label = letters[point];
      if (label == 0 || labels.size == kMaxFormLetters) return false;
      labels.label[labels.size++] = label;
    }
    return labels.size > 0;
  }
  bool find(const Labels& labels, std::uint32_t& value) const {
    std::uint32_t state = forms.root;
    for (std::size_t i = 0; i < labels.size; ++i) {
      if (!forms.step(state, labels.label[i])) return false;
    }
    return forms.value(state, value);
  }
  // False if some letter has no such counterpart with a label.
  bool mapped(const Labels& from, const std::uint8_t* first, const std::uint8_t* rest, Labels& to) const {
    to.size = from.size;
    for (std::size_t i = 0; i < from.size; ++i) {
      to.label[i] = (i == 0 ? first : rest)[from.label[i]];
      if (to.label[i] == 0) return false;
    }
    return true;
  }
  void append_text(const Labels& labels, std::string& out) const {
    for (std::size_t i = 0; i < labels.size; ++i)
      out.append(text[labels.label[i]].bytes, text[labels.label[i]].size);
  }
  void capitalise(std::string& word) const {
    if (word.empty()) return;
    const auto lead = static_cast<std::uint8_t>(word[0]);
    const std::size_t length = lead >= 0x80 && word.size() > 1 ? 2 : 1;
    const std::uint32_t point =
        length == 1 ? lead : (lead & 0x1fu) << 6 | (static_cast<std::uint8_t>(word[1]) & 0x3fu);
    const LetterBytes& upper = text[to_upper()[letters[point & (kLetterTable - 1)]]];
    if (upper.size != 0) word.replace(0, length, upper.bytes, upper.size);
  }
  // Reads the record at `offset` and appends its readings of `form`. False if the record does not hold
  // together.
  bool read(std::string_view records, std::uint32_t offset, std::string_view form, ReadingSource source,
            std::vector<Reading>& out) const {
    if (offset >= records.size()) return false;
    const auto* at = reinterpret_cast<const std::uint8_t*>(records.data()) + offset;
    const auto* const end = reinterpret_cast<const std::uint8_t*>(records.data()) + records.size();
    for (std::size_t count = *at++; count > 0; --count) {
      if (end - at < 5) return false;
      const std::uint8_t flags = at[1];
      const std::size_t front = at[2], back = at[3], added = at[4];
      if (static_cast<std::size_t>(end - at) < 5 + added || front + back > form.size()) return false;
      Reading& reading = out.emplace_back();
      reading.lemma.reserve(form.size() - front - back + added);
      reading.lemma.append(form.substr(front, form.size() - front - back));
      reading.lemma.append(reinterpret_cast<const char*>(at + 5), added);
      if ((flags & kReadingCapital) != 0) capitalise(reading.lemma);
      reading.probability = static_cast<float>(at[0]) * (1.0f / 255);
      reading.proper = (flags & kReadingProper) != 0;
      reading.source = source;
      at += 5 + added;
    }
    return true;
  }
  std::uint32_t frequency(std::string_view form) const;

  // The letter of `text` that starts at `at`: its bytes (at most what is left), and its label, 0 if it has
  // none.
  static std::size_t letter_size(std::string_view text, std::size_t at) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return std::min(size, text.size() - at);
  }
  std::uint8_t label_at(std::string_view word, std::size_t at, std::size_t size) const {
    const auto lead = static_cast<std::uint8_t>(word[at]);
    if (size == 1) return lead < 0x80 ? letters[lead] : std::uint8_t{0};
    if (size != 2) return 0;
    return letters[((lead & 0x1fu) << 6 | (static_cast<std::uint8_t>(word[at + 1]) & 0x3fu)) &
                   (kLetterTable - 1)];
  }
  static bool at_least_letters(std::string_view text, std::size_t least) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < text.size() && n < least; i += letter_size(text, i)) ++n;
    return n >= least;
  }
  // Appends `text` in lower case; letters without a label stay as they are.
  void lower(std::string_view text_in, std::string& out) const {
    for (std::size_t i = 0; i < text_in.size();) {
      const std::size_t size = letter_size(text_in, i);
      const std::uint8_t label = to_lower()[label_at(text_in, i, size)];
      if (label == 0) {
        out.append(text_in.substr(i, size));
      } else {
        out.append(text[label].bytes, text[label].size);
      }
      i += size;
    }
  }
  bool guess_by_prefix(const Lexicon& lexicon, std::string_view form, std::vector<Reading>& out) const;
  bool guess_by_marks(const Lexicon& lexicon, std::string_view form, std::vector<Reading>& out) const;
  bool guess_by_ending(const Lexicon& lexicon, std::string_view form, std::vector<Reading>& out) const;
};

namespace {

// Walks the automaton of forms for words like a given one; stops after a bounded number of states.
template <typename Owner>
class SimilarSearchOf {
 public:
  explicit SimilarSearchOf(const Owner& owner) : owner_(owner) {}

  void accent_free(const Labels& word) {
    word_ = &word;
    spelling_.clear();
    walk_free(owner_.forms.root, 0);
  }

  void within(const Labels& word, int edits) {
    word_ = &word;
    edits_ = edits;
    spelling_.clear();
    rows_.assign((word.size + 4) * (word.size + 1), 0);
    for (std::size_t i = 0; i <= word.size; ++i) rows_[i] = static_cast<std::uint8_t>(i);
    walk_within(owner_.forms.root, 1);
  }

  // Fewest edits first, then most frequent, then by letters.
  void finish(int, std::size_t limit, std::vector<SimilarForm>& out) {
    std::sort(found_.begin(), found_.end(), [](const SimilarForm& a, const SimilarForm& b) {
      return a.form != b.form ? a.form < b.form : a.edits < b.edits;
    });
    found_.erase(std::unique(found_.begin(), found_.end(),
                             [](const SimilarForm& a, const SimilarForm& b) { return a.form == b.form; }),
                 found_.end());
    std::stable_sort(found_.begin(), found_.end(), [](const SimilarForm& a, const SimilarForm& b) {
      return a.edits != b.edits ? a.edits < b.edits : a.frequency > b.frequency;
    });
    if (found_.size() > limit) found_.resize(limit);
    out.insert(out.end(), found_.begin(), found_.end());
  }

 private:
  std::uint8_t base_of(std::uint8_t label) const { return owner_.to_base()[label]; }

  void keep(int edits) {
    std::string written, folded;
    for (const std::uint8_t label : spelling_)
      written.append(owner_.text[label].bytes, owner_.text[label].size);
    owner_.lower(written, folded);
    found_.push_back({folded, owner_.frequency(folded), edits});
  }

  template <typename Each>
  void for_each_letter(std::size_t depth, Each each) const {
    if (depth > 0) {
      for (const std::uint8_t label : owner_.small_letters) each(label);
    } else {
      for (std::uint8_t label = 1; label < kMaxLabels; ++label) each(label);
    }
  }

  void walk_free(std::uint32_t state, std::size_t at) {
    if (++visited_ > kMaxVisitedStates) return;
    std::uint32_t value = 0;
    if (at == word_->size) {
      if (owner_.forms.value(state, value)) keep(0);
      return;
    }
    const std::uint8_t wanted = base_of(word_->label[at]);
    for_each_letter(at, [&](std::uint8_t label) {
      std::uint32_t next = state;
      if (base_of(label) != wanted || !owner_.forms.step(next, label)) return;
      spelling_.push_back(label);
      walk_free(next, at + 1);
      spelling_.pop_back();
    });
  }

  // rows_ holds, for each letter of the spelling so far, the edits between it and each beginning of the word.
  void walk_within(std::uint32_t state, std::size_t depth) {
    const std::size_t width = word_->size + 1;
    if (++visited_ > kMaxVisitedStates || (depth + 1) * width > rows_.size()) return;
    const std::uint8_t* const last = &rows_[(depth - 1) * width];
    std::uint8_t* const row = &rows_[depth * width];
    for_each_letter(depth - 1, [&](std::uint8_t label) {
      std::uint32_t next = state;
      if (!owner_.forms.step(next, label)) return;
      const std::uint8_t base = base_of(label);
      row[0] = static_cast<std::uint8_t>(depth);
      std::uint8_t least = row[0];
      for (std::size_t i = 1; i < width; ++i) {
        const std::uint8_t wanted = base_of(word_->label[i - 1]);
        int cost = std::min({last[i] + 1, row[i - 1] + 1, last[i - 1] + (base == wanted ? 0 : 1)});
        if (depth > 1 && i > 1 && base == base_of(word_->label[i - 2]) &&
            base_of(spelling_.back()) == wanted) {
          cost = std::min(cost, rows_[(depth - 2) * width + i - 2] + 1);
        }
        row[i] = static_cast<std::uint8_t>(cost);
        least = std::min(least, row[i]);
      }
      if (least > edits_) return;
      spelling_.push_back(label);
      std::uint32_t value = 0;
      if (row[width - 1] <= edits_ && owner_.forms.value(next, value)) keep(row[width - 1]);
      walk_within(next, depth + 1);
      spelling_.pop_back();
    });
  }

  const Owner& owner_;
  const Labels* word_ = nullptr;
  int edits_ = 0;
  std::size_t visited_ = 0;
  std::vector<std::uint8_t> rows_;
  std::vector<std::uint8_t> spelling_;
  std::vector<SimilarForm> found_;
};

}  // namespace

void Lexicon::Impl::open(const std::filesystem::path& file) {
  path = file.string();
  mapping.open(file);
  const std::string_view bytes = mapping.bytes();
  LexiconHeader header;
  if (bytes.size() < sizeof header || std::memcmp(bytes.data(), kLexiconMagic, sizeof kLexiconMagic) != 0) {
    throw Error(ErrorKind::incompatible,
                fmt::format("{}: to nie jest leksykon Kwerendy (oczekiwano nagłówka „KwerLex”, plik ma {} "
                            "bajtów); zbuduj go na nowo: cmake --build … --target lexicon",
                            path, bytes.size()));
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kLexiconVersion || header.header_bytes != sizeof header) {
    throw Error(ErrorKind::incompatible,
                fmt::format("{}: leksykon w wersji {}, ten program czyta wersję {}; zbuduj go na nowo: "
                            "cmake --build … --target lexicon",
                            path, header.version, kLexiconVersion));
  }
  if (header.file_bytes != bytes.size()) {
    throw Error(
        ErrorKind::corrupt,
        fmt::format("{}: plik powinien mieć {} bajtów, a ma {}; skopiuj go ponownie lub zbuduj na nowo", path,
                    header.file_bytes, bytes.size()));
  }
  checksum = XXH3_64bits(bytes.data() + 32, bytes.size() - 32);
  if (checksum != header.checksum) {
    throw Error(
        ErrorKind::corrupt,
        fmt::format("{}: suma kontrolna powinna wynosić {:016x}, a wynosi {:016x}; skopiuj plik ponownie "
                    "lub zbuduj na nowo",
                    path, header.checksum, checksum));
  }
  const std::string_view table = section(header, kLetters);
  if (table.size() != kLettersBytes) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: tablica liter powinna mieć {} bajtów, a ma {}; zbuduj leksykon na nowo",
                            path, kLettersBytes, table.size()));
  }
  letters = reinterpret_cast<const std::uint8_t*>(table.data());
  for (std::size_t i = 0; i < kLettersBytes; ++i) {
    if (letters[i] >= kMaxLabels) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("{}: tablica liter ma etykietę {} (najwyżej {}); zbuduj leksykon na nowo", path,
                              letters[i], kMaxLabels - 1));
    }
  }
  for (std::uint32_t point = 0; point < kLetterTable; ++point) {
    if (letters[point] == 0) continue;
    LetterBytes& letter = text[letters[point]];
    if (point < 0x80) {
      letter = {{static_cast<char>(point), 0}, 1};
    } else {
      letter = {{static_cast<char>(0xc0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f))}, 2};
    }
  }
  forms = automaton(header, kCells);
  readings = section(header, kReadings);
  counts = section(header, kCounts);
  suffixes = automaton(header, kSuffixes);
  guesses = section(header, kGuesses);
  families = automaton(header, kFamilies);
  related = section(header, kRelatives);
  prefixes = automaton(header, kPrefixes);
  for (std::uint8_t label = 1; label < kMaxLabels; ++label) {
    if (text[label].size != 0 && to_lower()[label] == label) small_letters.push_back(label);
  }
}

std::string_view Lexicon::Impl::section(const LexiconHeader& header, LexiconSection which) const {
  const LexiconSpan& span = header.sections[which];
  const std::string_view bytes = mapping.bytes();
  if (span.offset > bytes.size() || span.size > bytes.size() - span.offset || span.offset % 64 != 0) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: część {} wychodzi poza plik (od {}, {} bajtów); zbuduj leksykon na nowo",
                            path, static_cast<unsigned>(which), span.offset, span.size));
  }
  return bytes.substr(span.offset, span.size);
}

Automaton Lexicon::Impl::automaton(const LexiconHeader& header, LexiconSection which) const {
  const std::string_view bytes = section(header, which);
  return {reinterpret_cast<const std::uint32_t*>(bytes.data()), static_cast<std::uint32_t>(bytes.size() / 4),
          header.roots[which]};
}

std::uint32_t Lexicon::Impl::frequency(std::string_view form) const {
  const std::size_t buckets = counts.size() / kCountBucketBytes;
  if (buckets == 0) return 0;
  const std::uint64_t hash = XXH3_64bits(form.data(), form.size());
  const std::uint32_t print = count_fingerprint(hash);
  std::size_t at = count_bucket(hash, buckets);
  for (std::size_t tries = 0; tries < buckets; ++tries, at = (at + 1) % buckets) {
    const auto* bucket = reinterpret_cast<const std::uint8_t*>(counts.data()) + at * kCountBucketBytes;
    for (std::size_t slot = 0; slot < kCountSlots; ++slot, bucket += 3) {
      const std::uint32_t found = bucket[0] | static_cast<std::uint32_t>(bucket[1]) << 8;
      if (found == 0) return 0;
      if (found == print)
        return bucket[2] == 0 ? 0 : static_cast<std::uint32_t>(std::lround(std::exp2((bucket[2] - 1) / 8.0)));
    }
  }
  return 0;
}

Lexicon::Lexicon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lexicon::~Lexicon() = default;

std::shared_ptr<const Lexicon> Lexicon::open(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>();
  impl->open(path);
  return std::shared_ptr<const Lexicon>(new Lexicon(std::move(impl)));
}

bool Lexicon::lookup(std::string_view form, std::vector<Reading>& readings) const {
  const Impl& in = *impl_;
  Labels written;
  if (!in.encode(form, written)) return false;
  std::uint32_t value = 0;
  if (in.find(written, value)) return in.read(in.readings, value, form, ReadingSource::lexicon, readings);
  // Lower case before the capital: what the capitalised spelling adds stands in the lower-case record
  // already, and the other way round. Only words known in one case alone come further.
  const std::uint8_t* const lower = in.to_lower();
  const std::uint8_t* const upper = in.to_upper();
  const std::array<std::pair<const std::uint8_t*, const std::uint8_t*>, 3> cases = {
      {{upper, lower}, {lower, lower}, {upper, upper}}};
  Labels other;
  for (const auto& [first, rest] : cases) {
    if (!in.mapped(written, first, rest, other)) continue;
    if (other.size == written.size &&
        std::equal(other.label.begin(), other.label.begin() + static_cast<std::ptrdiff_t>(other.size),
                   written.label.begin())) {
      continue;
    }
    if (!in.find(other, value)) continue;
    std::string text;
    in.append_text(other, text);
    return in.read(in.readings, value, text, ReadingSource::lexicon, readings);
  }
  return false;
}

namespace {

constexpr std::size_t kLeastGuessLetters = 4;  // shorter words have no ending to go by
constexpr std::size_t kLeastRestLetters = 4;   // of the known word behind a prefix
// What a class may have lost at its end, most frequent first: the guesser then finds the way back to a known
// lemma.
constexpr std::array<std::string_view, 6> kLostEndings = {"", "a", "o", "e", "y", "i"};

}  // namespace

bool Lexicon::guess(std::string_view form, std::vector<Reading>& readings) const {
  const Impl& in = *impl_;
  return in.guess_by_prefix(*this, form, readings) || in.guess_by_marks(*this, form, readings) ||
         in.guess_by_ending(*this, form, readings);
}

// cyberatakami: a prefix and a known word, the longest prefix first.
bool Lexicon::Impl::guess_by_prefix(const Lexicon& lexicon, std::string_view form,
                                    std::vector<Reading>& out) const {
  std::array<std::size_t, 8> ends;  // of the prefixes found, in bytes
  std::size_t found = 0;
  std::uint32_t state = prefixes.root;
  bool first = true;
  for (std::size_t i = 0; i < form.size();) {
    const std::size_t size = letter_size(form, i);
    const std::uint8_t label = to_lower()[label_at(form, i, size)];
    if (label == 0 || (!first && label != label_at(form, i, size)) || !prefixes.step(state, label)) break;
    first = false;
    i += size;
    std::uint32_t value = 0;
    if (prefixes.value(state, value) && found < ends.size()) ends[found++] = i;
  }
  std::vector<Reading> rest;
  while (found > 0) {
    const std::size_t end = ends[--found];
    std::string_view tail = form.substr(end);
    if (!at_least_letters(tail, kLeastRestLetters) || label_at(tail, 0, letter_size(tail, 0)) == 0) continue;
    rest.clear();
    Labels labels;
    std::uint32_t value = 0;
    if (!encode(tail, labels) || !find(labels, value) ||
        !read(readings, value, tail, ReadingSource::guesser, rest))
      continue;
    std::string prefix;
    lower(form.substr(0, end), prefix);
    for (Reading& r : rest) {
      if (r.proper) continue;
      r.lemma.insert(0, prefix);
      out.push_back(std::move(r));
    }
    if (!rest.empty()) return true;
  }
  (void)lexicon;
  return false;
}

// A word typed without marks (zolw) is read as the frequent form that it stands for.
bool Lexicon::Impl::guess_by_marks(const Lexicon& lexicon, std::string_view form,
                                   std::vector<Reading>& out) const {
  constexpr std::uint32_t kFrequent = 5;
  Labels labels;
  if (!encode(form, labels) || labels.size < kLeastGuessLetters) return false;
  for (std::size_t i = 0; i < labels.size; ++i) {
    if (to_base()[labels.label[i]] != labels.label[i]) return false;  // a capital or a mark: typed with care
  }
  std::vector<SimilarForm> similar;
  lexicon.find_accent_free(form, 1, similar);
  if (similar.empty() || similar.front().frequency < kFrequent) return false;
  const std::size_t before = out.size();
  if (!lexicon.lookup(similar.front().form, out)) return false;
  for (std::size_t i = before; i < out.size(); ++i) out[i].source = ReadingSource::guesser;
  return true;
}

bool Lexicon::Impl::guess_by_ending(const Lexicon& lexicon, std::string_view form,
                                    std::vector<Reading>& out) const {
  if (!at_least_letters(form, kLeastGuessLetters)) return false;
  std::string folded;
  lower(form, folded);
  if (folded.empty()) return false;
  const std::uint8_t first = label_at(form, 0, letter_size(form, 0));
  const bool proper = first != 0 && to_lower()[first] != first;
  std::uint32_t state = suffixes.root, best = 0, value = 0;
  if (!suffixes.step(state, proper ? 2 : 1)) return false;
  bool any = suffixes.value(state, best);
  for (std::size_t end = folded.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<std::uint8_t>(folded[begin]) & 0xc0u) == 0x80u) --begin;
    const std::uint8_t label = label_at(folded, begin, end - begin);
    if (label == 0 || !suffixes.step(state, label)) break;
    if (suffixes.value(state, value)) {
      best = value;
      any = true;
    }
    end = begin;
  }
  if (!any) return false;
  const std::size_t before = out.size();
  if (!read(guesses, best, folded, ReadingSource::guesser, out) || out.size() == before) return false;
  for (std::size_t i = before; i < out.size(); ++i) {
    Reading& reading = out[i];
    reading.proper = proper;
    for (const std::string_view lost : kLostEndings) {
      std::string lemma = reading.lemma + std::string(lost);
      if (proper) capitalise(lemma);
      Labels labels;
      if (!encode(lemma, labels) || !find(labels, value)) continue;
      std::vector<Reading> known;
      if (read(readings, value, lemma, ReadingSource::guesser, known) && !known.empty() &&
          known.front().lemma == lemma) {
        reading.lemma = std::move(lemma);
        break;
      }
    }
  }
  (void)lexicon;
  return true;
}

void Lexicon::find_accent_free(std::string_view form, std::size_t limit,
                               std::vector<SimilarForm>& found) const {
  const Impl& in = *impl_;
  Labels labels;
  if (limit == 0 || !in.encode(form, labels)) return;
  SimilarSearchOf search(in);
  search.accent_free(labels);
  search.finish(0, limit, found);
}

void Lexicon::find_within(std::string_view form, int edits, std::size_t limit,
                          std::vector<SimilarForm>& found) const {
  const Impl& in = *impl_;
  Labels labels;
  if (limit == 0 || edits < 1 || !in.encode(form, labels)) return;
  SimilarSearchOf search(in);
  search.within(labels, std::min(edits, 2));
  search.finish(std::min(edits, 2), limit, found);
}

std::vector<std::string> Lexicon::relatives(std::string_view folded_lemma) const {
  const Impl& in = *impl_;
  std::vector<std::string> found;
  Labels labels;
  if (!in.encode(folded_lemma, labels)) return found;
  std::uint32_t state = in.families.root, value = 0;
  for (std::size_t i = 0; i < labels.size; ++i) {
    if (!in.families.step(state, labels.label[i])) return found;
  }
  if (!in.families.value(state, value)) return found;
  std::vector<Reading> readings;
  in.read(in.related, value, folded_lemma, ReadingSource::lexicon, readings);
  for (Reading& r : readings) found.push_back(std::move(r.lemma));
  return found;
}

std::uint32_t Lexicon::frequency(std::string_view folded_form) const { return impl_->frequency(folded_form); }
std::uint64_t Lexicon::hash() const { return impl_->checksum; }
std::uint32_t Lexicon::version() const { return kLexiconVersion; }

}  // namespace kwerenda
