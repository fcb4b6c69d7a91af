// The fast way beside IntegrateStruct, for what a load mostly consists of: runs of text and deleted
// runs that lie in a sequence between the two neighbours that their maker saw, both of which are
// there, whole, and next to each other. Nothing is cut and nothing has to be scanned for them.
#ifndef YPP_CRDT_INTEGRATE_RUNS_H_
#define YPP_CRDT_INTEGRATE_RUNS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "crdt/doc_state.h"
#include "crdt/incoming_update.h"
#include "crdt/item.h"
#include "crdt/place_run.h"
#include "crdt/struct_note.h"

namespace ypp::internal {

class RunIntegrator {
 public:
  // REQUIRES: inside a transaction, for as long as the integrator lives.
  RunIntegrator(DocState& doc, const IncomingUpdate& update);

  // Integrates what is noted of the section from where it stands on, and moves it on: up to the
  // first struct that is anything else, or that the client's state `until`. Also stops, when
  // `growing_pays`, before what GrowLastRun would take.
  // REQUIRES: the section is noted, and stands at the state of its client.
  void Run(IncomingSection& section, uint64_t until, bool growing_pays);

 private:
  using Found = RunPlacer::Found;
  using Gap = RunPlacer::Gap;

  bool FindGap(const StructNote& note, Gap* gap);
  Found FindItem(LocalId last_unit);
  ItemRef& PlaceOf(LocalId last_unit);
  bool Grows(const StructNote& note, LocalId id, const Item& left) const;
  void Put(const StructNote& note, LocalId id, const Gap& gap);
  LocalId Local(uint8_t client, Clock clock);

  DocState& doc_;
  const IncomingUpdate& update_;
  RunPlacer placer_;
  std::array<ClientIndex, NotedClients::kMaxClients> clients_;  // kNoIndex: not seen yet
  // What was put, by its last unit: a cache without order, in which later ones replace others.
  std::vector<ItemRef> put_;
  Found last_;                // what was put last in this call
  Client* client_ = nullptr;  // whose section it is
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_INTEGRATE_RUNS_H_
