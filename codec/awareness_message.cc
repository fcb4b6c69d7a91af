#include "codec/awareness_message.h"

namespace ypp::codec {

// awareness := varUint #entries, ( varUint client, varUint clock, varString state )*
std::vector<AwarenessEntry> ReadAwarenessUpdate(ByteReader& in) {
  constexpr size_t kMinEntryBytes = 3;
  std::vector<AwarenessEntry> entries;
  const uint64_t count = in.ReadCount(kMinEntryBytes);
  entries.reserve(count);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    AwarenessEntry entry;
    entry.client = in.ReadVarUint();
    entry.clock = in.ReadVarUint();
    entry.state = in.ReadVarString();
    entries.push_back(entry);
  }
  if (!in.ok()) entries.clear();
  return entries;
}

void WriteAwarenessUpdate(ByteWriter& out, const std::vector<AwarenessEntry>& entries) {
  out.WriteVarUint(entries.size());
  for (const AwarenessEntry& entry : entries) {
    out.WriteVarUint(entry.client);
    out.WriteVarUint(entry.clock);
    out.WriteVarString(entry.state);
  }
}

}  // namespace ypp::codec
