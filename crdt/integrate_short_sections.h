// The fast way beside Integrator's general one, for updates of very many clients of which each has
// a few runs only. Notes, and what goes with them, pay for clients with many.
//
// A short section has nothing in it but runs of text and deleted runs with an origin. It is read
// here once more, straight from the bytes; what it leans on in other short sections is integrated
// first, in the order of the general way. What does not fit between two whole neighbours that are
// next to each other, waits for something, or leans on itself is left to the general way, and so
// are the sections that lean on it.
#ifndef YPP_CRDT_INTEGRATE_SHORT_SECTIONS_H_
#define YPP_CRDT_INTEGRATE_SHORT_SECTIONS_H_

#include <cstdint>
#include <vector>

#include "codec/byte_reader.h"
#include "codec/id.h"
#include "crdt/doc_state.h"
#include "crdt/incoming_update.h"
#include "crdt/place_run.h"
#include "crdt/section_index.h"

namespace ypp::internal {

class ShortSectionIntegrator {
 public:
  // REQUIRES: inside a transaction, for as long as the integrator lives.
  ShortSectionIntegrator(DocState& doc, IncomingUpdate& update, const SectionIndex& index);

  // Integrates what it can of a short section and of those it leans on, and moves them on. Those
  // that it could not finish are short no more.
  // REQUIRES: nothing else is on the way, that is, no section `on_stack`.
  void Run(uint32_t section);

 private:
  using Found = RunPlacer::Found;
  using Gap = RunPlacer::Gap;

  // The next run of a section.
  struct ShortRun {
    codec::StructKind kind = codec::StructKind::kGc;
    bool has_right_origin = false;
    Clock length = 0;
    uint32_t size_bytes = 0;
    size_t position = 0;  // of its text
    size_t end = 0;       // of the run
    Id origin;
    Id right_origin;
  };
  struct Frame {
    uint32_t section = 0;
    bool is_read = false;
    uint64_t until = 0;  // the clock at which the one below can go on
    ShortRun run;
  };

  // One step at the top of the stack. False: this is one for the general way.
  bool Step();
  bool Push(uint32_t section, uint64_t until);
  bool Pop();
  bool Start(IncomingSection& section);
  bool Read(const IncomingSection& section, ShortRun* run) const;
  bool Grows(const IncomingSection& section, const ShortRun& run, const Item& left) const;
  void Put(IncomingSection& section, const ShortRun& run, const Gap& gap);
  // What a unit is to be found in; pushes the section that has it, if that is still to be read, and
  // leaves `found` empty.
  bool FindOrPush(const Id& last_unit, Found* found);
  bool IsFirstUnit(const Item& item, const Id& id, uint32_t section) const;
  void GiveUp();

  DocState& doc_;
  IncomingUpdate& update_;
  const SectionIndex& index_;
  codec::Bytes bytes_;
  RunPlacer placer_;
  std::vector<Frame> stack_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_INTEGRATE_SHORT_SECTIONS_H_
