#include "indexer/restored_report.h"

#include <cstdint>
#include <stdexcept>

namespace kwerenda {

RestoredReport restored_report(const StoredReport& stored, const std::vector<StoredPassage>& passages) {
  RestoredReport restored;
  Report& report = restored.report;
  report.id = stored.id;
  report.source = stored.source;
  report.title = stored.title;
  report.place = stored.place;
  report.url = stored.url;
  report.date = stored.date;
  report.size = stored.size;
  report.mtime_ns = stored.mtime_ns;
  report.content_hash = stored.content_hash;
  for (const StoredPassage& passage : passages) {
    if (passage.text.empty() || passage.begin < report.text.size() || passage.begin > kMaxTextBytes ||
        passage.text.size() > kMaxTextBytes - passage.begin) {
      throw std::out_of_range("passage");
    }
    report.text.resize(passage.begin, ' ');
    report.text += passage.text;
    restored.passages.push_back({static_cast<std::uint32_t>(passage.begin),
                                 static_cast<std::uint32_t>(report.text.size()),
                                 static_cast<std::uint32_t>(restored.passages.size() + 1), passage.heading});
  }
  return restored;
}

}  // namespace kwerenda
