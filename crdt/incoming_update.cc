#include "crdt/incoming_update.h"

#include <algorithm>
#include <utility>

#include "codec/update_writer.h"
#include "crdt/item.h"
#include "crdt/read_short_sections.h"

namespace ypp::internal {

using codec::Dialect;
using codec::StructKind;
using codec::StructView;
using codec::UpdateReader;

namespace {

// Of a section that holds a struct.
constexpr size_t kMinSectionBytes = 5;

// Text or deleted, and inheriting its parent.
bool IsRun(const StructView& view) {
  return (view.kind == StructKind::kString || view.kind == StructKind::kDeleted) &&
         view.parent == StructView::Parent::kInherited && !view.starts_inside_pair;
}

bool IsAhead(const Id& of, const Id& id) { return id.client == of.client && id.clock >= of.clock; }

// Yjs 13 keeps the last of several sections of one client. Mostly they come in order, each once.
void KeepLastOfEachClient(std::vector<IncomingSection>& sections) {
  const auto descends = [](const IncomingSection& a, const IncomingSection& b) {
    return a.client > b.client;
  };
  const auto not_after = [&](const IncomingSection& a, const IncomingSection& b) {
    return !descends(a, b);
  };
  if (std::adjacent_find(sections.begin(), sections.end(), not_after) == sections.end()) return;
  std::stable_sort(sections.begin(), sections.end(), descends);
  const auto same_client = [](const IncomingSection& a, const IncomingSection& b) {
    return a.client == b.client;
  };
  // unique keeps the first of equals, so it goes backwards.
  const auto kept = std::unique(sections.rbegin(), sections.rend(), same_client);
  sections.erase(sections.begin(), kept.base());
}

// Goes over the structs of an update as they are read and notes what is to be known of them.
class Inspector {
 public:
  explicit Inspector(IncomingUpdate& update) : update_(update) {}

  // `position` is where the section's structs can be read again. Whether they are noted instead,
  // but for those that do not fit in a note.
  bool Begin(const UpdateReader::Section& section, size_t position) {
    const bool notes = MakeRoomForNotes(section.structs);
    IncomingSection& incoming = update_.sections.emplace_back();
    incoming.client = section.client;
    incoming.position = notes ? update_.notes.size() : position;
    incoming.clock = section.clock;
    incoming.structs = static_cast<uint32_t>(section.structs);
    incoming.is_noted = notes;
    incoming.is_short = section.structs <= kMaxShortStructs;
    after_hole_ = false;
    return notes;
  }
  // False when no document can hold it.
  bool Inspect(const UpdateReader& reader, const StructView& view) {
    if (view.kind != StructKind::kGc && view.kind != StructKind::kSkip) ++update_.items;
    if (view.kind == StructKind::kSkip) {
      after_hole_ = after_hole_ || view.length > 0;
    } else if (view.id.clock <= kMaxDocumentClock && view.end() > kMaxDocumentClock) {
      return false;
    }
    if (!after_hole_ && LeansOnItsFuture(view)) {
      const IncomingSection& section = update_.sections.back();
      update_.self_leaning.push_back({{section.client, section.clock}, reader.position()});
      after_hole_ = true;
    }
    return true;
  }
  // Both at once, straight from the bytes, for as many runs as follow of which there is no more to
  // say than what they are.
  void NoteRuns(UpdateReader& reader) {
    uint8_t own_number;
    if (after_hole_ ||
        !update_.noted_clients.FindOrAdd(update_.sections.back().client, &own_number))
      return;
    const size_t before = update_.notes.size();
    reader.ReadQuick([&](auto& bytes, const codec::LastClient& last, Id id, ypp::Clock* length) {
      return NoteRun(bytes, last, id, own_number, length);
    });
    for (size_t i = before; i < update_.notes.size(); ++i)
      update_.items += update_.notes[i].kind != StructKind::kGc ? 1 : 0;
  }
  // The same in V2. A run that is not noted, of which there is more to say, is left in `view`, and
  // the answer is true.
  bool NoteRunsUntil(UpdateReader& reader, StructView* view) {
    uint8_t own_number;
    if (after_hole_ ||
        !update_.noted_clients.FindOrAdd(update_.sections.back().client, &own_number))
      return false;
    for (UpdateReader::Run run; reader.NextRun(&run);) {
      StructNote note;
      if (!NoteRun(run, own_number, &note)) {
        UpdateReader::ToView(run, view);
        return true;
      }
      update_.notes.push_back(note);
      update_.items += note.kind != StructKind::kGc ? 1 : 0;
    }
    return false;
  }
  // Looks at a struct of a section that is not noted.
  void LookAt(const StructView& view) {
    IncomingSection& section = update_.sections.back();
    section.is_short = section.is_short && IsRun(view) && view.has_origin && view.length > 0;
  }
  // Notes a struct of a section for which Begin said so. False when it is to be read again, at
  // `position`.
  bool Note(const StructView& view, size_t position) {
    StructNote& note = update_.notes.emplace_back();
    if (MakeNote(view, update_.given, update_.noted_clients, &note)) return true;
    note.read_again = true;
    note.position = static_cast<uint32_t>(position);
    return false;
  }

