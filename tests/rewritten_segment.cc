#include "tests/rewritten_segment.h"

#include <xxhash.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "analysis/block_sum.h"
#include "analysis/key_streams.h"
#include "analysis/segment_sums.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 8192;

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

// Calls `change` with each block, its number and the end of its directory. Xapian leaves the place of our
// checksums as it is; none of these small blocks is full.
template <typename Change>
void change_blocks(const fs::path& table, Change change) {
  std::string contents = contents_of(table);
  auto* const bytes = reinterpret_cast<unsigned char*>(contents.data());
  for (std::uint32_t number = 0; (number + std::size_t{1}) * kBlock <= contents.size(); ++number) {
    unsigned char* const block = bytes + number * kBlock;
    const auto number_at = [&](std::size_t at) { return std::size_t{block[at]} << 8 | block[at + 1]; };
    const std::size_t directory_end = number_at(9);
    std::size_t items = kBlock;
    for (std::size_t at = 11; at < directory_end; at += 2) items = std::min(items, number_at(at));
    if (directory_end + kBlockSumBytes > items) throw std::runtime_error(table.string() + ": a full block");
    change(block, number, directory_end);
  }
  std::ofstream(table, std::ios::binary) << contents;
}

void seal_blocks(const fs::path& table) {
  change_blocks(table, [](unsigned char* block, std::uint32_t number, std::size_t) {
    seal_block(block, kBlock, number);
  });
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
  for (const char* name : {"postlist.glass", "docdata.glass"}) {
    if (fs::exists(aside / name)) seal_blocks(aside / name);
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
  if (file.extension() == ".glass") seal_blocks(file);
}

void unseal_blocks(const fs::path& table) {
  change_blocks(table, [](unsigned char* block, std::uint32_t, std::size_t directory_end) {
    std::fill_n(block + directory_end, kBlockSumBytes, static_cast<unsigned char>(0));
  });
}

}  // namespace kwerenda
