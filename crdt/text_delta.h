// A text as a delta: its characters and embeds with the formats in force at each, now or at a
// snapshot.
#ifndef YPP_CRDT_TEXT_DELTA_H_
#define YPP_CRDT_TEXT_DELTA_H_

#include "crdt/delta.h"
#include "crdt/doc_state.h"
#include "crdt/snapshot_view.h"
#include "crdt/text.h"

namespace ypp::internal {

struct DeltaView {
  const SnapshotView* at = nullptr;  // nullptr: now
  // Shows what was there then as well, and marks the difference.
  const SnapshotView* before = nullptr;
  const ComputeYChange* ychange = nullptr;
};

// A new step begins at every visible format, also at one that changes nothing. With snapshots,
// items must be cut at their borders (SnapshotView::CutItems). Source: YText.toDelta, yjs
// src/types/YText.js.
TextDelta DeltaOfText(DocState& doc, TypeIndex type, const DeltaView& view = {});

}  // namespace ypp::internal

#endif  // YPP_CRDT_TEXT_DELTA_H_
