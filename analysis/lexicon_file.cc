#include "analysis/lexicon_file.h"

#include <bit>
#include <cerrno>
#include <cmath>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"

namespace kwerenda {
namespace {

static_assert(std::endian::native == std::endian::little, "the cells of the lexicon file are read in place");

[[noreturn]] void cannot_open(const std::filesystem::path& path, int code) {
  if (code == ENOENT || code == ENOTDIR) {
    throw Error(
        ErrorKind::not_found,
        message(
            "nie ma pliku leksykonu {}; zbuduj go (cmake --build … --target lexicon) albo podaj inną ścieżkę",
            "there is no lexicon file {}; build it (cmake --build … --target lexicon) or give another path",
            path.string()));
  }
  throw Error(
      ErrorKind::io,
      message("nie można otworzyć leksykonu {}: {}; sprawdź, czy to zwykły plik i czy masz prawo go czytać",
              "cannot open the lexicon {}: {}; check that it is a regular file that you may read",
              path.string(), system_reason(code)));
}

}  // namespace

LexiconFile::~LexiconFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

void LexiconFile::map_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) cannot_open(path, errno);
  struct stat status {};
  const bool known = ::fstat(file, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    const int code = !known ? errno : S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    ::close(file);
    cannot_open(path, code);
  }
  size_ = static_cast<std::size_t>(status.st_size);
  void* data = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0);
  const int code = errno;
  ::close(file);
  if (data == MAP_FAILED) cannot_open(path, code);
  data_ = data;
}

void LexiconFile::open(const std::filesystem::path& path) {
  map_file(path);
  use({static_cast<const char*>(data_), size_}, path.string());
}

