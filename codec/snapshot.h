// Snapshot: what a document showed at one moment, as the structs it had and those of them that were
// deleted. It holds no content: read together with a document that has kept everything since.
// FORMAT.md, "Snapshot".
#ifndef YPP_CODEC_SNAPSHOT_H_
#define YPP_CODEC_SNAPSHOT_H_

#include <string>

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/delete_set.h"
#include "codec/state_vector.h"
#include "codec/update_reader.h"

namespace ypp {

// A value.
struct Snapshot {
  DeleteSet deletes;
  StateVector state;

  // Same structs, same ranges deleted; the order of clients does not matter.
  friend bool operator==(const Snapshot& a, const Snapshot& b);
  friend bool operator!=(const Snapshot& a, const Snapshot& b) { return !(a == b); }
};

// Clients descend, as Yjs writes them. The formats differ in the ranges alone; V2 has no bytes for
// ranges that are empty or go back, so they are left out or sorted and united there.
std::string EncodeSnapshot(const Snapshot& snapshot, UpdateFormat format);
// Bytes behind the snapshot are ignored, as Yjs does. DataLoss with a byte offset for bad bytes.
absl::StatusOr<Snapshot> DecodeSnapshot(codec::Bytes bytes, UpdateFormat format);

// Whether the snapshot has everything that the update brings: every struct of it, holes counted,
// and every deletion. DataLoss with a byte offset for a bad update.
absl::StatusOr<bool> SnapshotContainsUpdate(const Snapshot& snapshot, codec::Bytes update,
                                            UpdateFormat format, const DecodeLimits& limits = {});

}  // namespace ypp

#endif  // YPP_CODEC_SNAPSHOT_H_
