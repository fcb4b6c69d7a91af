// What `ypp info` says about an update: who wrote what, how much of it, what is deleted, what is
// missing.
#ifndef YPP_CRDT_TOOL_INFO_H_
#define YPP_CRDT_TOOL_INFO_H_

#include <string>

#include "absl/status/statusor.h"
#include "codec/any.h"
#include "codec/update_reader.h"

namespace ypp::tool {

// {format, size_bytes, structs, content, roots, clients, deletes, pending}. Sizes of structs are
// those of V1, also for a V2 update, so that they can be compared.
absl::StatusOr<Any> UpdateInfo(const std::string& update, UpdateFormat format);

// JSON for people: two spaces of indentation, short lists of plain values on one line.
std::string PrettyJson(const Any& value);

}  // namespace ypp::tool

#endif  // YPP_CRDT_TOOL_INFO_H_
