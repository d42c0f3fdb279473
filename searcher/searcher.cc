#include "searcher/searcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

#include "analysis/data_files.h"
#include "analysis/message.h"
#include "analysis/quantity.h"
#include "analysis/schema.h"
#include "analysis/tokenizer.h"
#include "analysis/utf8.h"
#include "searcher/hit.h"
#include "searcher/index_reader.h"
#include "searcher/near_duplicates.h"
#include "searcher/query_date.h"
#include "searcher/query_parser.h"
#include "searcher/refusal.h"
#include "searcher/search.h"
#include "searcher/topic_counts.h"
#include "searcher/topics.h"

namespace kwerenda {
namespace {

// Words of a passage that stand for it when others like it are looked for.
constexpr std::size_t kSimilarWords = 24;

std::vector<Topic> open_topics(const SearcherOptions& options) {
  std::vector<std::filesystem::path> directories{data_file("topics")};
  directories.insert(directories.end(), options.topics.begin(), options.topics.end());
  return load_topics(directories);
}

std::vector<TopicInfo> infos_of(const std::vector<Topic>& topics) {
  std::vector<TopicInfo> infos;
  for (const Topic& topic : topics)
    infos.push_back({topic.name, topic.label, topic.description, topic.aliases});
  return infos;
}

bool is_date(std::uint32_t date) {
  return date >= 10000101 && date <= 99991231 &&
         std::holds_alternative<DateRange>(
             parse_date_range(fmt::format("{:04}-{:02}-{:02}", date / 10000, date / 100 % 100, date % 100)));
}

void check(const SearchOptions& options) {
  for (const auto& [name, date] :
       {std::pair{"date_from", options.date_from}, std::pair{"date_to", options.date_to}}) {
    if (date == 0 || is_date(date)) continue;
    throw Error(ErrorKind::usage,
                message("{}: oczekiwano daty RRRRMMDD, np. 20240514, albo 0, jest {}",
                        "{}: expected a date YYYYMMDD, e.g. 20240514, or 0, found {}", name, date));
  }
  if (options.date_to && options.date_from > options.date_to) {
    throw Error(ErrorKind::usage,
                message("date_from ({}) jest późniejsze niż date_to ({})",
                        "date_from ({}) is later than date_to ({})", options.date_from, options.date_to));
  }
  if (options.sort < SortOrder::relevance || options.sort > SortOrder::report) {
    throw Error(ErrorKind::usage,
                message("sort: oczekiwano jednej z wartości SortOrder, jest {}",
                        "sort: expected one of SortOrder, found {}", static_cast<int>(options.sort)));
  }
}

// A topic stands for its name here: its aspects are in its file, and on one line they are three kilobytes.
std::string notation_of(QueryNode root) {
  const std::function<void(QueryNode&)> close_topics = [&](QueryNode& node) {
    if (node.kind == NodeKind::topic) node.children.clear();
    for (QueryNode& child : node.children) close_topics(child);
  };
  close_topics(root);
  return to_sexpr(root);
}

}  // namespace

struct Searcher::Impl {
  std::filesystem::path index;
  std::shared_ptr<VerifiedSegments> verified;
  std::shared_ptr<const KeyMaker> keys;
  WordLists lists;
  std::vector<Topic> topics;
  std::optional<Thesaurus> thesaurus;
  std::mutex mutex;
  std::vector<std::unique_ptr<IndexReader>>
      idle;                 // one handle a thread: copies of a Xapian handle may not be shared
  std::size_t readers = 0;  // that were ever made

  // A reader out of the pool, given back at the end.
  class Lease {
   public:
    explicit Lease(Impl& impl) : impl_(impl) {
      {
        const std::lock_guard lock(impl_.mutex);
        if (!impl_.idle.empty()) {
          reader_ = std::move(impl_.idle.back());
          impl_.idle.pop_back();
        }
      }
      if (reader_) return;
      reader_ = std::make_unique<IndexReader>(impl_.index, impl_.keys, impl_.verified);
      // Room for all that are lent, so that giving one back cannot fail: a destructor must not throw.
      const std::lock_guard lock(impl_.mutex);
      impl_.idle.reserve(++impl_.readers);
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      // After an error the handle is dropped: Xapian does not promise that it is sound.
      if (std::uncaught_exceptions() > exceptions_) return;
      const std::lock_guard lock(impl_.mutex);
      impl_.idle.push_back(std::move(reader_));
    }
    IndexReader& operator*() { return *reader_; }
    IndexReader* operator->() { return reader_.get(); }

