#include "tests/rewritten_segment.h"

#include <xxhash.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "analysis/key_streams.h"
#include "analysis/segment_sums.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

std::string contents_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void copy_database(const Xapian::Database& from, Xapian::WritableDatabase& to) {
  std::map<Xapian::docid, Xapian::Document> documents;
  for (auto id = from.postlist_begin(""); id != from.postlist_end(""); ++id) {
    Xapian::Document& document = documents[*id];
    document.set_data(from.get_document(*id).get_data());
    for (const Xapian::valueno slot : {0u, 1u}) {
      const std::string value = from.get_document(*id).get_value(slot);
      if (!value.empty()) document.add_value(slot, value);
    }
  }
  for (auto term = from.allterms_begin(); term != from.allterms_end(); ++term) {
    for (auto posting = from.postlist_begin(*term); posting != from.postlist_end(*term); ++posting) {
      if (posting.get_wdf() > 0) {
        documents[*posting].add_term(*term, posting.get_wdf());
      } else {
        documents[*posting].add_boolean_term(*term);
      }
    }
  }
  for (const auto& [id, document] : documents) to.replace_document(id, document);
  for (auto name = from.metadata_keys_begin(); name != from.metadata_keys_end(); ++name)
    to.set_metadata(*name, from.get_metadata(*name));
}

}  // namespace

void rewrite_segment(const fs::path& segment, const std::function<void(Xapian::WritableDatabase&)>& change) {
  const fs::path aside = segment.string() + ".aside";
  {
    Xapian::WritableDatabase database(aside.string(), Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS);
    copy_database(Xapian::Database(segment.string()), database);
    database.commit();
    change(database);
    database.commit();
  }
  fs::copy(segment / kKeyStreamsName, aside / kKeyStreamsName);
  std::vector<SummedFile> files;
  for (const auto& entry : fs::directory_iterator(aside)) {
    const std::string bytes = contents_of(entry.path());
    files.push_back(
        {entry.path().filename().string(), bytes.size(), XXH3_64bits(bytes.data(), bytes.size())});
  }
  std::ofstream(aside / kSumsName) << to_text(files);
  fs::remove_all(segment);
  fs::rename(aside, segment);
}

void damage_bytes(const fs::path& file, const std::string& bytes) {
  std::string contents = contents_of(file);
  const std::size_t at = contents.find(bytes);
  if (at == std::string::npos) throw std::runtime_error(file.string() + ": bytes not found");
  contents[at + bytes.size() / 2] ^= 1;
  std::ofstream(file, std::ios::binary) << contents;
}

}  // namespace kwerenda
