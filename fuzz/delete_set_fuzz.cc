// Any bytes as a delete set, V1 and V2: an error, or a set that is written and read as itself, and
// that Normalize changes in form alone.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/check.h"
#include "codec/delete_set.h"

namespace {

using ypp::DeleteSet;
using ypp::codec::ByteReader;
using ypp::codec::ByteWriter;
using Read = DeleteSet (*)(ByteReader&);
using Write = void (*)(ByteWriter&, const DeleteSet&);

// Ranges that are empty delete nothing: V2 has no bytes for them.
size_t RangesWithSomething(const DeleteSet& set) {
  size_t count = 0;
  for (const ypp::ClientRanges& client : set.clients()) {
    for (const ypp::ClockRange& range : client.ranges) count += range.length > 0;
  }
  return count;
}

void ReadAndWrite(ypp::codec::Bytes bytes, Read read, Write write) {
  ByteReader in(bytes);
  DeleteSet set = read(in);
  if (!in.ok()) return;
  const DeleteSet as_read = set;
  set.Normalize();
  for (const ypp::ClientRanges& client : as_read.clients()) {
    for (const ypp::ClockRange& range : client.ranges) YPP_CHECK(set.Covers(client.client, range));
  }

  ByteWriter out;
  write(out, set);
  const std::string written(out.bytes());
  ByteReader back(ypp::codec::AsBytes(written));
  DeleteSet again = read(back);
  YPP_CHECK(back.ok() && back.empty());
  again.Normalize();
  YPP_CHECK(RangesWithSomething(again) == RangesWithSomething(set));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ReadAndWrite({data, size}, &ypp::codec::ReadDeleteSetV1, &ypp::codec::WriteDeleteSetV1);
  ReadAndWrite({data, size}, &ypp::codec::ReadDeleteSetV2, &ypp::codec::WriteDeleteSetV2);
  return 0;
}
