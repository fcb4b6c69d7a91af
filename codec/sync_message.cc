#include "codec/sync_message.h"

namespace ypp::codec {

// sync := varUint type, varBytes payload
SyncMessage ReadSyncMessage(ByteReader& in) {
  SyncMessage message;
  const uint64_t type =
      in.ReadVarUintUpTo(static_cast<uint64_t>(SyncType::kUpdate), "unknown sync message type");
  message.type = static_cast<SyncType>(type);
  message.payload = in.ReadVarBytes();
  return message;
}

void WriteSyncMessage(ByteWriter& out, SyncType type, Bytes payload) {
  out.WriteVarUint(static_cast<uint64_t>(type));
  out.WriteVarBytes(payload);
}

}  // namespace ypp::codec
