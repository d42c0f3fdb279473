#include "searcher/near_duplicates.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kwerenda {
namespace {

// A run's hash, 32 well mixed bits (the finaliser of MurmurHash3 over 45 bits of keys).
std::uint32_t run_hash(std::uint64_t run) {
  run ^= run >> 33;
  run *= 0xff51afd7ed558ccdULL;
  run ^= run >> 33;
  run *= 0xc4ceb9fe1a85ec53ULL;
  return static_cast<std::uint32_t>(run >> 32);
}

// The same in one multiplication: the high bits are mixed well enough for a table that is looked up.
std::uint64_t table_hash(std::uint64_t run) { return run * 0x9e3779b97f4a7c15ULL; }

// A run of three words as one number of 45 bits.
constexpr std::uint64_t kRunMask = (std::uint64_t{1} << 45) - 1;
static_assert(kLeastRun == 3);

std::uint64_t run_at(const std::vector<std::uint16_t>& words, std::size_t at) {
  return std::uint64_t{words[at]} << 30 | std::uint64_t{words[at + 1]} << 15 | words[at + 2];
}

// Calls `each` with every three words in a row, a word being its best key.
template <typename Each>
std::size_t for_each_run(KeyStreamView stream, Each each) {
  std::uint64_t run = 0;
  std::size_t tokens = 0;
  for (const std::uint16_t key : stream) {
    if (key & kFurtherKey) continue;
    run = (run << 15 | key) & kRunMask;
    if (++tokens >= kLeastRun) each(run);
  }
  return tokens;
}

// `keys` has as many words.
std::uint64_t first_run(const std::uint16_t* keys) {
  std::uint64_t run = 0;
  for (std::size_t words = 0; words < kLeastRun; ++keys) {
    if (*keys & kFurtherKey) continue;
    run = run << 15 | *keys;
    ++words;
  }
  return run;
}

// Marks of runs that stand at either end of a passage, beside the run's bits.
constexpr std::uint64_t kAtBeginning = kRunMask + 1, kAtEnd = kAtBeginning << 1;

std::size_t words_of_four(const std::uint16_t* keys) {
  std::uint64_t four;
  std::memcpy(&four, keys, sizeof four);
  constexpr std::uint64_t kOnes = 0x0001000100010001;
  return 4 - ((four >> 15 & kOnes) * kOnes >> 48);
}

void words_of(KeyStreamView stream, std::vector<std::uint16_t>& words) {
  words.resize(stream.size());
  std::size_t size = 0;
  for (const std::uint16_t key : stream) {
    words[size] = key;
    size += !(key & kFurtherKey);
  }
  words.resize(size);
}

// The least number of shared words that is enough of `words`, the words of both counted one by one.
std::size_t least_shared(std::size_t words) {
  auto shared = static_cast<std::size_t>(static_cast<double>(words) * kLeastShared / (1 + kLeastShared));
  while (static_cast<double>(shared) < kLeastShared * static_cast<double>(words - shared)) ++shared;
  return shared;
}

constexpr std::uint32_t kNowhere = UINT32_MAX;

// Buckets that have the same hash in both; `kNoRun` is none.
std::size_t agreeing(const Sketch& a, const Sketch& b) {
  static_assert(kSketchBuckets % 4 == 0);
#ifdef __SSE2__
  const __m128i none = _mm_set1_epi32(static_cast<int>(kNoRun));
  __m128i counts = _mm_setzero_si128();
  for (std::size_t i = 0; i < kSketchBuckets; i += 4) {
    const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&a[i]));
    const __m128i same = _mm_cmpeq_epi32(four, _mm_loadu_si128(reinterpret_cast<const __m128i*>(&b[i])));
    counts = _mm_sub_epi32(counts, _mm_andnot_si128(_mm_cmpeq_epi32(four, none), same));
  }
  counts = _mm_add_epi32(counts, _mm_shuffle_epi32(counts, _MM_SHUFFLE(1, 0, 3, 2)));
  counts = _mm_add_epi32(counts, _mm_shuffle_epi32(counts, _MM_SHUFFLE(2, 3, 0, 1)));
  return static_cast<std::size_t>(_mm_cvtsi128_si32(counts));
#else
  std::size_t count = 0;
  for (std::size_t i = 0; i < kSketchBuckets; ++i) count += a[i] == b[i] && a[i] != kNoRun;
  return count;
#endif
}

