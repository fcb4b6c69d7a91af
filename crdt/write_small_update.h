// The V1 update of a transaction that added one run or deleted one range: the fast way beside
// EncodeTransaction, with the same bytes.
#ifndef YPP_CRDT_WRITE_SMALL_UPDATE_H_
#define YPP_CRDT_WRITE_SMALL_UPDATE_H_

#include "codec/byte_writer.h"
#include "crdt/client_bytes.h"
#include "crdt/doc_state.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

// Into `out`, in place of what is there. False, and nothing is written, for a transaction that did
// more, or what WriteRun does not write.
bool WriteSmallUpdate(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                      const TransactionState& transaction);

// The same for keystrokes at the typing spot (keystroke.h), of which there is no transaction: the
// ASCII character that ends the run, and so many units erased.
void WriteTyped(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                const Item& run);
void WriteErased(codec::ByteWriter& out, ClientBytes& last_client, const DocState& doc,
                 LocalId first, Clock length);

}  // namespace ypp::internal

#endif  // YPP_CRDT_WRITE_SMALL_UPDATE_H_