void LexiconFile::use(std::string_view bytes, const std::string& name) {
  path_ = name;
  bytes_ = bytes;
  LexiconHeader header;
  if (bytes.size() < sizeof header || std::memcmp(bytes.data(), kLexiconMagic, sizeof kLexiconMagic) != 0) {
    throw Error(ErrorKind::incompatible,
                message("{}: to nie jest leksykon Kwerendy (oczekiwano nagłówka „KwerLex”, plik ma {} "
                        "bajtów); zbuduj go na nowo: cmake --build … --target lexicon",
                        "{}: this is not a lexicon of Kwerenda (expected the header “KwerLex”, the file has "
                        "{} bytes); build it anew: cmake --build … --target lexicon",
                        path_, bytes.size()));
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kLexiconVersion || header.header_bytes != sizeof header) {
    throw Error(ErrorKind::incompatible,
                message("{}: leksykon w wersji {}, ten program czyta wersję {}; zbuduj go na nowo: cmake "
                        "--build … --target lexicon",
                        "{}: the lexicon is of version {}, this program reads version {}; build it anew: "
                        "cmake --build … --target lexicon",
                        path_, header.version, kLexiconVersion));
  }
  if (header.file_bytes != bytes.size()) {
    throw Error(ErrorKind::corrupt,
                message("{}: plik powinien mieć {} bajtów, a ma {}; skopiuj go ponownie lub zbuduj na nowo",
                        "{}: the file should have {} bytes, it has {}; copy it again or build it anew", path_,
                        header.file_bytes, bytes.size()));
  }
  checksum = XXH3_64bits(bytes.data() + 32, bytes.size() - 32);
  if (checksum != header.checksum) {
    throw Error(
        ErrorKind::corrupt,
        message("{}: suma kontrolna powinna wynosić {:016x}, a wynosi {:016x}; skopiuj plik ponownie lub "
                "zbuduj na nowo",
                "{}: the checksum should be {:016x}, it is {:016x}; copy the file again or build it anew",
                path_, header.checksum, checksum));
  }
  const std::string_view table = section(header, kLetters);
  if (table.size() != kLettersBytes) {
    throw Error(ErrorKind::corrupt,
                message("{}: tablica liter powinna mieć {} bajtów, a ma {}; zbuduj leksykon na nowo",
                        "{}: the table of letters should have {} bytes, it has {}; build the lexicon anew",
                        path_, kLettersBytes, table.size()));
  }
  letters_ = reinterpret_cast<const std::uint8_t*>(table.data());
  for (std::size_t i = 0; i < kLettersBytes; ++i) {
    if (letters_[i] >= kMaxLabels) {
      throw Error(ErrorKind::corrupt,
                  message("{}: tablica liter ma etykietę {} (najwyżej {}); zbuduj leksykon na nowo",
                          "{}: the table of letters has the label {} (at most {}); build the lexicon anew",
                          path_, letters_[i], kMaxLabels - 1));
    }
  }
  for (std::uint32_t point = 0; point < kLetterTable; ++point) {
    if (letters_[point] == 0) continue;
    LetterBytes& letter = text[letters_[point]];
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

std::string_view LexiconFile::section(const LexiconHeader& header, LexiconSection which) const {
  const LexiconSpan& span = header.sections[which];
  const std::string_view bytes = bytes_;
  if (span.offset > bytes.size() || span.size > bytes.size() - span.offset || span.offset % 64 != 0) {
    throw Error(ErrorKind::corrupt,
                message("{}: część {} wychodzi poza plik (od {}, {} bajtów); zbuduj leksykon na nowo",
                        "{}: section {} reaches beyond the file (from {}, {} bytes); build the lexicon anew",
                        path_, static_cast<unsigned>(which), span.offset, span.size));
  }
  return bytes.substr(span.offset, span.size);
}

Automaton LexiconFile::automaton(const LexiconHeader& header, LexiconSection which) const {
  const std::string_view bytes = section(header, which);
  return {reinterpret_cast<const std::uint32_t*>(bytes.data()), static_cast<std::uint32_t>(bytes.size() / 4),
          header.roots[which]};
}

std::uint32_t LexiconFile::frequency(std::string_view form) const {
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

bool LexiconFile::encode(std::string_view form, Labels& labels) const {
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
    const std::uint8_t label = letters_[point];
    if (label == 0 || labels.size == kMaxFormLetters) return false;
    labels.label[labels.size++] = label;
  }
  return labels.size > 0;
}
bool LexiconFile::mapped(const Labels& from, const std::uint8_t* first, const std::uint8_t* rest,
                         Labels& to) const {
  to.size = from.size;
  for (std::size_t i = 0; i < from.size; ++i) {
    to.label[i] = (i == 0 ? first : rest)[from.label[i]];
    if (to.label[i] == 0) return false;
  }
  return true;
}
void LexiconFile::append_lower(std::string_view word, std::string& out) const {
  for (std::size_t i = 0; i < word.size();) {
    const std::size_t size = letter_size(word, i);
    const std::uint8_t label = to_lower()[label_at(word, i, size)];
    if (label == 0) {
      out.append(word.substr(i, size));
    } else {
      out.append(text[label].bytes, text[label].size);
    }
    i += size;
  }
}
void LexiconFile::capitalise(std::string& word) const {
  if (word.empty()) return;
  const auto lead = static_cast<std::uint8_t>(word[0]);
  const std::size_t length = lead >= 0x80 && word.size() > 1 ? 2 : 1;
  const std::uint32_t point =
      length == 1 ? lead : (lead & 0x1fu) << 6 | (static_cast<std::uint8_t>(word[1]) & 0x3fu);
  const LetterBytes& upper = text[to_upper()[letters_[point & (kLetterTable - 1)]]];
  if (upper.size != 0) word.replace(0, length, upper.bytes, upper.size);
}
bool LexiconFile::read(std::string_view records, std::uint32_t offset, std::string_view form,
                       ReadingSource source, std::vector<Reading>& out) const {
  if (offset >= records.size()) return false;
  const auto* at = reinterpret_cast<const std::uint8_t*>(records.data()) + offset;
  const auto* const end = reinterpret_cast<const std::uint8_t*>(records.data()) + records.size();
  for (std::size_t count = *at++; count > 0; --count) {
    if (end - at < 5) return false;
    const std::uint8_t flags = at[1];
    const std::size_t front = at[2], back = at[3], added = at[4];
    if (static_cast<std::size_t>(end - at) < 5 + added || front + back > form.size()) return false;
    Reading& reading = out.emplace_back();
    // Not put together elsewhere and copied: a load of bytes that were stored just now in pieces waits for
    // the stores.
    reading.lemma.assign(form.data() + front, form.size() - front - back);
    if (added != 0) reading.lemma.append(reinterpret_cast<const char*>(at) + 5, added);
    if ((flags & kReadingCapital) != 0) capitalise(reading.lemma);
    reading.probability = static_cast<float>(at[0]) * (1.0f / 255);
    reading.proper = (flags & kReadingProper) != 0;
    reading.source = source;
    at += 5 + added;
  }
  return true;
}

}  // namespace kwerenda
