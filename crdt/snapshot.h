// Snapshots of a document: what it showed at one moment, to be looked at later.
//
//   options.gc = false;  // collected content cannot be shown again
//   ypp::Doc doc(options);
//   ypp::Snapshot before = ypp::TakeSnapshot(doc);
//   ... edits ...
//   ypp::TextDelta then = doc.GetText("notes").ToDelta(before);
//   // With `ychange` attributes:
//   ypp::TextDelta changes = doc.GetText("notes").ToDelta(ypp::TakeSnapshot(doc), before);
//   absl::StatusOr<ypp::Doc> old = ypp::DocFromSnapshot(doc, before);
//
// A snapshot is a value of some bytes per client and per deleted range, without content
// (codec/snapshot.h has its encodings, comparison and SnapshotContainsUpdate). A default one is
// empty: nothing was there yet. One may come from elsewhere: what it names and the document does
// not have is passed over, unless a function says otherwise.
#ifndef YPP_CRDT_SNAPSHOT_H_
#define YPP_CRDT_SNAPSHOT_H_

#include <functional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/delete_set.h"
#include "codec/id.h"
#include "codec/snapshot.h"
#include "crdt/doc.h"
#include "crdt/shared_type.h"
#include "crdt/value.h"

namespace ypp {

Snapshot TakeSnapshot(const Doc& doc);

// Brings the content that `doc` had at the snapshot into `into`, as one transaction with origin
// "snapshot". FailedPrecondition when `doc` collects garbage (DocOptions::gc), InvalidArgument when
// the snapshot knows structs that `doc` does not have, or ends inside a character.
absl::Status RestoreSnapshot(Doc& doc, const Snapshot& snapshot, Doc& into);
// The same into a new document.
absl::StatusOr<Doc> DocFromSnapshot(Doc& doc, const Snapshot& snapshot, DocOptions options = {});

// Whether the snapshot shows the unit: it was there and not deleted. Looks through all deleted
// ranges of the client.
bool IsVisible(Id id, const Snapshot& snapshot);

// Yjs looks at items and not at their elements here: of an array item that was joined from parts of
// different age it shows all or nothing, by its first element.
enum class SnapshotDetail { kElements, kItemsAsInYjs };
// The elements of an array or the children of an XML type at the snapshot. Empty for a handle that
// is not valid().
std::vector<Value> ElementsAt(const SharedType& type, const Snapshot& snapshot,
                              SnapshotDetail detail = SnapshotDetail::kElements);
// The value that a key of a map, or an attribute of a text or XML element, had; undefined when it
// had none.
Value EntryAt(const SharedType& type, std::string_view key, const Snapshot& snapshot);
// All of them, in the order in which the keys first came.
Entries EntriesAt(const SharedType& type, const Snapshot& snapshot);

// All that is deleted, sorted; also what was collected.
DeleteSet DeletesOf(const Doc& doc);

// A struct of the document, or the part of one that lies in a range.
struct StructPiece {
  Id id;
  uint32_t length = 0;
  bool collected = false;  // nothing is left but the length: no parent either
  SharedType parent;
};
// What the document has of the ranges in `ids`, by client and clock as they stand there. `visit`
// must not edit.
void ForEachPiece(const Doc& doc, const DeleteSet& ids,
                  const std::function<void(const StructPiece&)>& visit);

}  // namespace ypp

#endif  // YPP_CRDT_SNAPSHOT_H_