std::uint64_t bucket_key(std::size_t bucket, std::uint32_t least) {
  return static_cast<std::uint64_t>(bucket) << 32 | least;
}

}  // namespace

Sketch sketch_of(KeyStreamView stream) {
  Sketch sketch;
  sketch.fill(kNoRun);
  const std::size_t tokens = for_each_run(stream, [&](std::uint64_t run) {
    const std::uint32_t hash = run_hash(run);
    std::uint32_t& least = sketch[hash % kSketchBuckets];
    least = std::min(least, hash);
  });
  if (tokens < kLeastTokens) sketch.fill(kNoRun);
  return sketch;
}

bool is_near_copy(KeyStreamView a, KeyStreamView b) { return PassageComparison().is_near_copy(a, b); }

std::size_t PassageComparison::Part::shorter() const { return std::min(a_end - a, b_end - b); }
std::size_t PassageComparison::Part::longer() const { return std::max(a_end - a, b_end - b); }

// The passages are what they share and the pieces between: a common beginning, a common end, and of what is
// left the longest run that is in both (the first in a, and the last in b, of those that are equally long),
// then the same of what stands before that run and behind it. As there is a piece on either side of every
// such run, a copy has one of them at most.
bool PassageComparison::is_near_copy(KeyStreamView a, KeyStreamView b) {
  static_assert(kMostPieces == 2);
  words_of(a, a_);
  words_of(b, b_);
  const std::size_t shorter = std::min(a_.size(), b_.size());
  if (shorter < kLeastTokens) return false;
  const std::size_t enough = least_shared(a_.size() + b_.size());
  if (shorter < enough) return false;
  const Part rest = without_common_ends();
  if (rest.longer() == 0) return true;
  const std::size_t shared = a_.size() - (rest.a_end - rest.a);
  if (shared + rest.shorter() < enough) return false;

  const auto is_piece = [&](const Part& part) {
    return part.longer() >= kLeastPiece && (part.shorter() == 0 || shorter >= kLeastChangedTokens);
  };
  const std::size_t least_run = shared + kLeastRun < enough ? enough - shared : kLeastRun;
  SharedRun run;
  if (rest.shorter() >= least_run) {
    const std::size_t runs = rest.b_end - rest.b - kLeastRun + 1;
    shift_ = 64 - std::max(1, static_cast<int>(std::bit_width(runs)));
    last_.assign(std::size_t{1} << (64 - shift_), kNowhere);
    before_.resize(b_.size());
    index_runs(rest.b, rest.b_end - least_run + 1);
    run = longest_run(rest, least_run);
  }
  if (run.length == 0) return shared >= enough && is_piece(rest);
  const Part left{rest.a, run.a, rest.b, run.b};
  const Part right{run.a + run.length, rest.a_end, run.b + run.length, rest.b_end};
  if (!is_piece(left) || !is_piece(right)) return false;
  index_runs(rest.b_end - least_run + 1, rest.b_end - kLeastRun + 1);
  return !shares_a_run(left) && !shares_a_run(right);
}

PassageComparison::Part PassageComparison::without_common_ends() const {
  const std::size_t shorter = std::min(a_.size(), b_.size());
  std::size_t begin = 0, end = 0;
  while (begin < shorter && a_[begin] == b_[begin]) ++begin;
  if (begin < kLeastRun) begin = 0;
  while (end < shorter - begin && a_[a_.size() - end - 1] == b_[b_.size() - end - 1]) ++end;
  if (end < kLeastRun) end = 0;
  return {begin, a_.size() - end, begin, b_.size() - end};
}

std::size_t PassageComparison::bucket_of(std::uint64_t run) const { return table_hash(run) >> shift_; }

void PassageComparison::index_runs(std::size_t begin, std::size_t end) {
  for (std::size_t at = begin; at < end; ++at) {
    std::uint32_t& last = last_[bucket_of(run_at(b_, at))];
    before_[at] = last;
    last = static_cast<std::uint32_t>(at);
  }
}

