#!/usr/bin/env python3
"""What an update costs: unchanged, changed and renamed reports in a large index, and the memory of a large build.

usage: bench/incremental.py SHARED WORK [--megabytes 1000] [--rounds 3] [--build DIR] [--text DIR] [--skip-memory]

  SHARED  the folder with tools/make_corpus.py and data/real.tsv.gz
  WORK    a folder for what is made; text that is there is used again
  --text  a folder of reports instead of generated ones, in subfolders; each file that is changed is put back

Every figure is of whole processes (kwerenda-index with its commit and fsync, and kwerenda-search where it says
"searchable"), with the files in the cache. The table gives median (least–most) over the rounds. Of the builds there is
one each: 100 MB, all with the default --memory, and all with less; speed is compared in CPU seconds a MB, which other
load on the machine moves less than wall time.
"""
import argparse, os, re, shutil, statistics, subprocess, sys, time

os.environ["KWERENDA_LANG"] = "pl"  # summaries are looked into

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("shared", type=os.path.abspath)
    parser.add_argument("work", type=os.path.abspath)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--build", type=os.path.abspath, help="a finished build of Kwerenda; default: make one")
    parser.add_argument("--text", type=os.path.abspath)
    parser.add_argument("--skip-memory", action="store_true", help="leave the builds with less memory out")
    return parser.parse_args()


class Run:
    def __init__(self, command):
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.err = process.stderr.read().decode()
        self.out = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.wall = time.monotonic() - begun
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mb = usage.ru_maxrss / 1024
        if process.returncode not in (0, 3):
            sys.exit(f"{' '.join(command[:4])} …: exit code {process.returncode}\n{self.err}")


class Changed:
    """A report with a sentence more, put back at the end."""

    def __init__(self, path, sentence):
        self.path, self.status = path, os.stat(path)
        with open(path, "a", encoding="utf-8") as report:
            report.write(f"\n\n{sentence}\n")

    def put_back(self):
        os.truncate(self.path, self.status.st_size)
        os.utime(self.path, ns=(self.status.st_atime_ns, self.status.st_mtime_ns))


def size_of(path):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


