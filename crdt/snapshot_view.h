// A snapshot laid over a document: which units of it the snapshot shows.
#ifndef YPP_CRDT_SNAPSHOT_VIEW_H_
#define YPP_CRDT_SNAPSHOT_VIEW_H_

#include <vector>

#include "absl/types/span.h"
#include "codec/delete_set.h"
#include "codec/snapshot.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

// Whether cutting before `id` would tear a surrogate pair apart. REQUIRES: the document has it.
bool CutsCharacter(const DocState& doc, LocalId id);

// Good for as long as the document gets no new clients.
class SnapshotView {
 public:
  // The snapshot may come from anywhere: it may know more than the document, and be unsorted.
  SnapshotView(const DocState& doc, const Snapshot& snapshot);
  SnapshotView(const SnapshotView&) = delete;
  SnapshotView& operator=(const SnapshotView&) = delete;

  // How much of the client there was.
  Clock StateOf(ClientIndex client) const { return parts_[client].state; }
  // Whether the unit was there and not deleted.
  bool Shows(LocalId id) const;

  // Cuts items at the borders of the snapshot, so that it shows each wholly or not at all. They are
  // joined again at the end of the transaction. Characters are left whole: only a made-up snapshot
  // has a border in one, and looking must not change a text. REQUIRES: inside a transaction.
  // Source: splitSnapshotAffectedStructs, yjs src/utils/Snapshot.js.
  void CutItems(DocState& doc) const;

 private:
  struct Part {
    Clock state = 0;
    absl::Span<const ClockRange> deletes;  // ascending, apart
  };

  DeleteSet deletes_;
  std::vector<Part> parts_;  // by ClientIndex
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_SNAPSHOT_VIEW_H_
