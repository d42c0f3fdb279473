#include "indexer/passage_document.h"

#include <fmt/format.h>

#include "analysis/schema.h"
#include "analysis/stored.h"

namespace kwerenda {

void PassageDocumentMaker::begin_report(const Report& report, std::uint64_t key) {
  report_ = &report;
  key_ = key;
  terms_.set_title(report.title);
  const std::string key_bytes = encode_report_key(key);
  filters_ = {kReportPrefix + key_bytes};
  values_ = {{kReportSlot, key_bytes}};
  if (report.date) {
    const std::string date = fmt::format("{:08}", report.date);
    filters_.push_back(kYearPrefix + date.substr(0, 4));
    filters_.push_back(kMonthPrefix + date.substr(0, 6));
    filters_.push_back(kDayPrefix + date);
    values_.emplace_back(kDateSlot, date);
  }
  for (const PassageTerm& term : terms_.place_terms_of(report.place))
    filters_.push_back(term_text(term, table_));
}

void PassageDocumentMaker::make(const Passage& passage, PassageDocument& document) {
  const std::string_view text =
      std::string_view(report_->text).substr(passage.begin, passage.end - passage.begin);
  terms_.set_heading(passage.heading);
  terms_.terms_of(text, document.terms);
  document.keys = {.report_key = key_,
                   .ordinal = passage.ordinal,
                   .text_bytes = static_cast<std::uint32_t>(text.size()),
                   .text = terms_.text_stream(),
                   .title = terms_.title_stream(),
                   .heading = terms_.heading_stream()};
}

StoredPassage stored_passage(const Report& report, std::uint64_t key, const Passage& passage) {
  return {.report_key = key,
          .ordinal = passage.ordinal,
          .begin = passage.begin,
          .heading = passage.heading,
          .text = report.text.substr(passage.begin, passage.end - passage.begin)};
}

StoredReport stored_report(const Report& report, const std::vector<Passage>& passages) {
  StoredReport stored{.id = report.id,
                      .source = report.source,
                      .title = report.title,
                      .place = report.place,
                      .url = report.url,
                      .date = report.date,
                      .passages = static_cast<std::uint32_t>(passages.size()),
                      .size = report.size,
                      .mtime_ns = report.mtime_ns,
                      .ctime_ns = report.ctime_ns,
                      .content_hash = report.content_hash};
  for (const Passage& passage : passages) stored.passage_bytes += passage.end - passage.begin;
  return stored;
}

std::string report_metadata_key(std::uint64_t key) { return kReportMetadataPrefix + encode_report_key(key); }

}  // namespace kwerenda
