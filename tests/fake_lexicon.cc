// A lexicon of a few dozen forms in place of the compiled one, for tests of rules that must not move when
// dictionaries do. It answers as lexicon.h says; guess() knows four endings. Linked into a test, it takes the
// place of the library's own lexicon.
#include <map>

#include "analysis/fold.h"
#include "analysis/lexicon.h"
#include "analysis/shape.h"

namespace kwerenda {

struct Lexicon::Impl {
  std::multimap<std::string, Reading, std::less<>> forms;
  std::map<std::string, std::uint32_t, std::less<>> frequencies;
};

Lexicon::Lexicon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Lexicon::~Lexicon() = default;

std::shared_ptr<const Lexicon> Lexicon::open(const std::filesystem::path&) {
  const struct {
    const char* form;
    const char* lemma;
    float probability;
  } rows[] = {
      {"miasto", "miasto", 1},
      {"miast", "miasto", 1},
      {"mieście", "miasto", 1},
      {"ochrona", "ochrona", 1},
      {"ochronie", "ochrona", 1},
      {"ludności", "ludność", 1},
      {"Łódź", "Łódź", 0.7f},
      {"Łódź", "łódź", 0.3f},
      {"Łodzi", "Łódź", 0.7f},
      {"Łodzi", "łódź", 0.3f},
      {"łodzi", "łódź", 1},
      {"rad", "rada", 0.5f},
      {"rad", "rad", 0.48f},
      {"rad", "rad-os", 0.02f},
      {"pan", "pan", 1},
      {"koc", "koc", 1},
      {"ai", "ai", 1},
      {"do", "do", 1},
      {"gis", "gis", 1},
      {"gisu", "gis", 1},
      {"polsko", "polsko", 1},
      {"polski", "polski", 1},
      {"NATO", "NATO", 1},
      {"nato", "nata", 1},
      {"UE", "UE", 1},
      {"niemiecki", "niemiecki", 1},
      {"niemieckiego", "niemiecki", 1},
      {"Kędzierzyn", "Kędzierzyn", 1},
      {"Kędzierzyna", "Kędzierzyn", 1},
      {"Koźle", "Koźle", 1},
      {"Koźla", "Koźle", 1},
      {"usług", "usługa", 1},
      {"usługi", "usługa", 1},
      {"doręczeniami", "doręczenie", 1},
      {"doręczenia", "doręczenie", 1},
      {"obywatel", "obywatel", 1},
      {"obywatela", "obywatel", 1},
      {"obywatelu", "obywatel", 1},
      {"letni", "letni", 1},
      {"letnia", "letni", 1},
      {"PKP", "PKP", 1},
      {"m.in", "m.in", 1},
      {"Warszawie", "Warszawa", 1},
      {"warszawie", "Warszawa", 1},
  };
  auto impl = std::make_unique<Impl>();
  for (const auto& row : rows) {
    const std::string lemma = row.lemma;
    impl->forms.emplace(row.form,
                        Reading{lemma, row.probability, folded(lemma) != lemma, ReadingSource::lexicon});
  }
  impl->frequencies = {{"pan", 1000}, {"miasto", 500}, {"gis", 1}, {"ai", 129}, {"do", 26107}, {"covid", 50}};
  return std::shared_ptr<const Lexicon>(new Lexicon(std::move(impl)));
}

bool Lexicon::lookup(std::string_view form, std::vector<Reading>& readings) const {
  const auto append = [&](std::string_view wanted) {
    const auto [begin, end] = impl_->forms.equal_range(wanted);
    for (auto row = begin; row != end; ++row) readings.push_back(row->second);
    return begin != end;
  };
  return append(form) || append(folded(form)) || append(upper_cased(form));
}

bool Lexicon::guess(std::string_view form, std::vector<Reading>& readings) const {
  std::string lemma = folded(form);
  for (const std::string_view ending : {"owi", "em", "ami", "a", "u"}) {
    if (lemma.size() > ending.size() + 3 && lemma.ends_with(ending)) {
      lemma.resize(lemma.size() - ending.size());
      break;
    }
  }
  readings.push_back({lemma, 1, false, ReadingSource::guesser});
  return true;
}

void Lexicon::find_accent_free(std::string_view, std::size_t, std::vector<SimilarForm>&) const {}
void Lexicon::find_within(std::string_view, int, std::size_t, std::vector<SimilarForm>&) const {}
std::vector<std::string> Lexicon::relatives(std::string_view) const { return {}; }
std::uint32_t Lexicon::frequency(std::string_view folded_form) const {
  const auto found = impl_->frequencies.find(folded_form);
  return found == impl_->frequencies.end() ? 0 : found->second;
}
std::uint64_t Lexicon::hash() const { return 1; }
std::uint32_t Lexicon::version() const { return 1; }

}  // namespace kwerenda
