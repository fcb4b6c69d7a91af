// The awareness update of y-protocols: who is there and what they show. FORMAT.md, "Awareness
// update".
#ifndef YPP_CODEC_AWARENESS_MESSAGE_H_
#define YPP_CODEC_AWARENESS_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/id.h"

namespace ypp::codec {

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

}  // namespace ypp::codec

#endif  // YPP_CODEC_AWARENESS_MESSAGE_H_
