#!/usr/bin/env python3
"""Harder tasks from judged collections: derived_collections.py DATA OUT

DATA: a folder of collections in BEIR layout (corpus.jsonl, queries.tsv, qrels.tsv), one folder each.
OUT/NAME-long: neighbouring documents of one title joined into documents of 5 to 40 KB, the judgements with them: a
report of many passages, of which one or two answer. OUT/all-NAME: the documents of all collections together, asked
NAME's questions. OUT/wide-NAME, if DATA has real.tsv.gz (source TAB document TAB paragraph): these and its paragraphs,
but for those of sources that a collection is made of. Lengths are drawn with a fixed seed, so that a second run makes the
same.
"""
import gzip
import json
import os
import random
import sys


def read(folder):
    with open(f"{folder}/corpus.jsonl", encoding="utf-8") as lines:
        corpus = [json.loads(line) for line in lines]
    with open(f"{folder}/qrels.tsv", encoding="utf-8") as lines:
        header, *judgements = [line.rstrip("\n").split("\t") for line in lines]
    with open(f"{folder}/queries.tsv", encoding="utf-8") as lines:
        return corpus, lines.read(), header, judgements


def write(folder, corpus, queries, header, judgements):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/corpus.jsonl", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(document, ensure_ascii=False) + "\n" for document in corpus)
    with open(f"{folder}/queries.tsv", "w", encoding="utf-8") as out:
        out.write(queries)
    with open(f"{folder}/qrels.tsv", "w", encoding="utf-8") as out:
        out.writelines("\t".join(row) + "\n" for row in [header, *judgements])


def joined(corpus):
    """Long documents, and for each document which one it went into."""
    draw, documents, place, wanted = random.Random(1), [], {}, 0
    for document in sorted(corpus, key=lambda document: document["title"]):  # stable: neighbours stay neighbours
        last = documents[-1] if documents else None
        if last is None or last["title"] != document["title"] or len(last["text"].encode()) >= wanted:
            wanted = draw.randrange(5_000, 40_000)
            last = {"_id": f"long{len(documents)}", "title": document["title"], "text": ""}
            documents.append(last)
        last["text"] += ("\n\n" if last["text"] else "") + document["text"]
        place[document["_id"]] = last["_id"]
    return documents, place


def others(data, names):
    """Documents for which there are no questions."""
    path = f"{data}/real.tsv.gz"
    if not os.path.exists(path):
        return
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            source, _, paragraph = line.rstrip("\n").split("\t")
            if not any(name.split("-")[0] == source for name in names):
                yield {"_id": f"real/{number}", "title": "", "text": paragraph}


def main(argv):
    if len(argv) != 3:
        sys.exit(__doc__)
    data, out = argv[1:]
    names = sorted(name for name in os.listdir(data) if os.path.exists(f"{data}/{name}/qrels.tsv"))
    everything = []
    for name in names:
        corpus, queries, header, judgements = read(f"{data}/{name}")
        everything += [dict(document, _id=f"{name}/{document['_id']}") for document in corpus]
        documents, place = joined(corpus)
        long_judgements = {(query, place[document]): grade for query, document, grade in judgements}
        write(f"{out}/{name}-long", documents, queries, header,
              [[query, document, grade] for (query, document), grade in long_judgements.items()])
    wide = list(others(data, names))
    for name in names:
        _, queries, header, judgements = read(f"{data}/{name}")
        placed = [[query, f"{name}/{document}", grade] for query, document, grade in judgements]
        write(f"{out}/all-{name}", everything, queries, header, placed)
        if wide:
            write(f"{out}/wide-{name}", everything + wide, queries, header, placed)


if __name__ == "__main__":
    main(sys.argv)