   private:
    Impl& impl_;
    std::unique_ptr<IndexReader> reader_;
    int exceptions_ = std::uncaught_exceptions();
  };

  SearchContext context() const {
    return {keys.get(), &lists, topics, thesaurus ? &*thesaurus : nullptr, {}};
  }

  QueryNode any_topic(const std::vector<std::string>& names) const {
    if (names.size() == 1) return topic_query(find_topic(names.front(), topics));
    QueryNode any;
    any.kind = NodeKind::any_of;
    for (const std::string& name : names) any.children.push_back(topic_query(find_topic(name, topics)));
    return any;
  }

  QueryNode within_topics(QueryNode query, const std::vector<std::string>& names) const {
    if (names.empty()) return query;
    if (query.kind == NodeKind::word) {  // ranks as it does without topics
      QueryNode list;
      list.children.push_back(std::move(query));
      query = std::move(list);
    }
    QueryNode both;
    both.kind = NodeKind::all_of;
    both.children.push_back(std::move(query));
    both.children.push_back(any_topic(names));
    return both;
  }

  // The query with its topics resolved. Of topics given as options one is enough, and what touches more of
  // them ranks higher; beside a query they are a filter that ranks too, without one they are the query.
  Query query_of(std::string_view text, const SearchOptions& options) const {
    Query query;
    const bool only_topics = trimmed(text).empty() && !options.topics.empty();
    if (!only_topics) {
      query = options.syntax == QuerySyntax::plain ? parse_plain(text) : parse_query(text);
      resolve_topics(query.root, query.text, topics);
    }
    if (options.topics.empty()) return query;
    query.root =
        only_topics ? any_topic(options.topics) : within_topics(std::move(query.root), options.topics);
    return query;
  }

