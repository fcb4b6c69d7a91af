// Integrates the structs of one checked update in an order in which each finds what it leans on.
#ifndef YPP_CRDT_INTEGRATOR_H_
#define YPP_CRDT_INTEGRATOR_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "codec/struct_view.h"
#include "codec/update_reader.h"
#include "codec/update_writer.h"
#include "crdt/doc_state.h"
#include "crdt/incoming_update.h"
#include "crdt/integrate_runs.h"
#include "crdt/integrate_short_sections.h"
#include "crdt/integrate_struct.h"
#include "crdt/pending_structs.h"
#include "crdt/section_index.h"

namespace ypp::internal {

class Integrator {
 public:
  // REQUIRES: inside a transaction, for as long as the integrator lives.
  Integrator(DocState& doc, IncomingUpdate& update);

  // Integrates all it can.
  void Run();

  // What is left, as an update without deletions in the dialect kV1Any; empty when nothing is.
  std::string TakeRest();
  // What this rest waits for. Once.
  AwaitedByClient TakeAwaited() { return std::move(awaited_); }

 private:
  // A section being read, and the clock of its client at which the one below on the stack can go
  // on.
  struct Frame {
    uint32_t section = 0;
    uint64_t until = 0;  // wider than a clock: the one needed may be the last there is
  };

  void RunSection(uint32_t bottom);
  void IntegrateRuns(const Frame& top);
  void IntegrateNext(const IncomingSection& section, const Anchors& anchors);
  bool GrowingPays() const;
  // Reads the next struct of the section into `view_`, without moving on. False at its end.
  bool Peek(uint32_t section);
  void Advance(uint32_t section);
  // The struct that note `index` is about and that begins at `clock`.
  void ReadNoted(const IncomingSection& section, size_t index, ypp::Clock clock,
                 codec::StructView* view);
  void WriteRest(const IncomingSection& section, codec::UpdateWriter& writer);
  void CutNeighboursOfKnown();
  // `missing` as Yjs has it; see Awaited.
  void WaitFor(ClientId client, ypp::Clock missing, ypp::Clock needed);
  void BlockStack();

  DocState& doc_;
  IncomingUpdate& update_;
  SectionIndex index_;
  RunIntegrator runs_;
  ShortSectionIntegrator short_sections_;
  codec::UpdateReader reader_;
  uint32_t reader_section_ = kNoIndex;  // the section that the reader stands in
  bool view_is_read_ = false;           // `view_` is its next struct, which ends at `after_view_`
  codec::StructView view_;
  size_t after_view_ = 0;
  std::vector<Frame> stack_;
  // Of the transaction, which gets one more with every item that is cut.
  size_t candidates_before_ = 0;
  size_t grown_ = 0;  // runs grown in place
  AwaitedByClient awaited_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_INTEGRATOR_H_
