#include "codec/awareness_message.h"

#include "codec/json.h"

namespace ypp {
namespace codec {

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

Any WithMember(const Any& object, std::string_view name, const Any& value) {
  Any::Object members = object.if_object() == nullptr ? Any::Object() : *object.if_object();
  for (auto& [key, old] : members) {
    if (key != name) continue;
    old = value;
    return members;
  }
  members.emplace_back(name, value);
  return members;
}

}  // namespace codec

// modifyAwarenessUpdate, y-protocols awareness.js
absl::StatusOr<std::string> ModifyAwarenessUpdate(codec::Bytes update,
                                                  absl::FunctionRef<Any(const Any&)> modify) {
  codec::ByteReader in(update);
  std::vector<codec::AwarenessEntry> entries = codec::ReadAwarenessUpdate(in);
  if (!in.ok()) return in.status();
  std::vector<std::string> states(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    const absl::StatusOr<Any> state = codec::ParseJson(entries[i].state);
    if (!state.ok()) return state.status();
    states[i] = codec::ToJson(modify(*state));
    entries[i].state = states[i];
  }
  codec::ByteWriter out;
  codec::WriteAwarenessUpdate(out, entries);
  return out.Take();
}

}  // namespace ypp
