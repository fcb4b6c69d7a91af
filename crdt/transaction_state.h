// What a transaction remembers between its begin and the end of its commit. It costs what it
// touches, and is used again for the next.
#ifndef YPP_CRDT_TRANSACTION_STATE_H_
#define YPP_CRDT_TRANSACTION_STATE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "crdt/item.h"
#include "crdt/origin.h"

namespace ypp {
class Doc;
}  // namespace ypp

namespace ypp::internal {

struct TouchedClient {
  ClientIndex client = kNoIndex;
  Clock before = 0;
  Clock after = 0;  // set when the commit begins
  // When the first thing that the client added extended a run (DocState::Extend): the run, its
  // clock, and how large its content was.
  ItemRef run = ItemRef::kNone;
  Clock run_clock = 0;
  uint32_t run_bytes = 0;
};

struct DeletedRange {
  LocalId id;
  Clock length = 0;
};

// A key of a type, or with kNoIndex its sequence.
struct ChangedKey {
  TypeIndex type = kNoIndex;
  KeyIndex key = kNoIndex;
  friend bool operator==(ChangedKey a, ChangedKey b) { return a.type == b.type && a.key == b.key; }
};

// A sub-document that was added, removed or is to be loaded, and the item that holds it. `doc` is
// null when nobody has needed it yet.
struct SubdocChange {
  LocalId item;
  std::shared_ptr<Doc> doc;
};

// A struct that may fit to the one before it.
struct MayJoin {
  LocalId id;
  ItemRef ref = ItemRef::kNone;  // as it was when the struct was added
};

struct TransactionState {
  uint64_t number = 0;
  bool local = true;
  // There is something to be collected or joined at the end, or sub-documents to tell of. Plain
  // typing and erasing leave nothing (edit.cc, erase.h).
  bool needs_tidying = false;
  // Something was deleted that has its content still. What came deleted has none.
  bool needs_collecting = false;
  // It may have left formats to be cleaned up, or used the client id of this document: the commit
  // looks. Not for local ones.
  bool needs_checks = false;
  Origin origin;
  // Clients that got new structs. From the begin of the commit on also those that got some from
  // transactions that ran since, in callbacks: `after` is the state of the document at that time.
  std::vector<TouchedClient> touched;
  std::vector<DeletedRange> deletes;  // as they happened; sorted and joined at commit
  // Their clients in the order in which they first came, which is that of Yjs' delete set. Set at
  // commit.
  std::vector<ClientIndex> delete_clients;
  std::vector<LocalId> merge_candidates;  // structs to try to join with their neighbours at commit
  // New structs that may fit to the one before them, as far as somebody looked when they were added
  // (Client::sorted_out_below); of each client ascending. Says nothing once something was deleted.
  std::vector<MayJoin> may_join;
  // What changed in types that were there before, in the order in which it first changed; a key may
  // come more than once. Types that the transaction deleted later are not in it.
  std::vector<ChangedKey> changed;
  std::vector<SubdocChange> subdocs_added;  // one without an item was removed again
  std::vector<SubdocChange> subdocs_removed;
  std::vector<SubdocChange> subdocs_loaded;
  // The transaction that began next, while this one was being committed.
  std::unique_ptr<TransactionState> next;

  // Erasing character by character makes one range of them.
  void AddDeleted(LocalId id, Clock length) {
    if (!deletes.empty() && deletes.back().id.client == id.client) {
      DeletedRange& last = deletes.back();
      if (id.clock + length == last.id.clock) {
        last = {id, last.length + length};
        return;
      }
      if (last.id.clock + last.length == id.clock) {
        last.length += length;
        return;
      }
    }
    deletes.push_back({id, length});
  }
  bool changed_content() const { return !touched.empty() || !deletes.empty(); }
  bool has_subdocs() const {
    return !subdocs_added.empty() || !subdocs_removed.empty() || !subdocs_loaded.empty();
  }
  // Whether a commit would do nothing where nobody listens.
  bool leaves_nothing_to_do() const { return !needs_tidying && !needs_checks; }
  // Reset for such a one.
  void ResetSmall() {
    local = true;
    if (!origin.empty()) origin = Origin();
    touched.clear();
    deletes.clear();
    changed.clear();
  }
  // For the next transaction. What a large one took is given back.
  void Reset() {
    local = true;
    needs_checks = false;
    if (!origin.empty()) origin = Origin();
    Clear(touched);
    Clear(deletes);
    Clear(changed);
    Clear(delete_clients);
    if (!needs_tidying) return;
    needs_tidying = false;
    needs_collecting = false;
    Clear(merge_candidates);
    Clear(may_join);
    if (has_subdocs()) {
      subdocs_added = {};  // rare: not worth keeping the memory
      subdocs_removed = {};
      subdocs_loaded = {};
    }
  }

 private:
  static constexpr size_t kKeptEntries = 1024;

  template <typename T>
  static void Clear(std::vector<T>& list) {
    list.clear();
    if (list.capacity() > kKeptEntries) list = std::vector<T>();  // `{}` would keep the room
  }
};

// Clients that got new structs from this transaction or a later one, with their states before this
// one; `after` as it is known.
std::vector<TouchedClient> TouchedSince(const TransactionState& transaction);

}  // namespace ypp::internal

#endif  // YPP_CRDT_TRANSACTION_STATE_H_
