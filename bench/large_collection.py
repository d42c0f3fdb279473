#!/usr/bin/env python3
"""One large collection of passages for latency: judged collections, real paragraphs, and generated text to fill it up.
usage: large_collection.py DATA TEXT OUT [PASSAGES=171000]
  DATA  a folder of collections in BEIR layout (*/corpus.jsonl) and real.tsv.gz (source TAB document TAB paragraph)
  TEXT  a folder of generated reports (make_corpus.py)
  OUT   gets large.jsonl, a record a passage, for kwerenda-index; and large-text/, files of passages parted by
        blank lines, the title at the head of its passage, for the peers' programs, which split files so
Same order in both; the same input gives the same bytes.
"""
import glob, gzip, json, os, sys

if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
data, text, out = sys.argv[1:4]
wanted = int(sys.argv[4]) if len(sys.argv) > 4 else 171000
PASSAGES_A_FILE = 100


def judged():
    for path in sorted(glob.glob(os.path.join(data, "*", "corpus.jsonl"))):
        name = os.path.basename(os.path.dirname(path))
        for line in open(path, encoding="utf-8"):
            record = json.loads(line)
            yield f"{name}/{record['_id']}", record.get("title", ""), record["text"]


def real():
    with gzip.open(os.path.join(data, "real.tsv.gz"), "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            source, document, paragraph = line.rstrip("\n").split("\t")
            yield f"real/{number}", "", paragraph


def generated():
    for folder, folders, names in os.walk(text):
        folders.sort()
        for name in sorted(names):
            with open(os.path.join(folder, name), encoding="utf-8") as report:
                paragraphs = report.read().strip().split("\n\n")
            for number, paragraph in enumerate(paragraphs[1:]):  # the first is the report's head
                yield f"gen/{name}/{number}", "", paragraph


def passages():
    left = wanted
    for source in (judged(), real(), generated()):
        for passage in source:
            if left == 0:
                return
            left -= 1
            yield passage
    sys.exit(f"{text}: {left} passages too few; generate more text")


os.makedirs(os.path.join(out, "large-text"), exist_ok=True)
with open(os.path.join(out, "large.jsonl"), "w", encoding="utf-8") as records:
    peers = None
    for number, (name, title, body) in enumerate(passages()):
        records.write(json.dumps({"_id": name, "title": title, "text": body}, ensure_ascii=False) + "\n")
        if number % PASSAGES_A_FILE == 0:
            if peers:
                peers.close()
            peers = open(os.path.join(out, "large-text", f"{number:07d}.txt"), "w", encoding="utf-8")
            peers.write("Zbiór: fragmenty\nData: 01.01.2020.\n\n")  # the head that the peers' programs look for
        whole = " ".join(part for part in (title, body) if part)
        peers.write("\n".join(line for line in whole.split("\n") if line.strip()) + "\n\n")
    peers.close()
