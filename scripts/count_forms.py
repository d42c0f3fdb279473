#!/usr/bin/env python3
"""Count word forms: count_forms.py TEXT... > analysis/lexicon_data/counts.tsv

TEXT is UTF-8: plain text; .gz of it; .jsonl with "title" and "text"; or .tsv(.gz) whose last column is text. Soft hyphens are
dropped, U+2019 is read as U+0027. Prints form TAB lower TAB title TAB other case, for forms seen at least twice.
"""
import collections
import gzip
import json
import re
import sys

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


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


def main(paths):
    counts = collections.defaultdict(lambda: [0, 0, 0])
    for path in paths:
        for text in texts(path):
            for match in WORD.finditer(text.replace("\u00ad", "").replace("\u2019", "'")):
                counts[match.group().lower()][case_of(match.group())] += 1
    for form in sorted(counts):
        if sum(counts[form]) > 1:
            print(form, *counts[form], sep="\t")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
