#!/usr/bin/env python3
"""Kwerenda against Lucene and SQLite on the same text, the runs interleaved, in one command.

usage: bench/compare.py SHARED WORK [--megabytes 100] [--rounds 5] [--passes 6] [--build DIR] [--only build|search|oneshot]

  SHARED  the folder with the peers and the text: peers/LuceneBench.java, peers/sqlite_bench.cpp, tools/make_corpus.py,
          tools/make_queries.py, data/real.tsv.gz
  WORK    a folder for everything that is made: text, indexes, programs, raw.txt with every line that the programs
          printed. Text and programs that are there are used again.

Measured in each round, one engine after the other and each round beginning with another one:
  build    from nothing to a committed index: wall and processor seconds per MB of text, peak memory, size
  search   1,000 queries in one process on one thread, warm: ids alone, and ten passages with marked matches
  oneshot  a whole process for one query, on a warm file cache
The unit is the paragraph in all of them. Lucene runs with two threads and a heap of 4 GB, keeps its segments as they
come (faster than one) and stores the text; its times leave the start of the JVM out, except in oneshot. SQLite is
without a journal and fsync, and optimises at the end. Kwerenda's times are of whole processes, fsync included.

The table gives the median over the rounds (least–most), and the ratio to Kwerenda as the median of the ratios within
each round: what loads the machine loads both. Sentences recur in the generated text, which flatters compression and
phrases in all of them. Processor time is steadier than wall time on a machine that does other things too.
"""
import argparse, glob, os, re, shutil, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGES = ["openjdk-17-jdk-headless", "liblucene8-java", "libsqlite3-dev", "wpolish"]
JARS = ["core", "analyzers-common", "analyzers-stempel", "queries", "queryparser", "sandbox", "memory", "highlighter"]


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("shared", type=os.path.abspath)
    parser.add_argument("work", type=os.path.abspath)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--passes", type=int, default=6)
    parser.add_argument("--build", type=os.path.abspath, help="a finished build of Kwerenda; default: make one")
    parser.add_argument("--only", choices=["build", "search", "oneshot"])
    return parser.parse_args()


class Run:
    """A process that has ended: what it printed, and what it used."""

    def __init__(self, command):
        command = [str(part) for part in command]
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.output = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - begun
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        if process.returncode > 1:  # kwerenda-search: 1 is nothing found
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")


def make(command, target, **options):
    """Runs a command unless its target is there."""
    if not os.path.exists(target):
        print(f"# {os.path.basename(target)}", file=sys.stderr)
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, **options)


