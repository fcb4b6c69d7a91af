// The values of a type by key: what maps and the attributes of texts and XML elements have in
// common.
//
// Edits are for handles that can be used as `base` (values.h, IsA); they check everything first and
// change nothing when they fail.
#ifndef YPP_CRDT_ENTRIES_H_
#define YPP_CRDT_ENTRIES_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "crdt/shared_type.h"
#include "crdt/value.h"

namespace ypp::internal {

uint32_t EntryCount(const SharedType& type);
bool HasEntry(const SharedType& type, std::string_view key);
// Undefined when there is none.
Value GetEntry(const SharedType& type, std::string_view key);
// In the order in which the keys first came.
void ForEachEntry(const SharedType& type,
                  const std::function<void(std::string_view key, const Value&)>& visit);
// As JavaScript lists the properties of an object: keys that are array indices come first.
Entries EntriesAsProperties(const SharedType& type);

absl::Status PutEntry(const SharedType& type, TypeKind base, std::string_view key,
                      const Value& value);
// A key that is not there changes nothing.
absl::Status RemoveEntry(const SharedType& type, TypeKind base, std::string_view key);

}  // namespace ypp::internal

#endif  // YPP_CRDT_ENTRIES_H_
