// One struct of an update as a plain value whose bytes are views into somewhere else: the input
// while reading, the document's buffers while writing. Readers produce it, writers take it, and
// everything between speaks of nothing else.
#ifndef YPP_CODEC_STRUCT_VIEW_H_
#define YPP_CODEC_STRUCT_VIEW_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/id.h"

namespace ypp::codec {

// The low five bits of a struct's info byte. FORMAT.md, "Struct" and "Item content".
enum class StructKind : uint8_t {
  kGc = 0,
  kDeleted = 1,
  kJson = 2,
  kBinary = 3,
  kString = 4,
  kEmbed = 5,
  kFormat = 6,
  kType = 7,
  kAny = 8,
  kDoc = 9,
  kSkip = 10,
};

inline constexpr uint8_t kInfoKindMask = 0x1f;
inline constexpr uint8_t kInfoHasParentSub = 0x20;
inline constexpr uint8_t kInfoHasRightOrigin = 0x40;
inline constexpr uint8_t kInfoHasOrigin = 0x80;

// What a Type content makes. FORMAT.md, "Type reference".
enum class TypeRef : uint8_t {
  kArray = 0,
  kMap = 1,
  kText = 2,
  kXmlElement = 3,
  kXmlFragment = 4,
  kXmlHook = 5,
  kXmlText = 6,
  kWeakLink = 7,  // of yrs alone: weak_link.h
};
inline constexpr uint8_t kTypeRefCount = 8;
constexpr bool TypeRefHasName(TypeRef ref) {
  return ref == TypeRef::kXmlElement || ref == TypeRef::kXmlHook;
}

struct StructView {
  enum class Parent : uint8_t {
    kInherited,  // not on the wire: copied from the origin's item, else from the right origin's
    kRoot,       // `parent_name`
    kItem,       // the type held by item `parent_id`
  };

  StructKind kind = StructKind::kGc;
  Parent parent = Parent::kInherited;
  bool has_origin = false;
  bool has_right_origin = false;
  // Belongs to a map. The key itself is in `parent_sub` only when `parent` is not kInherited.
  bool has_parent_sub = false;
  // kString only: the content starts with the second half of a cut surrogate pair, to be written as
  // U+FFFD before `content` and counted as one unit of `length`.
  bool starts_inside_pair = false;
  // kEmbed and kFormat only: `content` is JSON text (V1 input); otherwise it is one encoded Any (V2
  // input).
  bool value_is_json = false;
  // What `content` holds of Any, JSON or Doc options is what Yjs would write for it again. Readers
  // find out; false may be cautious. Writers re-encode what is not.
  bool canonical = true;
  TypeRef type_ref = TypeRef::kArray;

  Clock length = 0;
  Id id;
  Id origin;
  Id right_origin;
  Id parent_id;
  std::string_view parent_name;
  std::string_view parent_sub;

  // The bytes of the content, by kind:
  //   kString   UTF-8                         kBinary  the bytes
  //   kAny      `length` encoded Any values   kJson    `length` varStrings
  //   kEmbed    the value, kFormat its value (see value_is_json)
  //   kDoc      one encoded Any, the options
  //   kGc, kSkip, kDeleted, kType: nothing.
  std::string_view content;
  // kFormat: the key. kType: the node or hook name, where the type has one; of a weak link its
  // source, as V1 writes it. kDoc: the guid.
  std::string_view name;

  Clock end() const { return id.clock + length; }

  // As new, but for the ids that the flags say are not there: readers make one for every struct.
  void Reset(Id new_id) {
    kind = StructKind::kGc;
    parent = Parent::kInherited;
    has_origin = has_right_origin = has_parent_sub = starts_inside_pair = value_is_json = false;
    canonical = true;
    type_ref = TypeRef::kArray;
    length = 0;
    id = new_id;
    parent_name = parent_sub = content = name = {};
  }
};

// Drops the first `offset` units: the clock moves on, the origin becomes the unit before, and the
// parent is inherited from then on. REQUIRES: 0 < offset < length, and the kind can be longer
// than 1.
StructView SliceStruct(const StructView& view, Clock offset);

// The same for who knows how many bytes of the content the dropped elements take. REQUIRES: kAny.
StructView SliceStructAt(const StructView& view, Clock offset, size_t offset_bytes);

// Yjs does not remember, of a struct that inherits its parent, that it belongs to a map, until it
// has found that parent. So what it writes from updates without a document (merged, diffed,
// converted, pending) lacks the bit.
inline void ForgetInheritedParentSub(StructView* view) {
  if (view->parent == StructView::Parent::kInherited) view->has_parent_sub = false;
}

// `content` in the one form that means the same in every dialect, and is what Yjs would write
// again:
//   kAny, kDoc, kEmbed, kFormat   encoded Any       kJson   varStrings       others   as it is
std::string CanonicalContent(const StructView& view);
// The value of an Embed or Format as JSON text. An undefined value, which JSON has no word for,
// becomes `null`.
std::string JsonValue(const StructView& view);

}  // namespace ypp::codec

#endif  // YPP_CODEC_STRUCT_VIEW_H_