def size_of(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def number(pattern, text):
    return float(re.search(pattern, text).group(1))


class Kwerenda:
    name = "kwerenda"

    def __init__(self, build, work):
        self.bin = os.path.join(build, "bin")
        self.index = os.path.join(work, "index-kwerenda")

    def build(self, text):
        shutil.rmtree(self.index, ignore_errors=True)
        run = Run([f"{self.bin}/kwerenda-index", "add", "-q", "--index", self.index, text])
        return run, run.wall, run.cpu, run.peak_mb, size_of(self.index)

    def search(self, queries, what, passes):
        return Run([f"{self.bin}/search_bench", self.index, queries, f"passes={passes}",
                    "what=" + {"ids": "candidates", "text": "hits"}[what]])

    def oneshot(self, query):
        return Run([f"{self.bin}/kwerenda-search", "--index", self.index, query])


class Lucene:
    def __init__(self, analyzer, name, shared, work):
        self.name, self.analyzer = name, analyzer
        jars = [f"/usr/share/java/lucene-{jar}-8.7.0.jar" for jar in JARS]
        classes = os.path.join(work, "classes")
        make(["javac", "-nowarn", "-cp", ":".join(jars), "-d", classes, f"{shared}/peers/LuceneBench.java"], classes)
        self.java = ["java", "-Xmx4g", "-cp", ":".join(jars + [classes]), "LuceneBench"]
        self.index = os.path.join(work, "index-" + name)

    def build(self, text):
        shutil.rmtree(self.index, ignore_errors=True)
        run = Run(self.java + ["index", text, self.index, 2, 0, self.analyzer, 1, "FAST"])
        out = run.output
        return run, number(r"wall ([\d.]+)", out), number(r"cpu ([\d.]+)", out), run.peak_mb, size_of(self.index)

    def search(self, queries, what, passes):
        return Run(self.java + ["search", self.index, queries, "OR", self.analyzer,
                                {"ids": "ids", "text": "snip"}[what], passes])

    def oneshot(self, query):
        return Run(self.java + ["oneshot", self.index, self.analyzer, query])


class Sqlite:
    name = "sqlite"

    def __init__(self, shared, work):
        self.program = os.path.join(work, "sqlite_bench")
        make(["g++", "-O2", "-std=c++20", "-w", f"{shared}/peers/sqlite_bench.cpp", "-lsqlite3", "-o", self.program],
             self.program)
        self.index = os.path.join(work, "index-sqlite.db")

    def build(self, text):
        run = Run([self.program, "index", text, self.index, "optimize"])
        return run, number(r"wall ([\d.]+)", run.output), run.cpu, run.peak_mb, size_of(self.index)

    def search(self, queries, what, passes):
        return Run([self.program, "search", self.index, queries, "op=OR",
                    "what=" + {"ids": "ids", "text": "snip"}[what], f"passes={passes}"])

    oneshot = None


def main():
    settings = arguments()
    os.makedirs(settings.work, exist_ok=True)
    subprocess.run([f"{HERE}/scripts/setup.sh", *PACKAGES], check=True)
    build = settings.build
    if not build:
        build = os.path.join(HERE, "build")
        subprocess.run(["cmake", "--preset", "release", "-DKWERENDA_BENCHMARKS=ON", "--log-level=WARNING"], cwd=HERE,
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cmake", "--build", build, "--target", "kwerenda-index", "kwerenda-search", "search_bench",
                        "lexicon"], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    text = os.path.join(settings.work, f"text-{settings.megabytes}")
    queries = text + ".tsv"
    tools = os.path.join(settings.shared, "tools")
    make([sys.executable, f"{tools}/make_corpus.py", f"{settings.shared}/data/real.tsv.gz", "/usr/share/dict/polish",
          text, settings.megabytes, 42, os.cpu_count()], text)
    make([sys.executable, f"{tools}/make_queries.py", text, queries], queries)
    engines = [Kwerenda(build, settings.work),
               Lucene("pl", "lucene-stempel", settings.shared, settings.work),
               Lucene("std", "lucene-plain", settings.shared, settings.work),
               Sqlite(settings.shared, settings.work)]
    megabytes = size_of(text) / 1e6
    for folder, _, names in os.walk(text):  # into the file cache
        for name in names:
            with open(os.path.join(folder, name), "rb") as report:
                report.read()
    lines = open(queries, encoding="utf-8").read().splitlines()
    asked = [line.split("\t")[1] for line in lines if line.startswith("w")][:9]

    raw = open(os.path.join(settings.work, "raw.txt"), "a", encoding="utf-8")
    measured = {}  # by row, by engine: a value a round

    def note(row, engine, value):
        measured.setdefault(row, {}).setdefault(engine.name, []).append(value)

    def keep(engine, run):
        raw.write(f"{time.strftime('%F %T', time.gmtime())}\t{engine.name}\tprocess wall {run.wall:.3f} cpu {run.cpu:.3f} "
                  f"peak {run.peak_mb:.0f} MB\n{run.output[:4000]}\n")
        raw.flush()

    def measure_build(engine):
        run, wall, cpu, peak, size = engine.build(text)
        keep(engine, run)
        note("build, s", engine, wall)
        note("build, CPU s per 100 MB", engine, cpu / megabytes * 100)
        note("build, peak MB", engine, peak)
        note("index ÷ text", engine, size / 1e6 / megabytes)

    def measure_search(engine):
        for what, title in (("ids", "ids"), ("text", "10 marked passages")):
            run = engine.search(queries, what, settings.passes)
            keep(engine, run)
            for clock in ("wall", "cpu"):
                line = next(line for line in run.output.splitlines() if f"[{clock}]" in line)
                for point in ("p50", "p99", "mean"):
                    note(f"{title}, {point} {clock}, µs", engine, number(point + r" ([\d.]+)", line))

    def measure_oneshot(engine):
        if engine.oneshot:
            engine.oneshot(asked[0])
            note("one query, a process, ms", engine,
                 statistics.median(engine.oneshot(query).wall for query in asked) * 1000)

    for number_of_round in range(settings.rounds):
        turn = number_of_round % len(engines)
        for name, measure in (("build", measure_build), ("search", measure_search), ("oneshot", measure_oneshot)):
            if settings.only in (None, name):
                for engine in engines[turn:] + engines[:turn]:
                    print(f"# round {number_of_round + 1}: {name} {engine.name}", file=sys.stderr)
                    measure(engine)

    def spread(values, digits):
        return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"

    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{time.strftime('%F', time.gmtime())}, {os.cpu_count()} cores ({cpu}), "
          f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GB, load {os.getloadavg()[1]:.1f} at the "
          f"end; {megabytes:.1f} MB of text, {settings.rounds} rounds. Median (least–most).\n")
    names = [engine.name for engine in engines]
    print("| | " + " | ".join(names) + " | " + " | ".join(f"{name} ÷ kwerenda" for name in names[1:]) + " |")
    print("|---" * (2 * len(names)) + "|")
    for row, by_engine in measured.items():
        digits = 0 if "µs" in row or "peak" in row else 2
        cells = [spread(by_engine[name], digits) if name in by_engine else "" for name in names]
        for name in names[1:]:
            ratios = [theirs / ours for theirs, ours in zip(by_engine.get(name, []), by_engine[names[0]])]
            cells.append(spread(ratios, 2) if ratios else "")
        print(f"| {row} | " + " | ".join(cells) + " |")


main()
