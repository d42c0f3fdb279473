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
  Automaton forms;
  std::string_view readings, counts;
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
};

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

bool Lexicon::guess(std::string_view, std::vector<Reading>&) const { return false; }

void Lexicon::find_accent_free(std::string_view, std::size_t, std::vector<SimilarForm>&) const {}
void Lexicon::find_within(std::string_view, int, std::size_t, std::vector<SimilarForm>&) const {}
std::vector<std::string> Lexicon::relatives(std::string_view) const { return {}; }

std::uint32_t Lexicon::frequency(std::string_view folded_form) const { return impl_->frequency(folded_form); }
std::uint64_t Lexicon::hash() const { return impl_->checksum; }
std::uint32_t Lexicon::version() const { return kLexiconVersion; }

}  // namespace kwerenda
