// Places of a text in UTF-8 bytes. An item knows its units and its bytes, so only the item that
// holds the place is looked into.
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/utf.h"
#include "crdt/doc_state.h"
#include "crdt/text.h"

namespace ypp {

using internal::DocState;
using internal::Item;
using internal::ItemRef;

namespace {

// Calls `visit(units, characters)` for each visible item in order until it answers false. An embed
// has no characters.
template <typename Visit>
void ForEachVisible(const DocState& doc, const internal::TypeRecord& type, Visit&& visit) {
  for (ItemRef ref = type.start; ref != ItemRef::kNone; ref = doc.items[ref].right) {
    const Item& item = doc.items[ref];
    if (item.visible_length() == 0) continue;
    std::string_view characters;
    if (item.kind == codec::StructKind::kString) {
      characters = doc.bytes.View(item.content, item.content_size);
    }
    if (!visit(item.length, characters)) return;
  }
}

absl::Status InsideCharacter() {
  return absl::OutOfRangeError("the place lies inside a character");
}

}  // namespace

uint32_t Text::Utf8Length() const {
  size_t bytes = 0;
  if (!valid()) return 0;
  ForEachVisible(*state(), *record(), [&](internal::Clock, std::string_view characters) {
    bytes += characters.size();
    return true;
  });
  return static_cast<uint32_t>(bytes);
}

absl::StatusOr<uint32_t> Text::Utf8OffsetOf(uint32_t index) const {
  if (index > length()) return absl::OutOfRangeError("index behind the end of the text");
  if (index == 0) return 0;
  size_t bytes = 0;
  internal::Clock left = index;
  bool splits_pair = false;
  ForEachVisible(*state(), *record(), [&](internal::Clock units, std::string_view characters) {
    if (left >= units) {
      bytes += characters.size();
      left -= units;
      return left > 0;
    }
    const codec::Utf16Cut cut = codec::CutAtUtf16(characters, left);
    bytes += cut.size_bytes;
    splits_pair = cut.splits_pair;
    return false;
  });
  if (splits_pair) return InsideCharacter();
  return static_cast<uint32_t>(bytes);
}

absl::StatusOr<uint32_t> Text::Utf16IndexOf(uint32_t utf8_offset) const {
  if (utf8_offset == 0) return 0;
  if (!valid()) return absl::OutOfRangeError("offset behind the end of the text");
  internal::Clock index = 0;
  size_t left = utf8_offset;
  bool splits = false;
  ForEachVisible(*state(), *record(), [&](internal::Clock units, std::string_view characters) {
    if (left >= characters.size()) {
      index += units;
      left -= characters.size();
      return left > 0;
    }
    constexpr unsigned char kContinuationMask = 0xC0;
    constexpr unsigned char kContinuation = 0x80;
    splits = (static_cast<unsigned char>(characters[left]) & kContinuationMask) == kContinuation;
    if (!splits) index += codec::Utf16Length(characters.substr(0, left));
    left = 0;
    return false;
  });
  if (splits) return InsideCharacter();
  if (left > 0) return absl::OutOfRangeError("offset behind the end of the text");
  return index;
}

}  // namespace ypp