// Of length 0 if none has `least` words.
PassageComparison::SharedRun PassageComparison::longest_run(const Part& part, std::size_t least) const {
  SharedRun longest;
  std::size_t passed = least - 1;  // a run must be longer
  for (std::size_t i = part.a; i + passed < part.a_end; ++i) {
    for (std::uint32_t j = last_[bucket_of(run_at(a_, i))]; j != kNowhere; j = before_[j]) {
      if (j + passed >= part.b_end || a_[i + passed] != b_[j + passed]) continue;
      if (i > part.a && j > part.b && a_[i - 1] == b_[j - 1]) continue;  // seen from its beginning
      const std::size_t most = std::min(part.a_end - i, part.b_end - j);
      std::size_t length = 0;
      while (length < most && a_[i + length] == b_[j + length]) ++length;
      if (length <= passed) continue;
      passed = length;
      longest = {i, j, length};
      if (i + length == part.a_end) return longest;
    }
  }
  return longest;
}

bool PassageComparison::shares_a_run(const Part& part) const {
  for (std::size_t i = part.a; i + kLeastRun <= part.a_end; ++i) {
    const std::uint64_t run = run_at(a_, i);
    for (std::uint32_t j = last_[bucket_of(run)]; j != kNowhere && j >= part.b; j = before_[j]) {
      if (j + kLeastRun <= part.b_end && run_at(b_, j) == run) return true;
    }
  }
  return false;
}

std::size_t RunFilter::bit_of(std::uint64_t run) { return table_hash(run) >> (64 - kBitsLog); }

void RunFilter::add(KeyStreamView stream) {
  std::uint64_t last = 0;
  const std::size_t words = for_each_run(stream, [&](std::uint64_t run) {
    runs_[bit_of(run)] = true;
    last = run;
  });
  if (words < kLeastTokens) return;
  runs_[bit_of(first_run(stream.data()) | kAtBeginning)] = true;
  runs_[bit_of(last | kAtEnd)] = true;
}

bool RunFilter::may_be_copy(KeyStreamView stream) const {
  static_assert(kMostPieces == 2 && kLeastShared >= 0.6 && kLeastTokens >= 20);  // see the class
  const std::size_t words = tokens_in(stream);
  if (words < kLeastTokens) return false;
  if (runs_[bit_of(first_run(stream.data()) | kAtBeginning)]) return true;
  const std::uint16_t* last = stream.data() + stream.size();
  for (std::size_t taken = 0; taken < kLeastRun;) taken += !(*--last & kFurtherKey);
  if (runs_[bit_of(first_run(last) | kAtEnd)]) return true;
  const std::uint16_t* middle = stream.data();
  std::size_t before = (words - kLeastRun) / 2;
  for (; before >= 4; middle += 4) before -= words_of_four(middle);
  for (; before > 0; ++middle) before -= !(*middle & kFurtherKey);
  return runs_[bit_of(first_run(middle))];
}

void SketchIndex::add_to_buckets(const Added& added) {
  for (std::size_t i = 0; i < kSketchBuckets; ++i) {
    if (added.sketch[i] != kNoRun) by_bucket_.emplace(bucket_key(i, added.sketch[i]), added.number);
  }
}

void SketchIndex::add(const Sketch& sketch, std::uint32_t number) {
  if (by_bucket_.empty() && few_.size() < kFew) {
    few_.push_back({sketch, number});
    return;
  }
  for (const Added& added : few_) add_to_buckets(added);
  few_.clear();
  add_to_buckets({sketch, number});
}

void SketchIndex::similar_to(const Sketch& sketch, std::vector<std::uint32_t>& numbers) const {
  const auto filled = static_cast<std::size_t>(
      std::count_if(sketch.begin(), sketch.end(), [](std::uint32_t least) { return least != kNoRun; }));
  if (filled == 0) return;
  // Of 16 buckets at a likeness of .6 fewer than 4 agree once in a thousand times.
  const auto enough = [&](std::size_t agree) { return agree > 0 && agree * 4 >= filled; };
  for (const Added& added : few_) {
    if (enough(agreeing(added.sketch, sketch))) numbers.push_back(added.number);
  }
  if (by_bucket_.empty()) return;
  std::vector<std::uint32_t> found;  // a number for each bucket that agrees
  for (std::size_t i = 0; i < kSketchBuckets; ++i) {
    if (sketch[i] == kNoRun) continue;
    const auto [first, last] = by_bucket_.equal_range(bucket_key(i, sketch[i]));
    for (auto it = first; it != last; ++it) found.push_back(it->second);
  }
  std::sort(found.begin(), found.end());
  for (auto first = found.begin(); first != found.end();) {
    const auto last = std::upper_bound(first, found.end(), *first);
    if (enough(static_cast<std::size_t>(last - first))) numbers.push_back(*first);
    first = last;
  }
}

}  // namespace kwerenda
