// A foreign update after the first pass over its bytes: every byte was checked, nothing was built. What follows cannot fail.
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

namespace ypp::internal {

struct IncomingSection {
  codec::UpdateReader::Section rest;  // what is still to be read of it
  size_t position = 0;                // where in the bytes that begins
  bool on_stack = false;              // waits for another section, or is being read
  bool blocked = false;               // waits for something that is not in this update
};

struct IncomingUpdate {
  // DataLoss with the byte offset when the update is bad. A V2 update is turned into kV1Any first, whose bytes can be read in
  // any order; `converted` then owns them, else `bytes` is the caller's and must stay.
  static absl::StatusOr<IncomingUpdate> Check(codec::Bytes update, codec::Dialect dialect);

  std::string converted;
  codec::Bytes bytes;
  codec::Dialect dialect = codec::Dialect::kV1;
  std::vector<IncomingSection> sections;  // ascending by client, each client once
  DeleteSet deletes;
  size_t structs = 0;
  // Where sections begin that hold, with no hole before it, a struct that leans on its own future. A document that has all before it
  // could never integrate it; behind a gap it only waits.
  std::vector<Id> self_leaning;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_INCOMING_UPDATE_H_
