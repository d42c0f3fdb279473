#include "analysis/lexicon.h"

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/fold.h"
#include "analysis/guesser.h"
#include "analysis/lexicon_file.h"
#include "analysis/similar_forms.h"
#include "analysis/wildcard_forms.h"

namespace kwerenda {
namespace {

// A word without marks is read as the form it may stand for if that was seen so often, and has so many
// letters.
constexpr std::uint32_t kFrequentForm = 5;
constexpr std::size_t kLeastMarklessLetters = 4;

// With a mark that hardly any other language writes. Spanish and Hungarian have ó too.
constexpr std::array<std::string_view, 8> kPolishLetters = {"ą", "ć", "ę", "ł", "ń", "ś", "ź", "ż"};

}  // namespace

struct Lexicon::Impl {
  std::string bytes;  // of from_bytes() alone
  LexiconFile file;
  ExtraForms extra;
  std::uint64_t extra_hash = 0;

  bool look_up_extra(std::string_view form, std::vector<Reading>& out) const;
  bool look_up_other_case(std::string_view form, std::vector<Reading>& out) const;
  bool guess_by_marks(const Lexicon& lexicon, std::string_view form, std::vector<Reading>& out) const;
};

Lexicon::Lexicon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lexicon::~Lexicon() = default;

std::shared_ptr<const Lexicon> Lexicon::open(const std::filesystem::path& path) {
  return open(path, ExtraForms());
}

std::shared_ptr<const Lexicon> Lexicon::open(const std::filesystem::path& path, ExtraForms extra) {
  auto impl = std::make_unique<Impl>();
  impl->file.open(path);
  impl->extra = std::move(extra);
  impl->extra_hash = impl->extra.hash();
  return std::shared_ptr<const Lexicon>(new Lexicon(std::move(impl)));
}

std::shared_ptr<const Lexicon> Lexicon::from_bytes(std::string bytes, const std::string& name) {
  auto impl = std::make_unique<Impl>();
  impl->bytes = std::move(bytes);
  impl->file.use(impl->bytes, name);
  return std::shared_ptr<const Lexicon>(new Lexicon(std::move(impl)));
}

bool Lexicon::Impl::look_up_extra(std::string_view form, std::vector<Reading>& out) const {
  auto found = extra.lemmas_of.find(form);
  if (found == extra.lemmas_of.end()) found = extra.lemmas_of.find(folded(form));
  if (found == extra.lemmas_of.end()) return false;
  for (const std::string& lemma : found->second) {
    const std::string_view first = std::string_view(lemma).substr(0, LexiconFile::letter_size(lemma, 0));
    out.push_back({lemma, 1.0f / static_cast<float>(found->second.size()), folded(first) != first,
                   ReadingSource::extra});
  }
  return true;
}

bool Lexicon::lookup(std::string_view form, std::vector<Reading>& readings) const {
  const Impl& in = *impl_;
  if (!in.extra.empty() && in.look_up_extra(form, readings)) return true;
  std::uint32_t record = 0;
  if (in.file.find(form, record))
    return in.file.read(in.file.readings, record, form, ReadingSource::lexicon, readings);
  return in.look_up_other_case(form, readings);
}

// The record of a capitalised spelling holds what the lower-case one adds, and the other way round; so only a
// word that is known in one case alone comes here, and the first spelling that is known has the whole answer.
bool Lexicon::Impl::look_up_other_case(std::string_view form, std::vector<Reading>& out) const {
  if (form.empty()) return false;
  const std::uint8_t* const lower = file.to_lower();
  const std::uint8_t* const upper = file.to_upper();
  std::size_t at = 0;
  const std::uint8_t initial = file.next_label(form, at);
  const std::size_t initial_size = at;
  bool small_rest = true;
  while (at < form.size() && small_rest) {
    const std::uint8_t label = file.next_label(form, at);
    small_rest = lower[label] == label;
  }
  const std::pair<const std::uint8_t*, const std::uint8_t*> cases[] = {
      {upper, lower}, {lower, lower}, {upper, upper}};
  for (const auto& [first, rest] : cases) {
    if (small_rest && rest == lower && first[initial] == initial) continue;  // as written
    std::uint32_t record = 0;
    if (!file.find_spelling(form, first, rest, record)) continue;
    std::string spelling;
    if (small_rest && rest == lower) {
      const LetterBytes& letter = file.text[first[initial]];
      spelling.assign(letter.bytes, letter.size).append(form.substr(initial_size));
    } else {
      file.append_spelling(form, first, rest, spelling);
    }
    return file.read(file.readings, record, spelling, ReadingSource::lexicon, out);
  }
  return false;
}

bool Lexicon::guess(std::string_view form, std::vector<Reading>& readings) const {
  return guess_by_prefix(impl_->file, form, readings) || impl_->guess_by_marks(*this, form, readings) ||
         guess_by_ending(impl_->file, form, readings);
}

bool Lexicon::Impl::guess_by_marks(const Lexicon& lexicon, std::string_view form,
                                   std::vector<Reading>& out) const {
  Labels labels;
  if (!file.encode(form, labels) || labels.size < kLeastMarklessLetters) return false;
  // A name may well be foreign, unless it has some Polish marks: Mowiłem is mówiłem.
  const bool marked = std::any_of(kPolishLetters.begin(), kPolishLetters.end(),
                                  [&](std::string_view letter) { return form.find(letter) != form.npos; });
  for (std::size_t i = 0; i < labels.size; ++i) {
    const bool small = file.to_lower()[labels.label[i]] == labels.label[i];
    if (!small && (i > 0 || !marked)) return false;
  }
  std::vector<SimilarForm> similar;
  lexicon.find_accent_free(form, 1, similar);
  if (similar.empty() || similar.front().frequency < kFrequentForm) return false;
  const std::size_t before = out.size();
  if (!lexicon.lookup(similar.front().form, out)) return false;
  for (std::size_t i = before; i < out.size(); ++i) out[i].source = ReadingSource::guesser;
  return true;
}

void Lexicon::find_accent_free(std::string_view form, std::size_t limit,
                               std::vector<SimilarForm>& found) const {
  find_similar(impl_->file, impl_->extra, form, 0, limit, found);
}

void Lexicon::find_within(std::string_view form, int edits, std::size_t limit,
                          std::vector<SimilarForm>& found) const {
  if (edits >= 1) find_similar(impl_->file, impl_->extra, form, std::min(edits, 2), limit, found);
}

std::vector<std::string> Lexicon::relatives(std::string_view folded_lemma) const {
  const LexiconFile& in = impl_->file;
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

std::vector<LemmaOfForms> Lexicon::lemmas_of_forms(std::string_view part, FormEnd end, std::size_t limit,
                                                   bool& more) const {
  std::vector<LemmaOfForms> lemmas;
  find_lemmas_of_forms(impl_->file, part, end, limit, lemmas, more);
  for (const auto& [form, own] : impl_->extra.lemmas_of) {
    const std::string plain = folded(form);
    if (end == FormEnd::beginning ? plain.starts_with(part) : plain.ends_with(part)) {
      for (const std::string& lemma : own) lemmas.push_back({folded(lemma), frequency(plain)});
    }
  }
  return lemmas;
}

std::uint32_t Lexicon::frequency(std::string_view folded_form) const {
  return impl_->file.frequency(folded_form);
}
std::uint64_t Lexicon::hash() const { return impl_->file.checksum; }
std::uint64_t Lexicon::extra_hash() const { return impl_->extra_hash; }
std::uint32_t Lexicon::version() const { return kLexiconVersion; }

}  // namespace kwerenda