 private:
  bool NoteRun(const UpdateReader::Run& run, uint8_t own_number, StructNote* note) {
    if (run.id.clock + run.length > kMaxDocumentClock) return false;
    if (run.has_origin &&
        !NoteAnchor(run.origin, run.id, own_number, &note->origin_client, &note->origin_clock))
      return false;
    if (run.has_right_origin &&
        !NoteAnchor(run.right_origin, run.id, own_number, &note->right_client, &note->right_clock))
      return false;
    note->kind = run.kind;
    note->length = static_cast<Clock>(run.length);
    if (run.kind == StructKind::kString) NoteText(run.text, note);
    return true;
  }
  // REQUIRES: the text lies in the given bytes.
  void NoteText(std::string_view text, StructNote* note) {
    note->position = static_cast<uint32_t>(text.data() - codec::AsText(update_.given).data());
    note->size_bytes = static_cast<uint32_t>(text.size());
  }
  template <typename Reader>
  [[gnu::always_inline]] bool NoteRun(Reader& bytes, const codec::LastClient& last, Id id,
                                      uint8_t own_number, ypp::Clock* length) {
    const uint8_t info = bytes.ReadUint8();
    if (!codec::IsQuick(info)) return false;
    StructNote note;
    note.kind = static_cast<StructKind>(info & codec::kInfoKindMask);
    if ((info & codec::kInfoHasOrigin) != 0 &&
        !NoteAnchor(bytes.ReadId(last), id, own_number, &note.origin_client, &note.origin_clock))
      return false;
    if ((info & codec::kInfoHasRightOrigin) != 0 &&
        !NoteAnchor(bytes.ReadId(last), id, own_number, &note.right_client, &note.right_clock))
      return false;
    std::string_view text;
    *length = note.kind == StructKind::kString ? bytes.ReadText(&text) : bytes.ReadVarUint();
    if (!bytes.ok() || id.clock + *length > kMaxDocumentClock) return false;
    note.length = static_cast<Clock>(*length);
    if (note.kind == StructKind::kString) NoteText(text, &note);
    update_.notes.push_back(note);
    return true;
  }
  [[gnu::always_inline]] bool NoteAnchor(Id anchor, Id id, uint8_t own_number, uint8_t* client,
                                         Clock* clock) {
    *clock = static_cast<Clock>(anchor.clock);
    *client = own_number;
    if (anchor.client == id.client) return anchor.clock < id.clock;
    return anchor.clock <= kMaxDocumentClock &&
           update_.noted_clients.FindOrAdd(anchor.client, client);
  }
  // False when the section is too small to be worth it, or would take too much memory.
  bool MakeRoomForNotes(uint64_t structs) {
    // Of notes, for each byte of the update: half of what reading it may take in all.
    constexpr size_t kMaxBytesPerByte = 8;
    std::vector<StructNote>& notes = update_.notes;
    const size_t max = update_.given.size() * kMaxBytesPerByte / sizeof(StructNote);
    if (structs <= kMaxShortStructs || update_.given.size() > UINT32_MAX ||
        structs > max - std::min(max, notes.size()))
      return false;
    const size_t needed = notes.size() + static_cast<size_t>(structs);
    if (needed > notes.capacity())
      notes.reserve(std::max(needed, std::min(max, notes.size() * 3 / 2)));
    return true;
  }

