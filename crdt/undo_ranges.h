// What a step of undo inserted or deleted: ranges of clocks by client. Clients stay in the order in
// which they came, for undo goes through them in that order.
#ifndef YPP_CRDT_UNDO_RANGES_H_
#define YPP_CRDT_UNDO_RANGES_H_

#include <vector>

#include "codec/delete_set.h"
#include "crdt/doc_state.h"
#include "crdt/item.h"

namespace ypp::internal {

class UndoRanges {
 public:
  // From here on the client has its place in the order, even if it has no ranges yet.
  void AddClient(ClientIndex client);
  // A range that continues the one before it, as in typing, costs nothing.
  void Add(LocalId id, Clock length);
  // Sorts and joins, after which the functions below may be used.
  void Normalize();

  bool Contains(LocalId id) const;
  // The same ranges with the names of their clients, united where they touch.
  DeleteSet ToDeleteSet(const DocState& doc) const;
  // Calls visit(ItemRef) for every item in the ranges, cut so that it lies inside. REQUIRES: inside
  // a transaction.
  template <typename Visit>
  void ForEachItem(DocState& doc, Visit visit) const {
    for (const OfClient& of_client : clients_) {
      for (const Range& range : of_client.ranges) VisitRange(doc, of_client.client, range, visit);
    }
  }

 private:
  struct Range {
    Clock clock = 0;
    Clock length = 0;

    Clock end() const { return clock + length; }
  };
  struct OfClient {
    ClientIndex client = kNoIndex;
    bool sorted = true;
    std::vector<Range> ranges;
  };

  OfClient& ClientOf(ClientIndex client);

  template <typename Visit>
  static void VisitRange(DocState& doc, ClientIndex client, Range range, Visit visit) {
    for (Clock clock = range.clock; clock < range.end();) {
      const StructList& structs = doc.clients[client].structs;
      const StructList::Position p = structs.Find(clock);
      if (structs[p].ref == ItemRef::kGc) {
        clock = structs.EndOf(p);
        continue;
      }
      const ItemRef ref = doc.ItemStartingAt({client, clock});
      if (range.end() < doc.items[ref].end()) doc.Split(ref, range.end() - clock);
      clock = doc.items[ref].end();
      visit(ref);
    }
  }

  std::vector<OfClient> clients_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_UNDO_RANGES_H_
