// The readers of Debian's dictionaries and the compiler, on dictionaries of a few words.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/automaton.h"
#include "analysis/error.h"
#include "analysis/lexicon.h"
#include "analysis/lexicon_compiler/automaton_builder.h"
#include "analysis/lexicon_compiler/cfsa2.h"
#include "analysis/lexicon_compiler/compile.h"
#include "analysis/lexicon_compiler/hunspell.h"
#include "analysis/lexicon_compiler/settle.h"

namespace kwerenda {
namespace {

// A CFSA2 automaton of one string, written by hand: no label table, every arc but the last with the target
// behind it.
std::string automaton_of(const std::string& text) {
  std::string bytes("\\fsa\xc6\x00\x07\x00", 8);
  bytes += std::string("\x40\x00\x03", 3);  // the end node's only arc: label 0, to the root at byte 3
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool last = i + 1 == text.size();
    bytes.push_back(last ? '\x60' : '\xc0');
    bytes.push_back(text[i]);
    if (last) bytes.push_back('\0');
  }
  return bytes;
}

std::vector<std::string> entries_of(const std::string& bytes) {
  std::vector<std::string> entries;
  read_morfologik(bytes, "pl.dict", [&](const DictionaryEntry& e) {
    entries.push_back(std::string(e.form) + "/" + std::string(e.lemma) + "/" + std::string(e.tags));
  });
  return entries;
}

TEST(Morfologik, CutsAndAppends) {
  EXPECT_EQ(entries_of(automaton_of("domami+AD+subst:pl:inst:m3")),
            std::vector<std::string>{"domami/dom/subst:pl:inst:m3"});
  EXPECT_EQ(entries_of(automaton_of("lepszy+\x41\x47"
                                    "dobry+adj:sg")),
            std::vector<std::string>{"lepszy/dobry/adj:sg"});
  EXPECT_EQ(entries_of(automaton_of("najnowszy+DDy+adj:sg:nom.voc:m1:sup")),
            std::vector<std::string>{"najnowszy/nowy/adj:sg:nom.voc:m1:sup"});
}

template <typename Run>
std::string message_of(Run run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Morfologik, SaysWhatIsWrong) {
  EXPECT_NE(message_of([] { entries_of("PK"); }).find("nie jest automat CFSA2"), std::string::npos);
  const std::string good = automaton_of("domami+AD+subst");
  for (std::size_t size = 8; size < good.size(); ++size) {
    EXPECT_NE(message_of([&] { entries_of(good.substr(0, size)); }).find("urywa się"), std::string::npos)
        << size;
  }
  EXPECT_NE(message_of([] { entries_of(automaton_of("dom")); }).find("nie ma postaci"), std::string::npos);
  EXPECT_NE(message_of([] { entries_of(automaton_of("dom+AZ+subst")); }).find("nie ma postaci"),
            std::string::npos);
  // A loop: the arc leads back to its own node.
  std::string loop = automaton_of("a");
  loop[loop.size() - 1] = '\x03';
  EXPECT_NE(message_of([&] { entries_of(loop); }), "");
}

std::set<std::string> forms_of(const std::string& aff, const std::string& dic) {
  std::set<std::string> forms;
  read_hunspell(aff, "a.aff", dic, "a.dic", [&](const HunspellForm& f) {
    forms.insert(std::string(f.form) + "/" + std::string(f.stem) + (f.bare ? "!" : ""));
  });
  return forms;
}

constexpr const char* kAff =
    "SET ISO8859-2\n"
    "PFX b Y 1\nPFX b 0 nie .\n"
    "SFX N Y 2\nSFX N 0 om [^a]\nSFX N a om [ab]a\n";

TEST(Hunspell, Expands) {
  EXPECT_EQ(forms_of(kAff, "2\ndom/N\nbaba/Nb\n"),
            (std::set<std::string>{"dom/dom", "domom/dom", "baba/baba", "babom/baba", "niebaba/niebaba",
                                   "niebabom/niebaba"}));
  EXPECT_EQ(forms_of(kAff, "1\n\xb3\xf3\x64\x9f\n").size(), 1u);
  EXPECT_EQ(forms_of(kAff, "1\n\xb3\xf3\x64\xbc\n"), (std::set<std::string>{"łódź/łódź!"}));
}

TEST(Hunspell, SaysWhatIsWrong) {
  EXPECT_NE(message_of([] { forms_of("SET UTF-8\n", "0\n"); }).find("a.aff:1: oczekiwano kodowania"),
            std::string::npos);
  EXPECT_NE(message_of([] { forms_of("FLAG long\n", "0\n"); }).find("a.aff:1: nieobsługiwana"),
            std::string::npos);
  EXPECT_NE(message_of([] { forms_of("SFX\n", "0\n"); }).find("a.aff:1:"), std::string::npos);
  EXPECT_NE(message_of([] { forms_of("SFX N Y 1\nSFX N 0 om/X .\n", "0\n"); }).find("a.aff:2:"),
            std::string::npos);
  EXPECT_NE(message_of([] { forms_of("SFX N Y 1\nSFX N 0 om [ab\n", "0\n"); }).find("a.aff:2:"),
            std::string::npos);
  EXPECT_NE(message_of([] { forms_of(kAff, "dom/N\n"); }).find("a.dic:1:"), std::string::npos);
}

TEST(Counts, AreParsed) {
  const auto counts = parse_counts("# uwaga\nstanie\t5\t1\t0\t2:3 5:1\nw\t9\t8\t7\n", "c.tsv");
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts[0].form, "stanie");
  EXPECT_EQ(counts[0].by_context[2], 3u);
  EXPECT_EQ(counts[0].by_context[0], 2u);
  EXPECT_EQ(counts[1].by_case[2], 7u);
  for (const char* bad : {"a\t1\t2\n", "a\t1\t2\tx\n", "\t1\t2\t3\n", "a\t1\t1\t0\t11:1\n",
                          "a\t1\t1\t0\t1:3\n", "a\t1\t1\t0\t1\n"}) {
    EXPECT_NE(message_of([&] { parse_counts(bad, "c.tsv"); }).find("c.tsv:1:"), std::string::npos) << bad;
  }
}

