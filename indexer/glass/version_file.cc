#include "indexer/glass/version_file.h"

#include <sys/random.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "analysis/message.h"
#include "indexer/glass/coding.h"

namespace kwerenda::glass {
namespace {

constexpr std::string_view kMagic("\x0f\x0dXapian Glass", 14);
constexpr unsigned kFormatVersion = (2016u - 2014u) << 9 | 3u << 5 | 14u;

void append_root(std::string& out, const TableRoot& root, std::uint32_t block_bytes) {
  const bool fake = root.blocks == 0;
  append_varint(out, root.root_block);
  append_varint(out, root.level << 2 | 2u | (fake ? 1u : 0u));
  append_varint(out, root.entries);
  append_varint(out, block_bytes >> 11);
  append_varint(out, root.compression == TagCompression::deflate ? kDeflateAbove : 0);
  std::string free_list;
  if (!fake) {
    append_varint(free_list, kFirstRevision);
    append_varint(free_list, root.blocks);
    free_list.append(4, '\0');
  }
  append_varint(out, free_list.size());
  out += free_list;
}

}  // namespace

std::array<unsigned char, 16> make_uuid() {
  std::array<unsigned char, 16> uuid;
  if (::getrandom(uuid.data(), uuid.size(), 0) != static_cast<ssize_t>(uuid.size())) {
    throw io_error("getrandom",
                   message("nie można wylosować identyfikatora", "cannot draw a random identifier"), errno);
  }
  uuid[6] = static_cast<unsigned char>((uuid[6] & 0x0f) | 0x40);
  uuid[8] = static_cast<unsigned char>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

SummedFile write_version_file(const std::filesystem::path& directory, const VersionFile& version,
                              Durability durability) {
  std::string out(kMagic);
  out += static_cast<char>(kFormatVersion >> 8);
  out += static_cast<char>(kFormatVersion & 0xff);
  out.append(reinterpret_cast<const char*>(version.uuid.data()), version.uuid.size());
  append_varint(out, kFirstRevision);

  TableRoot deflated_later;  // spelling and synonym: not written here, Xapian's default should they ever be
  deflated_later.compression = TagCompression::deflate;
  for (const TableRoot* root :
       {&version.postlist, &version.docdata, &version.termlist, &version.position,
        static_cast<const TableRoot*>(&deflated_later), static_cast<const TableRoot*>(&deflated_later)}) {
    append_root(out, *root, version.postlist.block_bytes);
  }

  const Statistics& statistics = version.statistics;
  append_varint(out, statistics.documents);
  append_varint(out, statistics.last_docid - statistics.documents);
  append_varint(out, statistics.shortest_document);
  append_varint(out, statistics.greatest_wdf);
  append_varint(out, statistics.longest_document - statistics.greatest_wdf);
  append_varint(out, 0);
  append_varint(out, statistics.total_length);
  append_varint(out, 0);

  OutputFile file(directory / kVersionFileName, 4096, durability);
  file.append(out);
  file.finish();
  return {kVersionFileName, file.size(), file.checksum()};
}

}  // namespace kwerenda::glass
