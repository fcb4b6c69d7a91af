#include "crdt/integrate_short_sections.h"

#include "codec/quick_reader.h"
#include "codec/quick_struct.h"
#include "crdt/read_short_sections.h"

namespace ypp::internal {

using codec::StructKind;

ShortSectionIntegrator::ShortSectionIntegrator(DocState& doc, IncomingUpdate& update,
                                               const SectionIndex& index)
    : doc_(doc),
      update_(update),
      index_(index),
      bytes_(update.bytes()),
      placer_(doc, codec::AsText(bytes_)) {}

void ShortSectionIntegrator::Run(uint32_t section) {
  placer_.Forget();
  if (!Push(section, UINT64_MAX)) return GiveUp();
  while (!stack_.empty()) {
    if (!Step()) return GiveUp();
  }
}

// As ReadQuickStruct does. False near the end of the input, too.
inline bool ShortSectionIntegrator::Read(const IncomingSection& section, ShortRun* run) const {
  const uint8_t* const begin = bytes_.data();
  codec::QuickReader<codec::EndOfInput::kFar> reader(begin + section.position,
                                                     begin + bytes_.size());
  if (!reader.IsFarFromEnd()) return false;
  const uint8_t info = reader.ReadUint8();
  run->kind = static_cast<StructKind>(info & codec::kInfoKindMask);
  run->has_right_origin = (info & codec::kInfoHasRightOrigin) != 0;
  run->origin.client = reader.ReadClient();
  run->origin.clock = ReadSmall(reader);
  if (run->has_right_origin) {
    run->right_origin.client = reader.ReadClient();
    run->right_origin.clock = ReadSmall(reader);
  }
  if (run->kind == StructKind::kString) {
    std::string_view text;
    run->length = reader.ReadText(&text);
    run->position = static_cast<size_t>(text.data() - codec::AsText(bytes_).data());
    run->size_bytes = static_cast<uint32_t>(text.size());
  } else {
    run->length = static_cast<Clock>(reader.ReadVarUint());
  }
  run->end = static_cast<size_t>(reader.cursor() - begin);
  return reader.ok();
}

// `section` is that of the unit's client.
inline bool ShortSectionIntegrator::IsFirstUnit(const Item& item, const Id& id,
                                                uint32_t section) const {
  if (item.id.clock != id.clock) return false;
  if (section != kNoIndex && update_.sections[section].local != kNoIndex)
    return item.id.client == update_.sections[section].local;
  return doc_.clients[item.id.client].id == id.client;
}

inline void ShortSectionIntegrator::Put(IncomingSection& section, const ShortRun& run,
                                        const Gap& gap) {
  const LocalId id = {section.local, static_cast<Clock>(section.clock)};
  doc_.Touch(id.client);
  Client& client = doc_.clients[id.client];
  if (id.clock == 0 && section.structs > 1) client.structs.Reserve(section.structs);
  section.last = placer_.Put(run, id, gap, client).ref;
  if (client.sorted_out_below == id.clock) {
    client.sorted_out_below += run.length;
  } else {
    doc_.transaction().needs_tidying = true;
  }
  section.clock += run.length;
  section.position = run.end;
  --section.structs;
}

// What GrowLastRun would append to the run before it.
inline bool ShortSectionIntegrator::Grows(const IncomingSection& section, const ShortRun& run,
                                          const Item& left) const {
  return left.id.client == section.local && left.end() == section.clock &&
         run.kind == StructKind::kString && left.kind == StructKind::kString && !left.deleted();
}

// False when the update ends before what is needed.
inline bool ShortSectionIntegrator::Pop() {
  const Frame& top = stack_.back();
  IncomingSection& section = update_.sections[top.section];
  if (stack_.size() > 1 && section.clock < top.until) return false;
  section.on_stack = false;
  stack_.pop_back();
  return true;
}

bool ShortSectionIntegrator::Step() {
  Frame& top = stack_.back();
  IncomingSection& section = update_.sections[top.section];
  if (section.structs == 0 || section.clock >= top.until) return Pop();
  const ShortRun& run = top.run;
  if (!top.is_read) {
    if (!Read(section, &top.run)) return false;
    top.is_read = true;
    if (run.has_right_origin) index_.Prefetch(run.right_origin.client);
  }
  Gap gap;
  if (!FindOrPush(run.origin, &gap.left)) return false;
  if (gap.left.item == nullptr) return true;
  if (!placer_.Takes(*gap.left.item) || Grows(section, run, *gap.left.item)) return false;
  const ItemRef right = gap.left.item->right;
  if (right != ItemRef::kNone) gap.right = placer_.Locate(right);
  if (!run.has_right_origin) {
    if (right != ItemRef::kNone) return false;
  } else if (const uint32_t its = index_.Find(run.right_origin.client);
             right == ItemRef::kNone || !IsFirstUnit(*gap.right.item, run.right_origin, its)) {
    // It may be still to come; if it is there already, something came between.
    return its != kNoIndex && update_.sections[its].clock <= run.right_origin.clock &&
           Push(its, run.right_origin.clock + 1);
  }
  Put(section, run, gap);
  top.is_read = false;
  return section.structs > 0 || Pop();
}

bool ShortSectionIntegrator::Push(uint32_t index, uint64_t until) {
  IncomingSection& section = update_.sections[index];
  if (!section.is_short || section.on_stack || section.blocked) return false;
  if (section.local == kNoIndex && !Start(section)) {
    section.is_short = false;
    return false;
  }
  section.on_stack = true;
  Frame& frame = stack_.emplace_back();
  frame.section = index;
  frame.until = until;
  return true;
}

// False when it does not begin where the document ends.
bool ShortSectionIntegrator::Start(IncomingSection& section) {
  const ClientIndex client =
      section.clock == 0 ? doc_.clients.Intern(section.client) : doc_.clients.Find(section.client);
  if (client == kNoIndex) return false;
  if (doc_.clients[client].state() != section.clock) return false;
  section.local = client;
  return true;
}

bool ShortSectionIntegrator::FindOrPush(const Id& last_unit, Found* found) {
  const uint32_t index = index_.Find(last_unit.client);
  ClientIndex client = kNoIndex;
  if (index != kNoIndex) {
    const IncomingSection& section = update_.sections[index];
    if (section.is_short && (section.local == kNoIndex || section.clock <= last_unit.clock))
      return Push(index, last_unit.clock + 1);
    client = section.local;
    // What was put last, unless it was changed since.
    if (section.last != ItemRef::kNone) {
      *found = placer_.Locate(section.last);
      if (found->item->last_id() == LocalId{client, static_cast<Clock>(last_unit.clock)})
        return true;
    }
  }
  if (client == kNoIndex) client = doc_.clients.Find(last_unit.client);
  if (client == kNoIndex || last_unit.clock > kMaxDocumentClock) return false;
  *found = placer_.FindInDocument({client, static_cast<Clock>(last_unit.clock)});
  return found->item != nullptr;
}

void ShortSectionIntegrator::GiveUp() {
  for (const Frame& frame : stack_) {
    IncomingSection& section = update_.sections[frame.section];
    section.on_stack = false;
    section.is_short = false;
  }
  stack_.clear();
}

}  // namespace ypp::internal
