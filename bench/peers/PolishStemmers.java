// Two Java peers on words that morphology_bench --words wrote: Lucene's Stempel and Morfologik.
// usage: java PolishStemmers WORDS [ROUNDS]   prints, for each: name TAB median ns a word TAB words TAB words it answered
//
// Stempel gets the words in lower case, as PolishAnalyzer's filters hand them on; Morfologik as written and, if that is unknown, in
// lower case, as Lucene's MorfologikFilter does. Both lower-casings happen before the clock starts. Times are of the thread's CPU; the
// first half of the rounds warms the compiler up and does not count.
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import morfologik.stemming.PolishStemmer;
import morfologik.stemming.WordData;
import org.apache.lucene.analysis.pl.PolishAnalyzer;
import org.apache.lucene.analysis.stempel.StempelStemmer;

public final class PolishStemmers {
  private interface Stemmer {
    // The number of letters of all lemmas of all words; words without an answer are counted in answered[0].
    long run(String[] written, String[] lower, int[] answered);
  }

  public static void main(String[] arguments) throws IOException {
    List<String> lines = Files.readAllLines(Paths.get(arguments[0]), StandardCharsets.UTF_8);
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 6;
    String[] written = lines.toArray(new String[0]);
    String[] lower = new String[written.length];
    for (int i = 0; i < written.length; i++) lower[i] = written[i].toLowerCase(Locale.ROOT);

    StempelStemmer stempel = new StempelStemmer(PolishAnalyzer.getDefaultTable());
    measure("stempel", rounds, written, lower, (w, l, answered) -> {
      long letters = 0;
      for (String word : l) {
        CharSequence stem = stempel.stem(word);
        if (stem == null) continue;
        answered[0]++;
        letters += stem.length();
      }
      return letters;
    });
    PolishStemmer morfologik = new PolishStemmer();
    measure("morfologik", rounds, written, lower, (w, l, answered) -> {
      long letters = 0;
      for (int i = 0; i < w.length; i++) {
        List<WordData> lemmas = morfologik.lookup(w[i]);
        if (lemmas.isEmpty()) lemmas = morfologik.lookup(l[i]);
        if (!lemmas.isEmpty()) answered[0]++;
        for (WordData lemma : lemmas) letters += lemma.getStem().length();
      }
      return letters;
    });
  }

  private static void measure(String name, int rounds, String[] written, String[] lower, Stemmer stemmer) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    int[] answered = new int[1];
    long[] times = new long[rounds];
    long letters = -1;
    for (int round = 0; round < rounds; round++) {
      answered[0] = 0;
      long start = clock.getCurrentThreadCpuTime();
      long found = stemmer.run(written, lower, answered);
      times[round] = clock.getCurrentThreadCpuTime() - start;
      if (letters >= 0 && letters != found) throw new IllegalStateException(name + ": rounds differ");
      letters = found;
    }
    long[] counted = Arrays.copyOfRange(times, rounds / 2, rounds);
    Arrays.sort(counted);
    System.out.printf(Locale.ROOT, "%s\t%.1f\t%d\t%d%n", name, counted[counted.length / 2] / (double) written.length,
        written.length, answered[0]);
  }
}