// The double array knows exactly the words it was built from.
TEST(AutomatonBuilder, KnowsItsWords) {
  std::map<std::string, std::uint32_t> words;
  std::uint32_t seed = 7;
  const auto next = [&] { return seed = seed * 1664525u + 1013904223u; };
  for (int i = 0; i < 5000; ++i) {
    std::string word;
    for (std::uint32_t n = next() >> 29; n + 1 > 0 && word.size() <= n;)
      word.push_back(static_cast<char>(1 + (next() >> 28)));
    words[word] = next() >> 20;
  }
  AutomatonBuilder builder;
  for (const auto& [word, value] : words) builder.add(word, value, 0);
  const BuiltAutomaton built = builder.build();
  const Automaton automaton{built.cells.data(), static_cast<std::uint32_t>(built.cells.size()), built.root};
  std::size_t found = 0;
  const auto value_of = [&](const std::string& word, std::uint32_t& value) {
    std::uint32_t state = automaton.root;
    for (const char c : word) {
      if (!automaton.step(state, static_cast<std::uint8_t>(c))) return false;
    }
    return automaton.value(state, value);
  };
  for (const auto& [word, value] : words) {
    std::uint32_t read = 0;
    ASSERT_TRUE(value_of(word, read));
    EXPECT_EQ(read, value);
    for (char c = 1; c <= 17; ++c) {
      const std::string longer = word + c;
      EXPECT_EQ(value_of(longer, read), words.count(longer) != 0);
    }
    ++found;
  }
  EXPECT_EQ(found, words.size());
}

TEST(Compile, SmallLexicon) {
  Morphology morphology =
      read_morphology(automaton_of("domami+AD+subst:pl:inst:m3"), "d", kAff, "a", "1\nbaba/N\n", "b");
  const std::vector<FormCount> counts = parse_counts("domami\t3\t0\t0\n", "c");
  settle(morphology, counts, LemmaRules());
  const Estimate estimate(morphology, counts, EstimateOptions());
  LexiconParts parts;
  parts.prefixes = {"bio"};
  CompileReport report;
  const std::string bytes = compile_lexicon(morphology, estimate, counts, parts, CompileOptions(), report);
  EXPECT_EQ(report.forms, 3u);
  const auto lexicon = Lexicon::from_bytes(bytes, "mały.lex");
  for (const auto& [form, lemma] :
       std::map<std::string, std::string>{{"domami", "dom"}, {"Babom", "baba"}, {"baba", "baba"}}) {
    std::vector<Reading> readings;
    ASSERT_TRUE(lexicon->lookup(form, readings)) << form;
    EXPECT_EQ(readings[0].lemma, lemma);
  }
  std::vector<Reading> readings;
  EXPECT_FALSE(lexicon->lookup("biobabom", readings));
  ASSERT_TRUE(lexicon->guess("biobabom", readings));
  EXPECT_EQ(readings[0].lemma, "biobaba");
  EXPECT_EQ(lexicon->frequency("domami"), 3u);
}

}  // namespace
}  // namespace kwerenda
