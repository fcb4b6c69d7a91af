// A foreign update after the first pass over its bytes: every byte was checked, nothing was built.
// What follows cannot fail.
#ifndef YPP_CRDT_INCOMING_UPDATE_H_
#define YPP_CRDT_INCOMING_UPDATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/delete_set.h"
#include "codec/id.h"
#include "codec/update_reader.h"
#include "crdt/item.h"
#include "crdt/struct_note.h"

namespace ypp::internal {

// One client's part of an update. Small, since a hostile update may have one for every five of its
// bytes.
struct IncomingSection {
  ClientId client = 0;
  // Where in the bytes, or in the notes, what is still to be read of it begins, with which clock,
  // and how many structs that are.
  size_t position = 0;
  ypp::Clock clock = 0;
  uint32_t structs = 0;
  ClientIndex local = kNoIndex;   // for ShortSectionIntegrator: the client, once it began
  ItemRef last = ItemRef::kNone;  // and what it put last
  bool is_noted = false;          // its structs are among the notes
  bool is_short = false;          // they are few, and for ShortSectionIntegrator
  bool on_stack = false;          // waits for another section, or is being read
  bool blocked = false;           // waits for something that is not in this update

  codec::UpdateReader::Section rest() const { return {client, clock, structs}; }
};

struct SelfLeaning {
  Id section;       // its first clock
  size_t position;  // in the update, behind the struct
};

struct IncomingUpdate {
  // DataLoss with the byte offset when the update is bad. `update` must stay. V2 can be read in one
  // order only: what the notes do not hold of it is turned into kV1Any, which `converted` then
  // owns.
  static absl::StatusOr<IncomingUpdate> Check(codec::Bytes update, codec::Dialect dialect,
                                              const DecodeLimits& limits = {});

  // Where structs can be read again, in the dialect `dialect`.
  codec::Bytes bytes() const { return converted.empty() ? given : codec::AsBytes(converted); }
  // No more than so many bytes of content are in it.
  size_t size_bytes() const { return given.size() + converted.size(); }

  codec::Bytes given;
  std::string converted;
  codec::Dialect dialect = codec::Dialect::kV1;
  std::vector<IncomingSection> sections;  // descending by client, each client once
  std::vector<StructNote> notes;
  NotedClients noted_clients;
  DeleteSet deletes;
  size_t items = 0;  // structs that will become items, at most
  // Where sections begin that hold, with no hole before it, a struct that leans on its own future.
  // A document that has all before it could never integrate it; behind a gap it only waits.
  std::vector<SelfLeaning> self_leaning;
};

// A struct may lean on its own client's past only: its future would have to be there before it.
// What leans on it can never be integrated.
bool LeansOnItsFuture(const codec::StructView& view);

}  // namespace ypp::internal

#endif  // YPP_CRDT_INCOMING_UPDATE_H_
