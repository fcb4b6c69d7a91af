// Most of a document, in V1 and straight from the items: runs of text and deleted runs. The fast
// way beside ViewOf and UpdateWriter, with the same bytes.
#ifndef YPP_CRDT_WRITE_RUN_H_
#define YPP_CRDT_WRITE_RUN_H_

#include "codec/byte_writer.h"
#include "crdt/client_bytes.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

// Writes what is left of the item without its first `offset` units. False, and nothing is written,
// for what has to be done the general way.
bool WriteRun(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
              const Item& item, Clock offset = 0);

}  // namespace ypp::internal

#endif  // YPP_CRDT_WRITE_RUN_H_