  IncomingUpdate& update_;
  bool after_hole_ = false;  // or behind a struct that leans on itself
};

absl::Status ClockTooLarge(const UpdateReader& reader) {
  return codec::BadInput("a document holds clocks up to 2^32-1 only", reader.position());
}

absl::Status ReadInPlace(UpdateReader& reader, IncomingUpdate* incoming) {
  Inspector inspector(*incoming);
  UpdateReader::Section section;
  StructView view;
  for (;;) {
    ReadShortSections(reader, incoming);
    if (!reader.NextSection(&section)) break;
    if (section.structs == 0) continue;
    const bool notes = inspector.Begin(section, reader.position());
    for (;;) {
      if (notes) inspector.NoteRuns(reader);
      const size_t position = reader.position();
      if (!reader.NextStruct(&view)) break;
      if (!inspector.Inspect(reader, view)) return ClockTooLarge(reader);
      if (notes) {
        inspector.Note(view, position);
      } else {
        inspector.LookAt(view);
      }
    }
  }
  incoming->deletes = reader.ReadDeleteSet();
  return reader.status();
}

// What is not noted is also written in a form that can be read in any order.
absl::Status ReadAndConvert(UpdateReader& reader, IncomingUpdate* incoming) {
  Inspector inspector(*incoming);
  codec::UpdateWriter writer(Dialect::kV1Any);
  writer.BeginUpdate(reader.sections_left());
  UpdateReader::Section section;
  StructView view;
  while (reader.NextSection(&section)) {
    writer.BeginSection(section);
    const bool notes = section.structs > 0 && inspector.Begin(section, writer.size_bytes());
    while ((notes && inspector.NoteRunsUntil(reader, &view)) || reader.NextStruct(&view)) {
      if (!inspector.Inspect(reader, view)) return ClockTooLarge(reader);
      if (!notes) inspector.LookAt(view);
      if (notes && inspector.Note(view, writer.size_bytes())) continue;
      codec::ForgetInheritedParentSub(&view);
      writer.WriteStruct(view);
    }
  }
  incoming->deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  incoming->converted = writer.Finish();
  return absl::OkStatus();
}

}  // namespace

bool LeansOnItsFuture(const StructView& view) {
  return (view.has_origin && IsAhead(view.id, view.origin)) ||
         (view.has_right_origin && IsAhead(view.id, view.right_origin)) ||
         (view.parent == StructView::Parent::kItem && IsAhead(view.id, view.parent_id));
}

absl::StatusOr<IncomingUpdate> IncomingUpdate::Check(codec::Bytes update, Dialect dialect,
                                                     const DecodeLimits& limits) {
  IncomingUpdate incoming;
  incoming.given = update;
  UpdateReader reader(update, dialect, limits);
  reader.AcceptHolesWithFlags();
  incoming.sections.reserve(
      std::min<size_t>(reader.sections_left(), update.size() / kMinSectionBytes));
  const bool converts = dialect == Dialect::kV2;
  incoming.dialect = converts ? Dialect::kV1Any : dialect;
  const absl::Status status =
      converts ? ReadAndConvert(reader, &incoming) : ReadInPlace(reader, &incoming);
  if (!status.ok()) return status;
  KeepLastOfEachClient(incoming.sections);
  return incoming;
}

}  // namespace ypp::internal
