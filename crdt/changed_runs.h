// Where a sequence changed, found from the items that a transaction touched: what lies between is
// never looked at.
#ifndef YPP_CRDT_CHANGED_RUNS_H_
#define YPP_CRDT_CHANGED_RUNS_H_

#include <vector>

#include "crdt/change_set.h"
#include "crdt/item.h"

namespace ypp::internal {

// Neighbouring items that were all touched.
struct ChangedRun {
  ItemRef first = ItemRef::kNone;
  ItemRef last = ItemRef::kNone;
  Clock start = 0;  // visible units before it
};

// In the order of the sequence.
std::vector<ChangedRun> ChangedRunsOf(const ChangeSet& changes, TypeIndex type);

// Calls `visit` with each item that may matter for the change of the sequence, and `retain` with
// the number of visible units that lie untouched before it. Goes through all items when the type
// has formats, whose effect reaches far.
template <typename Retain, typename Visit>
void ForEachChange(const ChangeSet& changes, TypeIndex index, Retain retain, Visit visit) {
  DocState& doc = changes.doc();
  const TypeRecord& type = doc.types[index];
  if (type.ever_formatted) {
    for (ItemRef ref = type.start; ref != ItemRef::kNone; ref = doc.items[ref].right) visit(ref);
    return;
  }
  Clock position = 0;
  for (const ChangedRun& run : ChangedRunsOf(changes, index)) {
    if (run.start > position) retain(run.start - position);
    position = run.start;
    for (ItemRef ref = run.first;; ref = doc.items[ref].right) {
      position += doc.items[ref].visible_length();
      visit(ref);
      if (ref == run.last) break;
    }
  }
}

}  // namespace ypp::internal

#endif  // YPP_CRDT_CHANGED_RUNS_H_
