#include "searcher/dead_passages.h"

#include <algorithm>

namespace kwerenda {
namespace {

class DeadPassages : public Xapian::PostingSource {
 public:
  explicit DeadPassages(std::shared_ptr<const DeadDocuments> dead) : dead_(std::move(dead)) {}

  DeadPassages* clone() const override { return new DeadPassages(dead_); }

  // Called for each segment by itself, on a clone.
  void init(const Xapian::Database& segment) override {
    static const std::vector<Xapian::docid> kNone;
    const auto found = dead_->find(segment.get_uuid());
    documents_ = found == dead_->end() ? &kNone : &found->second;
    next_ = documents_->begin();
    started_ = false;
  }

  Xapian::doccount get_termfreq_min() const override { return get_termfreq_max(); }
  Xapian::doccount get_termfreq_est() const override { return get_termfreq_max(); }
  Xapian::doccount get_termfreq_max() const override {
    return static_cast<Xapian::doccount>(documents_->size());
  }

  void next(double) override {
    if (started_) ++next_;
    started_ = true;
  }
  void skip_to(Xapian::docid id, double) override {
    started_ = true;
    next_ = std::lower_bound(next_, documents_->end(), id);
  }
  bool at_end() const override { return next_ == documents_->end(); }
  Xapian::docid get_docid() const override { return *next_; }

 private:
  std::shared_ptr<const DeadDocuments> dead_;
  const std::vector<Xapian::docid>* documents_ = nullptr;
  std::vector<Xapian::docid>::const_iterator next_;
  bool started_ = false;
};

}  // namespace

Xapian::Query dead_passages_query(std::shared_ptr<const DeadDocuments> dead) {
  return Xapian::Query((new DeadPassages(std::move(dead)))->release());
}

}  // namespace kwerenda