  // "id#p12" to the passage's document number, or Error{not_found}.
  static Xapian::docid find(IndexReader& reader, std::string_view citation) {
    const std::size_t mark = citation.rfind("#p");
    std::uint32_t ordinal = 0;
    if (mark != std::string_view::npos) {
      const std::string_view number = citation.substr(mark + 2);
      const char* const end = number.data() + number.size();
      if (std::from_chars(number.data(), end, ordinal).ptr != end) ordinal = 0;
    }
    if (ordinal == 0) {
      throw Error(
          ErrorKind::not_found,
          message("„{}”: oczekiwano cytatu w postaci raport#p12, jak w wynikach szukania.",
                  "“{}”: expected a citation like report#p12, as in search results.", printable(citation)));
    }
    // Results show control characters of file names as \\xNN, and so people hand them back.
    const std::string_view report = citation.substr(0, mark);
    std::vector<Xapian::docid> passages = reader.passages_of(report_key(report));
    if (passages.empty()) passages = reader.passages_of(report_key(unescaped(report)));
    if (passages.empty()) {
      throw Error(ErrorKind::not_found,
                  message("„{}”: w indeksie nie ma takiego raportu. Przepisz cytat z wyników szukania.",
                          "“{}”: the index has no such report. Take the citation from search results.",
                          printable(citation)));
    }
    PassageKeys passage;
    for (const Xapian::docid id : passages) {
      reader.read_keys(id, passage);
      if (passage.ordinal == ordinal) return id;
    }
    throw Error(
        ErrorKind::not_found,
        message("„{}”: nie ma takiego fragmentu; raport ma {}. Mógł się zmienić, poszukaj w nim ponownie.",
                "“{}”: there is no such passage; the report has {}. It may have changed, search it again.",
                printable(citation), counted(passages.size(), kPassageNoun)));
  }
};

Searcher Searcher::open(const std::filesystem::path& index, const SearcherOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->index = index;
  impl->verified = std::make_shared<VerifiedSegments>(options.verify);
  ExtraForms extra;
  extra.add(stored_extra_lexicon(index, *impl->verified), index.string());
  impl->keys =
      std::make_shared<KeyMaker>(Lexicon::open(data_file("pl.lex", options.lexicon), std::move(extra)));
  impl->lists.stop = StopWords::load(options.stopwords.empty() ? data_file("stopwords/pl.txt")
                                                               : options.stopwords / "pl.txt");
  impl->lists.question = StopWords::load(options.stopwords.empty() ? data_file("stopwords/questions-pl.txt")
                                                                   : options.stopwords / "questions-pl.txt");
  impl->topics = open_topics(options);
  if (!options.thesaurus.empty()) impl->thesaurus = Thesaurus::open(options.thesaurus);
  impl->readers = 1;
  impl->idle.push_back(std::make_unique<IndexReader>(index, impl->keys, impl->verified));
  return Searcher(std::move(impl));
}

Searcher::Searcher(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Searcher::Searcher(Searcher&&) noexcept = default;
Searcher& Searcher::operator=(Searcher&&) noexcept = default;
Searcher::~Searcher() = default;

SearchResult Searcher::search(std::string_view query, const SearchOptions& options) const {
  check(options);
  const Query parsed = impl_->query_of(query, options);
  Impl::Lease reader(*impl_);
  SearchResult result = reader->consistently(
      [&] { return search_index(*reader, parsed.root, parsed.text, options, impl_->context()); });
  result.understood = notation_of(parsed.root);
  result.notes.insert(result.notes.begin(), parsed.notes.begin(), parsed.notes.end());
  if (parsed.dropped_words) {
    result.notes.push_back(message("Zapytanie jest długie: na końcu pominięto {}.",
                                   "The query is long: {} left out at its end.",
                                   counted(parsed.dropped_words, kWordNoun)));
  }
  return result;
}

SearchResult Searcher::similar(std::string_view citation, const SearchOptions& options) const {
  check(options);
  Impl::Lease reader(*impl_);
  return reader->consistently([&] {
    const Xapian::docid self = Impl::find(*reader, citation);
    StoredPassage passage;
    reader->read(self, passage);
    // Its rarest words stand for it, each lemma by one of its forms.
    std::vector<Token> tokens;
    tokenize(passage.text, tokens);
    std::map<std::string, std::pair<double, std::string>> words;  // by key: weight and form
    std::vector<Key> keys;
    const double passages = reader->vocabulary().passages();
    for (const Token& token : tokens) {
      const std::string surface = passage.text.substr(token.begin, token.end - token.begin);
      impl_->keys->keys_of(surface, keys);
      auto& [weight, form] = words[keys.front().text];
      weight += inverse_passage_frequency(passages, reader->vocabulary().passages_with(keys.front().text));
      form = surface;
    }
    std::vector<std::pair<double, std::string>> ranked;
    for (auto& [key, word] : words) ranked.push_back(std::move(word));
    std::sort(ranked.begin(), ranked.end(), std::greater<>());
    if (ranked.size() > kSimilarWords) ranked.resize(kSimilarWords);
    QueryNode root;
    root.kind = NodeKind::words;
    for (const auto& [weight, surface] : ranked) {
      QueryNode word;
      word.kind = NodeKind::word;
      word.text = surface;
      root.children.push_back(std::move(word));
    }
    SearchOptions as_written = options;
    as_written.repair = Repair::off;
    return search_index(*reader, impl_->within_topics(root, options.topics), "", as_written, impl_->context(),
                        self);
  });
}

std::string Searcher::why_not(std::string_view citation, std::string_view query,
                              const SearchOptions& options) const {
  constexpr std::uint32_t kDepth = 5000;
  const std::string shown_citation = [&] {
    Impl::Lease reader(*impl_);
    return reader->consistently([&] {
      PassageKeys passage;
      reader->read_keys(Impl::find(*reader, citation), passage);
      return citation_of(citation.substr(0, citation.rfind("#p")), passage.ordinal);
    });
  }();
  const auto rank_in = [&](const SearchResult& result) {
    return static_cast<std::size_t>(
        std::find_if(result.hits.begin(), result.hits.end(),
                     [&](const Hit& hit) { return hit.citation == shown_citation; }) -
        result.hits.begin());
  };
  SearchOptions deep = options;
  deep.offset = 0;
  deep.limit = kDepth;
  deep.per_report = 0;
  deep.fold_duplicates = FoldDuplicates::off;
  deep.facets = false;
  deep.context = 0;
  deep.explain = true;
  const SearchResult all = search(query, deep);
  const std::size_t rank = rank_in(all);
  if (rank == kDepth)
    return message("{}: dalej niż na miejscu {}.", "{}: further down than place {}.", shown_citation, kDepth);
  if (rank == all.hits.size()) {
    const Query parsed = impl_->query_of(query, options);
    Impl::Lease reader(*impl_);
    return reader->consistently([&] {
      return message("{}: nie pasuje: {}.", "{}: no match: {}.", shown_citation,
                     describe(refusal_of(Impl::find(*reader, citation), *reader, parsed.root, parsed.text,
                                         options, impl_->context())));
    });
  }
  const Hit& hit = all.hits[rank];
  std::string text = message("{}: miejsce {} z wynikiem {}; ", "{}: place {} with score {}; ", shown_citation,
                             rank + 1, decimal(hit.score, 2));
  if (options.limit == 0) return text + message("nie pokazano żadnego fragmentu.", "no passage was shown.");
  SearchOptions first_page = options;
  first_page.offset = 0;
  const SearchResult shown = search(query, first_page);
  if (rank_in(shown) < shown.hits.size())
    return text + message("jest wśród pokazanych.", "it is among those shown.");
  if (std::any_of(shown.hits.begin(), shown.hits.end(),
                  [&](const Hit& other) { return other.text == hit.text; })) {
    return text + message("pominięty, bo pokazano już fragment o tej samej treści.",
                          "left out because a passage of the same text was shown already.");
  }
  for (const Hit& other : shown.hits) {
    if (other.duplicates == 0 || other.report_id == hit.report_id ||
        options.fold_duplicates == FoldDuplicates::off)
      continue;
    Impl::Lease reader(*impl_);
    const bool copy = reader->consistently([&] {
      PassageKeys mine, others;
      reader->read_keys(Impl::find(*reader, citation), mine);
      reader->read_keys(Impl::find(*reader, fmt::format("{}#p{}", other.report_id, other.ordinal)), others);
      return is_near_copy(mine.text, others.text);
    });
    if (copy)
      return text + message("pominięty, bo pokazano fragment prawie tej samej treści: {}.",
                            "left out because a passage of nearly the same text was shown: {}.",
                            other.citation);
  }
  const auto of_report = std::count_if(shown.hits.begin(), shown.hits.end(),
                                       [&](const Hit& other) { return other.report_id == hit.report_id; });
  if (options.per_report && of_report >= options.per_report) {
    return text + message("pominięty, bo z tego raportu pokazano już tyle, ile wolno: {}.",
                          "left out because no more than {} of this report may be shown.",
                          counted(static_cast<std::uint64_t>(of_report), kPassageNoun));
  }
  text += message("pokazano {}", "shown: {}", counted(shown.hits.size(), kPassageNoun));
  if (options.sort == SortOrder::relevance && !shown.hits.empty())
    text += message(" o wyniku co najmniej {}", " with a score of {} or more",
                    decimal(shown.hits.back().score, 2));
  std::vector<std::string> missing;
  for (const ScoreShare& share : hit.explanation) {
    if (share.share == 0) missing.push_back(share.word);
  }
  if (!missing.empty())
    text += message("; nie ma w nim słów: {}", "; it lacks the words: {}", fmt::join(missing, ", "));
  return text + ".";
}

TopicMatrix Searcher::topic_matrix(const SearchOptions& filters) const {
  check(filters);
  Impl::Lease reader(*impl_);
  return reader->consistently([&] {
    const SearchContext context = impl_->context();
    TopicMatrix matrix{infos_of(impl_->topics), {}, {}};
    const MatchSet all{
        filtered(CandidateQuery::everything(), filters, *reader, context, matrix.notes), false, {}};
    std::map<std::string, std::vector<std::uint32_t>> rows;
    for (std::size_t i = 0; i < impl_->topics.size(); ++i) {
      for (const auto& [key, passages] : count_reports_of_topic(*reader, impl_->topics[i], all, context)) {
        auto& row = rows[reader->report(key).id];
        row.resize(impl_->topics.size());
        row[i] = passages;
      }
    }
    for (auto& [id, passages] : rows) matrix.rows.push_back({id, std::move(passages)});
    return matrix;
  });
}

std::vector<TopicInfo> Searcher::topics() const { return infos_of(impl_->topics); }
std::vector<TopicInfo> Searcher::list_topics(const SearcherOptions& options) {
  return infos_of(open_topics(options));
}

IndexInfo Searcher::info() const {
  Impl::Lease reader(*impl_);
  return reader->consistently([&] {
    IndexInfo info;
    const std::string prefix(1, kReportMetadataPrefix);
    for (const IndexReader::Segment& segment : reader->segments()) {
      const Xapian::Database& database = segment.database;
      info.passages += database.get_doccount();
      for (auto it = database.metadata_keys_begin(prefix); it != database.metadata_keys_end(prefix); ++it) {
        const std::string key = (*it).substr(1);
        if (segment.dead_reports.contains(decode_report_key(key))) {
          info.passages -= database.get_termfreq(kReportPrefix + key);
        } else {
          ++info.reports;
        }
      }
    }
    info.format_version = reader->manifest().format_version;
    info.analysis_version = reader->manifest().analysis_version;
    info.created = reader->manifest().created;
    return info;
  });
}

}  // namespace kwerenda
