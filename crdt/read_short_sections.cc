#include "crdt/read_short_sections.h"

#include "codec/quick_reader.h"
#include "codec/quick_struct.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

using Reader = codec::QuickReader<codec::EndOfInput::kFar>;

// Passes over the anchor of a struct. False when it is in the struct's own future.
[[gnu::always_inline]] inline bool PassAnchor(Reader& in, const Id& id) {
  const ClientId client = in.ReadClient();
  const ypp::Clock clock = ReadSmall(in);
  return client != id.client || clock < id.clock;
}

// Passes over a run that begins at `id`, which moves on behind it. False for anything else, which
// also is what may be bad.
[[gnu::always_inline]] inline bool PassRun(Reader& in, Id* id) {
  if (!in.IsFarFromEnd()) return false;
  const uint8_t info = in.ReadUint8();
  if (!codec::IsQuick(info) || (info & codec::kInfoHasOrigin) == 0) return false;
  if (!PassAnchor(in, *id)) return false;
  if ((info & codec::kInfoHasRightOrigin) != 0 && !PassAnchor(in, *id)) return false;
  std::string_view text;
  const bool is_text = (info & codec::kInfoKindMask) == static_cast<uint8_t>(StructKind::kString);
  const ypp::Clock length = is_text ? in.ReadText(&text) : in.ReadVarUint();
  id->clock += length;
  return in.ok() && length > 0 && length <= kMaxDocumentClock && id->clock <= kMaxDocumentClock;
}

}  // namespace

void ReadShortSections(codec::UpdateReader& reader, IncomingUpdate* update) {
  const uint8_t* const begin = update->given.data();
  const uint8_t* passed = begin + reader.position();
  const uint64_t left = reader.sections_left();
  Reader in(passed, begin + update->given.size());
  uint64_t count = 0;
  for (; count < left && in.IsFarFromEnd(); ++count) {
    IncomingSection section;
    const uint64_t structs = ReadSmall(in);
    section.client = in.ReadClient();
    section.clock = ReadSmall(in);
    if (!in.ok() || structs == 0 || structs > kMaxShortStructs) break;
    section.position = static_cast<size_t>(in.cursor() - begin);
    section.structs = static_cast<uint32_t>(structs);
    section.is_short = true;
    Id id = {section.client, section.clock};
    uint64_t runs = 0;
    while (runs < structs && PassRun(in, &id)) ++runs;
    if (runs < structs) break;
    update->sections.push_back(section);
    update->items += structs;
    passed = in.cursor();
  }
  if (count > 0) reader.PassSections(count, static_cast<size_t>(passed - begin));
}

}  // namespace ypp::internal
