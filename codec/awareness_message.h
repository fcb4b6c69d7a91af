// The awareness update of y-protocols: who is there and what they show. FORMAT.md, "Awareness
// update".
#ifndef YPP_CODEC_AWARENESS_MESSAGE_H_
#define YPP_CODEC_AWARENESS_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/id.h"

namespace ypp {
namespace codec {

struct AwarenessEntry {
  ClientId client = 0;
  uint64_t clock = 0;
  std::string_view state;  // JSON text, view into the input; "null" means gone. Valid UTF-8;
                           // whether it is JSON is not checked here.

  bool gone() const { return state == "null"; }
};

// Fails the reader on bad bytes. A client that occurs twice stays twice.
std::vector<AwarenessEntry> ReadAwarenessUpdate(ByteReader& in);
void WriteAwarenessUpdate(ByteWriter& out, const std::vector<AwarenessEntry>& entries);

// The object with the member set; of a value that is no object one with this member alone, as when
// JavaScript spreads it.
Any WithMember(const Any& object, std::string_view name, const Any& value);

}  // namespace codec

// Every state of the update replaced by what `modify` makes of it; a client that is gone has the
// state null. DataLoss when the update is bad, InvalidArgument when a state is not JSON.
absl::StatusOr<std::string> ModifyAwarenessUpdate(codec::Bytes update,
                                                  absl::FunctionRef<Any(const Any& state)> modify);

}  // namespace ypp

#endif  // YPP_CODEC_AWARENESS_MESSAGE_H_
