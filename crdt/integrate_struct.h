// From a struct of an update to an item of the document.
#ifndef YPP_CRDT_INTEGRATE_STRUCT_H_
#define YPP_CRDT_INTEGRATE_STRUCT_H_

#include "codec/struct_view.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

// Integrates a struct that is the next one of its client, and for which everything it leans on is there. Text that goes on where the
// client's last run ends extends that run; a struct whose parent is gone becomes a GC. REQUIRES: inside a transaction; not a Skip.
void IntegrateStruct(DocState& doc, const codec::StructView& view);

}  // namespace ypp::internal

#endif  // YPP_CRDT_INTEGRATE_STRUCT_H_
