// From a struct of an update to an item of the document.
#ifndef YPP_CRDT_INTEGRATE_STRUCT_H_
#define YPP_CRDT_INTEGRATE_STRUCT_H_

#include "codec/struct_view.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

// What a struct leans on, by this document's names for it; what it does not have does not exist
// here either.
struct Anchors {
  LocalId origin;
  LocalId right_origin;
  LocalId parent;
};

// False when the document lacks one of them; the first is then `missing`. REQUIRES: not a GC or
// Skip.
bool FindAnchors(const DocState& doc, const codec::StructView& view, Anchors* anchors, Id* missing);

// The run of text or values that a struct goes on, being its client's last: the struct may become a
// part of it (DocState::Extend), which the end of the transaction would do otherwise. kNone when
// there is no such run. REQUIRES: as IntegrateStruct.
ItemRef RunToGrow(const DocState& doc, const codec::StructView& view, const Anchors& anchors);

// Does that. False when there is no such run. REQUIRES: as IntegrateStruct.
bool GrowLastRun(DocState& doc, const codec::StructView& view, const Anchors& anchors);

// Integrates a struct that is the next one of its client. One whose parent is gone becomes a GC.
// REQUIRES: inside a transaction; not a Skip.
void IntegrateStruct(DocState& doc, const codec::StructView& view, const Anchors& anchors);

}  // namespace ypp::internal

#endif  // YPP_CRDT_INTEGRATE_STRUCT_H_
