#include "tests/eval/snapshot.h"

#include <algorithm>

#include "codec/byte_writer.h"
#include "codec/delete_set.h"
#include "codec/update_reader.h"
#include "tests/eval/json_access.h"

namespace ypp::eval {

namespace {

DeleteSet DeletesOf(const std::string& update) {
  codec::UpdateReader reader(codec::AsBytes(update), codec::Dialect::kV1);
  codec::UpdateReader::Section section;
  while (reader.NextSection(&section)) {
  }
  DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) throw CaseError("own update unreadable: " + reader.status().ToString());
  return deletes;
}

// An update also carries deletes that wait for their structs; a snapshot knows only of those that
// happened, which all lie below the state vector.
DeleteSet Below(const DeleteSet& deletes, const StateVector& state) {
  DeleteSet happened;
  for (const ClientRanges& client : deletes.clients()) {
    const Clock limit = state.Get(client.client);
    for (const ClockRange& range : client.ranges) {
      if (range.clock >= limit) continue;
      happened.Add(client.client, {range.clock, std::min(range.length, limit - range.clock)});
    }
  }
  return happened;
}

}  // namespace

EncodedSnapshot TakeSnapshot(const Doc& doc, const std::string& update) {
  const StateVector state = doc.GetStateVector();
  const DeleteSet deletes = Below(DeletesOf(update), state);
  codec::ByteWriter v1;
  codec::WriteDeleteSetV1(v1, deletes);
  codec::WriteStateVector(v1, state);
  codec::ByteWriter v2;
  codec::WriteDeleteSetV2(v2, deletes);
  codec::WriteStateVector(v2, state);
  return {v1.Take(), v2.Take()};
}

}  // namespace ypp::eval
