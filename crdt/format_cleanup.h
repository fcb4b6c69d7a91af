// Removing formats that change nothing: those that another one of the same key follows before any
// content, and those that set what is in force already. Edits that meet leave such formats behind.
// Source: cleanupFormattingGap and its callers, yjs src/types/YText.js.
#ifndef YPP_CRDT_FORMAT_CLEANUP_H_
#define YPP_CRDT_FORMAT_CLEANUP_H_

#include <cstdint>

#include "crdt/doc_state.h"
#include "crdt/format_set.h"
#include "crdt/item.h"
#include "crdt/transaction_state.h"

namespace ypp::internal {

// Cleans the gap (the items up to the next content) that begins at `start`, where `at_start` is in
// force. `current` is what is in force at `here`, a place inside the gap or behind it, and is kept
// right. Returns the number of formats deleted.
uint32_t CleanUpGap(DocState& doc, ItemRef start, ItemRef here, const FormatSet& at_start,
                    FormatSet& current);

// Cleans a whole text. Returns the number of formats deleted. REQUIRES: inside a transaction.
uint32_t CleanUpText(DocState& doc, TypeIndex text);

// What follows a remote transaction that changed texts with formats: a local transaction of its own
// that cleans those in which a format came or went, and the gaps that deleted content left in the
// others. Called in the commit of `transaction`, before garbage collection.
void CleanUpFormattingAfter(DocState& doc, const TransactionState& transaction);

}  // namespace ypp::internal

#endif  // YPP_CRDT_FORMAT_CLEANUP_H_
