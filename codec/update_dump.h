// An update as text that people can read: every struct on a line of its own, then what is deleted.
// For looking into the file of a bug report, and for comparing two of them line by line.
//
// The text is JSON:
//
//   {"structs": [
//     {"id": [1, 0], "length": 3, "kind": "text", "root": "notes", "value": "abc"},
//     {"id": [1, 3], "length": 1, "kind": "type", "origin": [1, 2], "type": "map"}
//   ],
//   "deletes": [
//     {"client": 1, "ranges": [[0, 2]]}
//   ]}
//
// A struct without "root" and "parent" belongs where its origin is, or else its right origin. IDs
// are [client, clock], ranges [clock, length].
#ifndef YPP_CODEC_UPDATE_DUMP_H_
#define YPP_CODEC_UPDATE_DUMP_H_

#include <string>

#include "absl/status/status.h"
#include "codec/byte_reader.h"
#include "codec/decode_limits.h"
#include "codec/struct_view.h"
#include "codec/update_reader.h"

namespace ypp {

// Appends to `out`. DataLoss with the byte offset when the update is bad; what could be read before
// that place is in `out` then, which is what one wants to see of a damaged update.
absl::Status DumpUpdate(codec::Bytes update, UpdateFormat format, std::string* out,
                        const DecodeLimits& limits = {});

namespace codec {
// "gc", "deleted", "json", "binary", "text", "embed", "format", "type", "any", "document", "skip".
const char* NameOf(StructKind kind);
// "array", "map", "text", "xmlelement", …
const char* NameOf(TypeRef ref);
}  // namespace codec

}  // namespace ypp

#endif  // YPP_CODEC_UPDATE_DUMP_H_
