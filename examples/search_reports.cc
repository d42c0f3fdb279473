// Prints the best passages for a query, at most one a report, with the matches in brackets. All that a
// program needs to search inside itself: one header, one target (kwerenda::searcher).
//
//   search_reports INDEX QUERY
#include <iostream>

#include "searcher/searcher.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: search_reports INDEX QUERY\n";
    return 2;
  }
  try {
    const kwerenda::Searcher searcher = kwerenda::Searcher::open(argv[1]);
    kwerenda::SearchOptions options;
    options.limit = 3;
    options.per_report = 1;
    const kwerenda::SearchResult result = searcher.search(argv[2], options);
    for (const std::string& note : result.notes) std::cout << "(" << note << ")\n";
    for (const kwerenda::Hit& hit : result.hits) {
      std::cout << hit.title << "\n" << hit.citation << "\n";
      std::size_t done = 0;  // highlights are byte ranges of the text, in order
      for (const kwerenda::Highlight& match : hit.highlights) {
        std::cout << hit.text.substr(done, match.begin - done) << "["
                  << hit.text.substr(match.begin, match.end - match.begin) << "]";
        done = match.end;
      }
      std::cout << hit.text.substr(done) << "\n\n";
    }
    return result.hits.empty() ? 1 : 0;
  } catch (const kwerenda::Error& error) {  // what() is a whole message for people
    std::cerr << error.what() << "\n";
    return 2;
  }
}
