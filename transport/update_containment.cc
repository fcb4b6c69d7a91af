#include "transport/update_containment.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/delete_set.h"
#include "codec/update_reader.h"

namespace ypp::transport {
namespace {

using codec::UpdateReader;

// Reads to the end; true when every struct lies below `known`.
bool StructsAreKnown(UpdateReader& reader, const StateVector& known) {
  bool all_known = true;
  UpdateReader::Section section;
  while (reader.NextSection(&section)) {
    const Clock known_clock = known.Get(section.client);
    codec::StructView view;
    while (reader.NextStruct(&view)) {
      if (view.kind == codec::StructKind::kSkip) continue;
      if (uint64_t{view.id.clock} + view.length > known_clock) all_known = false;
    }
  }
  return all_known;
}

bool RangesContain(const std::vector<ClockRange>& ranges, ClockRange wanted) {
  if (wanted.length == 0) return true;
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), wanted.clock,
                       [](Clock clock, const ClockRange& range) { return clock < range.clock; });
  return after != ranges.begin() && wanted.end() <= std::prev(after)->end();
}

// REQUIRES: `deleted` is normalized.
bool DeletesAreKnown(const DeleteSet& wanted, const DeleteSet& deleted) {
  absl::flat_hash_map<ClientId, const std::vector<ClockRange>*> by_client;
  for (const ClientRanges& client : deleted.clients()) by_client[client.client] = &client.ranges;
  for (const ClientRanges& client : wanted.clients()) {
    const auto known = by_client.find(client.client);
    for (const ClockRange range : client.ranges) {
      if (known == by_client.end() || !RangesContain(*known->second, range)) return false;
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<bool> ContainsUpdate(const Doc& doc, codec::Bytes update) {
  const StateVector known = doc.GetStateVector();
  UpdateReader reader(update, codec::Dialect::kV1);
  const bool structs_known = StructsAreKnown(reader, known);
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  if (!structs_known || deletes.empty()) return structs_known;

  // A diff against what the document itself has is its delete set.
  const std::string own = doc.EncodeUpdate(known);
  UpdateReader own_reader(codec::AsBytes(own), codec::Dialect::kV1);
  StructsAreKnown(own_reader, known);
  DeleteSet deleted = own_reader.ReadDeleteSet();
  if (!own_reader.ok()) return own_reader.status();
  deleted.Normalize();
  return DeletesAreKnown(deletes, deleted);
}

}  // namespace ypp::transport
