// Delete set: which (client, clock) ranges of a document are deleted. FORMAT.md, "Delete set".
#ifndef YPP_CODEC_DELETE_SET_H_
#define YPP_CODEC_DELETE_SET_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/id.h"

namespace ypp {

struct ClockRange {
  Clock clock = 0;
  Clock length = 0;

  Clock end() const { return clock + length; }
  friend bool operator==(const ClockRange& a, const ClockRange& b) {
    return a.clock == b.clock && a.length == b.length;
  }
};

struct ClientRanges {
  ClientId client = 0;
  std::vector<ClockRange> ranges;

  friend bool operator==(const ClientRanges& a, const ClientRanges& b) {
    return a.client == b.client && a.ranges == b.ranges;
  }
};

// A value. As read it may be unsorted and overlapping; after Normalize clients descend, ranges
// ascend and touch nowhere.
class DeleteSet {
 public:
  bool empty() const { return clients_.empty(); }
  const std::vector<ClientRanges>& clients() const { return clients_; }

  // Appends to the client's ranges, growing the last one when the new one continues it.
  void Add(ClientId client, ClockRange range);
  // Appends without looking at what is there: a set as it was read must be written as it was read.
  void AddSeparately(ClientId client, ClockRange range);
  // Adds all ranges of `other` separately. Normalize afterwards.
  void Merge(const DeleteSet& other);
  // The ranges as they are; those of a client that occurs twice are put together, where it occurs
  // first.
  static DeleteSet FromParts(std::vector<ClientRanges> parts);
  // Sorts clients descending and ranges ascending, and unites ranges that touch or overlap. A
  // zero-length range that touches no other one stays, as in Yjs.
  void Normalize();
  // Descending; the ranges stay as they are. What Yjs does to every delete set that it writes.
  void SortClients();
  // Clients descending, and if the ranges of some client go back or overlap, which V2 has no bytes
  // for, all as Normalize leaves them.
  void MakeFitForV2();
  // REQUIRES: normalized.
  bool Contains(Id id) const;
  // Whether one of the client's ranges has all of `range`, or ends where an empty one is. REQUIRES:
  // normalized.
  bool Covers(ClientId client, ClockRange range) const;

  friend bool operator==(const DeleteSet& a, const DeleteSet& b) {
    return a.clients_ == b.clients_;
  }

 private:
  std::vector<ClockRange>& RangesOf(ClientId client);
  void UniteEqualClients();

  std::vector<ClientRanges> clients_;  // no client twice
  // Where each client is: empty or complete. Built only when ranges are added to a set of too many
  // clients to look through, for it takes more memory than they do.
  absl::flat_hash_map<ClientId, size_t> index_;
};

namespace codec {

// V2 differs in how clocks and lengths are written, nothing else. V1 reads, keeps and writes
// zero-length ranges; V2 has no bytes for them, so its writer leaves them out. Readers fail on
// clocks past kMaxClock, and drop clients without ranges.
//
// REQUIRES for V2: ranges ascend without overlap.
void WriteDeleteSetV1(ByteWriter& out, const DeleteSet& set);
void WriteDeleteSetV2(ByteWriter& out, const DeleteSet& set);
// One client of a set, behind the number of clients. V2 writes nothing for a client with only empty
// ranges.
void WriteDeletesV1(ByteWriter& out, ClientId client, absl::Span<const ClockRange> ranges);
void WriteDeletesV2(ByteWriter& out, ClientId client, absl::Span<const ClockRange> ranges);
DeleteSet ReadDeleteSetV1(ByteReader& in);
DeleteSet ReadDeleteSetV2(ByteReader& in);

// The same in parts: a set is the count of its clients, then each client with its ranges.
enum class DeleteSetFormat : uint8_t { kV1, kV2 };
// Of one client, behind its id. A failure shows in `in`.
void ReadRanges(ByteReader& in, DeleteSetFormat format,
                absl::FunctionRef<void(const ClockRange&)> visit);
// Sorts ranges and unites those that touch or overlap.
void NormalizeRanges(std::vector<ClockRange>& ranges);
// Every client of a set takes so many bytes, and every one that has a range so many.
inline constexpr size_t kMinClientBytes = 2;
inline constexpr size_t kMinClientWithRangeBytes = 4;

}  // namespace codec
}  // namespace ypp

#endif  // YPP_CODEC_DELETE_SET_H_