def main():
    settings = arguments()
    os.makedirs(settings.work, exist_ok=True)
    build = settings.build
    if not build:
        subprocess.run([f"{HERE}/scripts/setup.sh", "wpolish"], check=True)
        build = os.path.join(HERE, "build")
        subprocess.run(["cmake", "--preset", "release", "--log-level=WARNING"], cwd=HERE, check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["cmake", "--build", build, "--target", "kwerenda-index", "kwerenda-search", "lexicon"],
                       cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    text = settings.text or os.path.join(settings.work, f"text-{settings.megabytes}")
    if not os.path.exists(text):
        subprocess.run([sys.executable, f"{settings.shared}/tools/make_corpus.py",
                        f"{settings.shared}/data/real.tsv.gz", "/usr/share/dict/polish", text,
                        str(settings.megabytes), "42", str(os.cpu_count())], check=True, stdout=subprocess.DEVNULL)
    folders = sorted(os.path.join(text, name) for name in os.listdir(text))
    files = {folder: sorted(os.path.join(folder, name) for name in os.listdir(folder)) for folder in folders}
    everything = [path for folder in folders for path in files[folder]]
    for path in everything:  # into the cache
        with open(path, "rb") as report:
            report.read()
    megabytes = size_of(text) / 1e6
    indexer, searcher = f"{build}/bin/kwerenda-index", f"{build}/bin/kwerenda-search"
    index = os.path.join(settings.work, "index-incremental")

    def add(*arguments, to=index):
        return Run([indexer, "add", "--index", to, *arguments])

    rows = []

    def row(what, figure, goal=""):
        rows.append(f"| {what} | {figure} | {goal} |")
        print(rows[-1], file=sys.stderr)

    def spread(values, unit, digits=2):
        return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f}) {unit}"

    # Builds.
    part, part_megabytes = [], 0
    for folder in folders:
        if part_megabytes < 100:
            part.append(folder)
            part_megabytes += size_of(folder) / 1e6
    speeds = {}
    builds = [("part", part, part_megabytes, []), ("whole", [text], megabytes, [])]
    if not settings.skip_memory:
        builds += [(limit, [text], megabytes, ["--memory", limit]) for limit in ("256M", "64M")]
    for name, paths, size, options in builds:
        to = index if name == "whole" else os.path.join(settings.work, "index-other")
        shutil.rmtree(to, ignore_errors=True)
        run = add("-q", *options, *paths, to=to)
        speeds[name] = run.cpu / size
        on_disk = size_of(to) / 1e6 / size
        row(f"build of {size:.0f} MB" + (f", {' '.join(options)}" if options else ""),
            f"{run.wall:.1f} s, {size / run.wall:.1f} MB/s, {run.cpu / size * 1000:.1f} CPU ms per MB, "
            f"peak {run.peak_mb:.0f} MB, index {on_disk:.2f} × text",
            {"whole": "peak ≤ 1000 MB"}.get(name, ""))
        if name not in ("whole",):
            shutil.rmtree(to, ignore_errors=True)
    row("CPU a MB, all to 100 MB", f"{speeds['whole'] / speeds['part']:.2f}", "no loss of speed")

    # Unchanged.
    hundred_thousand, count = [], 0
    for folder in folders:
        if count < 100_000:
            hundred_thousand.append(folder)
            count += len(files[folder])
    runs = [add(*hundred_thousand) for _ in range(settings.rounds)]
    if any("Dodano 0 rapor" not in run.err for run in runs):
        sys.exit(f"unchanged files were read again:\n{runs[0].err}")
    row(f"{count} unchanged files", spread([run.wall for run in runs], "s") + ", CPU " +
        spread([run.cpu for run in runs], "s"), "≤ 3 s")
    runs = [add(text) for _ in range(settings.rounds)]
    row(f"all {len(everything)} unchanged", spread([run.wall for run in runs], "s") + ", CPU " +
        spread([run.cpu for run in runs], "s"))

    # One changed report, named; and found by the walk over all.
    for what, paths_of, goal in (("one changed report, named, searchable", lambda path: [path], "≤ 0.5 s"),
                                 ("one changed report among all, searchable", lambda path: [text], "")):
        walls, cpus = [], []
        for number in range(settings.rounds):
            path = everything[(number * 7919 + 1234) % len(everything)]
            word = f"kwerendowisko{chr(97 + number)}"
            changed = Changed(path, f"To jest {word}.")
            begun = time.monotonic()
            run = add(*paths_of(path))
            found = Run([searcher, "--index", index, f"={word}"])
            walls.append(time.monotonic() - begun)
            cpus.append(run.cpu + found.cpu)
            if word not in found.out:
                sys.exit(f"{path}: {word} was not found")
            changed.put_back()
            add(path)
        row(what, spread(walls, "s") + ", CPU " + spread(cpus, "s"), goal)

    # A thousand, all over the index.
    speeds, cpus = [], []
    names = os.path.join(settings.work, "changed.txt")
    for number in range(settings.rounds):
        step = len(everything) // 1000
        paths = everything[number % step::step][:1000]
        with open(names, "w", encoding="utf-8") as listed:
            listed.write("".join(path + "\n" for path in paths))
        changed = [Changed(path, f"Dopisano zdanie {number}.") for path in paths]
        run = add("--files-from", names)
        speeds.append(len(paths) / run.wall)
        cpus.append(run.cpu)
        for report in changed:
            report.put_back()
        add("--files-from", names)
    row("1,000 changed reports", spread(speeds, "reports/s", 0) + ", CPU " + spread(cpus, "s"), "≥ 500")

    # A folder under another name.
    other = folders[0] + "-nowy"
    os.rename(folders[0], other)
    run = add("--purge", "vanished", text)
    os.rename(other, folders[0])
    renamed = re.search(r"bez czytania od nowa: (\S+)", run.err)
    row(f"{len(files[folders[0]])} renamed reports among all",
        f"{run.wall:.2f} s, CPU {run.cpu:.2f} s; not read again: {renamed.group(1) if renamed else 0}")
    add("-q", "--purge", "vanished", text)

    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{time.strftime('%F', time.gmtime())}, {os.cpu_count()} cores ({cpu}), "
          f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GB, load {os.getloadavg()[1]:.1f} at the "
          f"end; {megabytes:.0f} MB of text in {len(everything)} reports, {settings.rounds} rounds. "
          "Median (least–most).\n")
    print("| | | goal |\n|---|---|---|")
    print("\n".join(rows))


main()
