#include "codec/snapshot.h"

#include "codec/byte_writer.h"

namespace ypp {

bool operator==(const Snapshot& a, const Snapshot& b) {
  if (!(a.state == b.state)) return false;
  if (a.deletes == b.deletes) return true;
  DeleteSet sorted_a = a.deletes;
  DeleteSet sorted_b = b.deletes;
  sorted_a.SortClients();
  sorted_b.SortClients();
  return sorted_a == sorted_b;
}

// snapshot := deleteSet stateVector
std::string EncodeSnapshot(const Snapshot& snapshot, UpdateFormat format) {
  DeleteSet deletes = snapshot.deletes;
  StateVector state = snapshot.state;
  state.SortDescending();
  codec::ByteWriter out;
  if (format == UpdateFormat::kV1) {
    deletes.SortClients();
    codec::WriteDeleteSetV1(out, deletes);
  } else {
    deletes.MakeFitForV2();
    codec::WriteDeleteSetV2(out, deletes);
  }
  codec::WriteStateVector(out, state);
  return out.Take();
}

absl::StatusOr<Snapshot> DecodeSnapshot(codec::Bytes bytes, UpdateFormat format) {
  codec::ByteReader in(bytes);
  Snapshot snapshot;
  snapshot.deletes =
      format == UpdateFormat::kV1 ? codec::ReadDeleteSetV1(in) : codec::ReadDeleteSetV2(in);
  snapshot.state = codec::ReadStateVector(in);
  if (!in.ok()) return in.status();
  return snapshot;
}

// snapshotContainsUpdateV2, yjs src/utils/Snapshot.js
absl::StatusOr<bool> SnapshotContainsUpdate(const Snapshot& snapshot, codec::Bytes update,
                                            UpdateFormat format, const DecodeLimits& limits) {
  codec::UpdateReader reader(update, codec::DialectOf(format), limits);
  codec::UpdateReader::Section section;
  codec::StructView view;
  bool contains = true;
  while (reader.NextSection(&section)) {
    const Clock have = snapshot.state.Get(section.client);
    while (reader.NextStruct(&view)) contains = contains && view.end() <= have;
  }
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  if (!contains || deletes.empty()) return contains;
  DeleteSet known = snapshot.deletes;
  known.Normalize();
  for (const ClientRanges& entry : deletes.clients()) {
    for (const ClockRange& range : entry.ranges) {
      if (!known.Covers(entry.client, range)) return false;
    }
  }
  return true;
}

}  // namespace ypp
