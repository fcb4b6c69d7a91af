// A text as a delta: its characters and embeds with the formats in force at each.
#ifndef YPP_CRDT_TEXT_DELTA_H_
#define YPP_CRDT_TEXT_DELTA_H_

#include "crdt/delta.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

// A new step begins at every visible format, also at one that changes nothing. Source: YText.toDelta, yjs src/types/YText.js.
TextDelta DeltaOfText(DocState& doc, TypeIndex type);

}  // namespace ypp::internal

#endif  // YPP_CRDT_TEXT_DELTA_H_
