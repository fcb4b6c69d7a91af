// Where an item goes, and what else happens when it gets there: the YATA rule.
//
// Two inserts at the same place are ordered by walking the items between the new one's neighbours:
// one with the same origin goes by client id, smaller first; one whose origin lies among those
// already passed belongs to them. Source: Item.integrate, yjs src/structs/Item.js; Nicolaescu,
// Jahns et al., "Near Real-Time Peer-to-Peer Shared Editing on Extensible Data Types", 2016.
#ifndef YPP_CRDT_INTEGRATE_H_
#define YPP_CRDT_INTEGRATE_H_

#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// Puts the item into its list, its client's structs, its type's length. The item has its id,
// content, parent, key, origins and the neighbours its maker saw (`left`, `right`). A value set for
// a key deletes the one before it; an item that lost its place or whose parent is deleted is
// deleted at once. Whoever adds an item that might join its neighbours says so to the transaction
// (needs_tidying). REQUIRES: inside a transaction; the id is the next one of its client.
void Integrate(DocState& doc, ItemRef item);

// The same outside of a transaction, for a local edit of a sequence: what its maker saw left and
// right is there and next to each other. REQUIRES: DocState::is_unwatched(); text or values; the
// parent is not deleted.
void IntegrateUnwatched(DocState& doc, ItemRef item);

// Adds a struct of which nothing is left but its length. REQUIRES: as above.
void IntegrateGc(DocState& doc, ClientIndex client, Clock length);

// Marks the item deleted, with everything in the type it may hold. Does nothing when it is deleted
// already.
void Delete(DocState& doc, ItemRef item);

}  // namespace ypp::internal

#endif  // YPP_CRDT_INTEGRATE_H_
