// Updates as they come from a peer that types: one struct, or one deleted range, that the document
// can take as it is.
#ifndef YPP_CRDT_APPLY_SMALL_UPDATE_H_
#define YPP_CRDT_APPLY_SMALL_UPDATE_H_

#include "codec/byte_reader.h"
#include "crdt/doc_state.h"
#include "crdt/origin.h"

namespace ypp::internal {

// Applies a V1 update of this kind as ApplyUpdate would, without what ApplyUpdate needs for all
// others (a list of sections, an order among structs, pending data). False, and nothing has
// happened, when the update is of another kind or is bad.
bool ApplySmallUpdate(DocState& doc, codec::Bytes update, const Origin& origin);

}  // namespace ypp::internal

#endif  // YPP_CRDT_APPLY_SMALL_UPDATE_H_
