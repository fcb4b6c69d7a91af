// State vector: for each client the clock that comes next, that is, how much of that client one
// has. FORMAT.md, "State vector".
#ifndef YPP_CODEC_STATE_VECTOR_H_
#define YPP_CODEC_STATE_VECTOR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/id.h"

namespace ypp {

class StateVector;

namespace codec {
void WriteStateVector(ByteWriter& out, const StateVector& vector);
// Of equal clients the last clock counts, in the place of the first.
StateVector ReadStateVector(ByteReader& in);
}  // namespace codec

// A value. Keeps the order in which clients were added, which is the order on the wire. Looking up
// and setting a client is fast: by halves while clients descend, which they do unless foreign bytes
// say otherwise, else by a table.
class StateVector {
 public:
  using Entry = std::pair<ClientId, Clock>;

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  const std::vector<Entry>& entries() const { return entries_; }

  // 0 for a client that is not in it.
  Clock Get(ClientId client) const;
  void Set(ClientId client, Clock clock);
  // Descending by client, the order in which Yjs 13.6 documents write.
  void SortDescending();

  // Same content, in whatever order. An entry with clock 0 equals an absent one.
  friend bool operator==(const StateVector& a, const StateVector& b);

  // Writes in entry order. Bytes behind the vector are ignored by Decode, as Yjs does; DataLoss
  // with a byte offset for bad bytes.
  std::string Encode() const;
  static absl::StatusOr<StateVector> Decode(codec::Bytes bytes);

 private:
  friend StateVector codec::ReadStateVector(codec::ByteReader& in);

  size_t Find(ClientId client) const;  // entries_.size() when it is not there

  std::vector<Entry> entries_;
  // Where each client is, when the entries do not descend. Positions sorted by client as long as
  // nothing is added, for that is the smallest; then a table.
  std::vector<uint32_t> sorted_;
  absl::flat_hash_map<ClientId, uint32_t> index_;
};

}  // namespace ypp

#endif  // YPP_CODEC_STATE_VECTOR_H_
