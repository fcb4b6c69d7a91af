// Takes a foreign update into a document. All or nothing: it is checked whole before anything
// changes.
//
// Structs are integrated as soon as what they lean on is there, whichever client's section of the
// update that is in; what leans on something this document does not have waits in `pending` and is
// tried again when the missing client advances. Source: readUpdateV2 and integrateStructs, yjs
// src/utils/encoding.js.
#ifndef YPP_CRDT_APPLY_UPDATE_H_
#define YPP_CRDT_APPLY_UPDATE_H_

#include "absl/status/status.h"
#include "codec/byte_reader.h"
#include "codec/update_reader.h"
#include "crdt/doc_state.h"
#include "crdt/origin.h"

namespace ypp::internal {

absl::Status ApplyUpdate(DocState& doc, codec::Bytes update, codec::Dialect dialect,
                         const Origin& origin);

}  // namespace ypp::internal

#endif  // YPP_CRDT_APPLY_UPDATE_H_
