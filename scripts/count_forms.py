#!/usr/bin/env python3
"""Count word forms and what stands beside them: count_forms.py TEXT... > analysis/lexicon_data/counts.tsv

TEXT is UTF-8: plain text; .gz of it; .jsonl with "title" and "text"; or .tsv(.gz) whose last column is text. Soft hyphens are
dropped, U+2019 is read as U+0027. Prints, for forms seen at least twice, form TAB lower TAB title TAB other case TAB neighbours,
the last as "kind:count kind:count" over the first two cases. Kinds:
  1-4 after a preposition of the genitive, locative, instrumental, another case   5 beside "się"   6 after "nie"
  7, 9 after an adjective's ending of several cases, of few                       8 after a subject pronoun
"""
import collections
import gzip
import json
import re
import sys

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
PREPOSITIONS = {
    1: "do ode od bez beze dla u koło obok wśród podczas według oprócz zamiast wobec spośród około prócz wokół naprzeciw "
       "blisko niedaleko powyżej poniżej znad spod sprzed mimo",
    2: "w we na o po przy",
    3: "z ze nad nade pod pode przed przede między pomiędzy za poza",
    4: "przez ku dzięki przeciw przeciwko wbrew ponad",
}
KIND_OF = {word: kind for kind, words in PREPOSITIONS.items() for word in words.split()}
SUBJECTS = set("on ona ono oni one ja ty my wy kto który która które którzy co".split())


def texts(path):
    opener = gzip.open if path.endswith(".gz") else open
    name = path.removesuffix(".gz")
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if name.endswith(".jsonl"):
                record = json.loads(line)
                yield record.get("title", "")
                yield record["text"]
            elif name.endswith(".tsv"):
                yield line.rstrip("\n").split("\t")[-1]
            else:
                yield line


def case_of(word):
    if word == word.lower():
        return 0
    return 1 if len(word) == 1 or word == word[0] + word[1:].lower() else 2


def kind_of(before, after):
    """What stands beside a word; before and after are lower case, empty where something else than blanks is between."""
    if before in KIND_OF:
        return KIND_OF[before]
    if before == "się" or after == "się":
        return 5
    if before == "nie":
        return 6
    if len(before) > 4 and before.endswith(("ego", "ych", "ich", "iej", "emu", "ymi", "imi")):
        return 7
    if before in SUBJECTS:
        return 8
    if len(before) > 4 and before.endswith(("ej", "ym", "im")):
        return 9
    return 0


def main(paths):
    cases = collections.defaultdict(lambda: [0, 0, 0])
    kinds = collections.defaultdict(collections.Counter)
    for path in paths:
        for text in texts(path):
            text = text.replace("\u00ad", "").replace("\u2019", "'")
            words = list(WORD.finditer(text))
            lower = [word.group().lower() for word in words]
            beside = [a.end() < b.start() and text[a.end():b.start()].isspace() for a, b in zip(words, words[1:])]
            for i, word in enumerate(words):
                case = case_of(word.group())
                cases[lower[i]][case] += 1
                kind = kind_of(lower[i - 1] if i > 0 and beside[i - 1] else "",
                               lower[i + 1] if i < len(beside) and beside[i] else "")
                if kind and case < 2:
                    kinds[lower[i]][kind] += 1
    for form in sorted(cases):
        if sum(cases[form]) > 1:
            print(form, *cases[form], " ".join(f"{kind}:{n}" for kind, n in sorted(kinds[form].items())), sep="\t")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
