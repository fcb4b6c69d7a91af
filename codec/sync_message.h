// The sync messages of y-protocols: the body that a sync frame carries. FORMAT.md, "Sync messages".
#ifndef YPP_CODEC_SYNC_MESSAGE_H_
#define YPP_CODEC_SYNC_MESSAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"

namespace ypp::codec {

enum class SyncType : uint8_t {
  kStep1 = 0,   // payload: state vector of the sender
  kStep2 = 1,   // payload: V1 update, what the receiver of step 1 has beyond that vector
  kUpdate = 2,  // payload: V1 update
};

struct SyncMessage {
  SyncType type = SyncType::kStep1;
  Bytes payload;  // view into the input
};

// Fails the reader on an unknown type.
SyncMessage ReadSyncMessage(ByteReader& in);
void WriteSyncMessage(ByteWriter& out, SyncType type, Bytes payload);

}  // namespace ypp::codec

#endif  // YPP_CODEC_SYNC_MESSAGE_H_
