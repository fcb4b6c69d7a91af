#include "crdt/content.h"

#include <string>
#include <utility>

#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/check.h"
#include "codec/json.h"
#include "codec/utf.h"

namespace ypp::internal {

using codec::ByteReader;
using codec::ByteWriter;
using codec::StructKind;
using codec::StructView;

namespace {

void SetBytes(DocState& doc, Item& item, std::string_view bytes) {
  item.content = doc.bytes.Append(bytes);
  item.content_size = static_cast<uint32_t>(bytes.size());
}

std::string_view BytesOf(const DocState& doc, const Item& item) {
  return doc.bytes.View(item.content, item.content_size);
}

// The bytes as Yjs would write them again.
void StoreCanonical(DocState& doc, Item& item, const StructView& view) {
  if (view.canonical) {
    SetBytes(doc, item, view.content);
  } else {
    SetBytes(doc, item, codec::CanonicalContent(view));
  }
}

std::string VarString(std::string_view text) {
  ByteWriter out;
  out.WriteVarString(text);
  return out.Take();
}

// Passes over the first `count` values of an item and returns how many bytes they take.
uint32_t SizeOfValues(StructKind kind, std::string_view bytes, Clock count) {
  ByteReader in(codec::AsBytes(bytes));
  for (Clock i = 0; i < count; ++i) {
    if (kind == StructKind::kAny) {
      codec::SkipAny(in);
    } else {
      in.ReadVarString();
    }
  }
  return static_cast<uint32_t>(in.position());
}

// Each half of a cut character becomes U+FFFD. Yjs: ContentString.splice.
void CutCharacter(DocState& doc, Item& left, Item& right, size_t whole_bytes) {
  constexpr size_t kPairBytes = 4;
  const std::string old(BytesOf(doc, left));
  const std::string_view before = std::string_view(old).substr(0, whole_bytes);
  const std::string_view after = std::string_view(old).substr(whole_bytes + kPairBytes);
  doc.bytes.Drop(old.size());
  SetBytes(doc, left, std::string(before).append(codec::kReplacementCharacter));
  SetBytes(doc, right, std::string(codec::kReplacementCharacter).append(after));
}

}  // namespace

TypeKind KindOf(codec::TypeRef ref) {
  switch (ref) {
    case codec::TypeRef::kArray:
      return TypeKind::kArray;
    case codec::TypeRef::kMap:
      return TypeKind::kMap;
    case codec::TypeRef::kText:
      return TypeKind::kText;
    case codec::TypeRef::kXmlElement:
      return TypeKind::kXmlElement;
    case codec::TypeRef::kXmlFragment:
      return TypeKind::kXmlFragment;
    case codec::TypeRef::kXmlHook:
      return TypeKind::kXmlHook;
    case codec::TypeRef::kXmlText:
      return TypeKind::kXmlText;
    case codec::TypeRef::kWeakLink:
      break;
  }
  return TypeKind::kUntyped;
}

codec::TypeRef RefOf(TypeKind kind) {
  switch (kind) {
    case TypeKind::kArray:
      return codec::TypeRef::kArray;
    case TypeKind::kMap:
      return codec::TypeRef::kMap;
    case TypeKind::kText:
      return codec::TypeRef::kText;
    case TypeKind::kXmlElement:
      return codec::TypeRef::kXmlElement;
    case TypeKind::kXmlFragment:
      return codec::TypeRef::kXmlFragment;
    case TypeKind::kXmlHook:
      return codec::TypeRef::kXmlHook;
    case TypeKind::kXmlText:
      return codec::TypeRef::kXmlText;
    case TypeKind::kUntyped:
      break;  // a root is never held by an item
  }
  return codec::TypeRef::kWeakLink;
}

void StoreContent(DocState& doc, const StructView& view, ItemRef ref) {
  Item& item = doc.items[ref];
  item.kind = view.kind;
  item.length = static_cast<Clock>(view.length);
  switch (view.kind) {
    case StructKind::kString:
      if (view.starts_inside_pair) {
        SetBytes(doc, item, std::string(codec::kReplacementCharacter).append(view.content));
      } else {
        SetBytes(doc, item, view.content);
      }
      break;
    case StructKind::kAny:
    case StructKind::kJson:
      StoreCanonical(doc, item, view);
      break;
    case StructKind::kBinary:
      SetBytes(doc, item, view.content);
      break;
    case StructKind::kEmbed:
      SetBytes(doc, item, codec::CanonicalContent(view));
      break;
    case StructKind::kFormat:
    case StructKind::kDoc:
      SetBytes(doc, item, VarString(view.name) + codec::CanonicalContent(view));
      break;
    case StructKind::kType: {
      // A weak link is carried along with its source in place of a name.
      const bool has_name =
          codec::TypeRefHasName(view.type_ref) || view.type_ref == codec::TypeRef::kWeakLink;
      const KeyIndex name = has_name ? doc.strings.Intern(view.name) : kNoIndex;
      item.content = doc.types.Add(KindOf(view.type_ref), ref, name);
      break;
    }
    case StructKind::kDeleted:
    case StructKind::kGc:
    case StructKind::kSkip:
      break;
  }
}

codec::Utf16Cut CutText(std::string_view text, Clock length, Clock units) {
  if (text.size() == length) return {units, false};  // ASCII
  return codec::CutAtUtf16(text, units);
}

void CutContent(DocState& doc, Item& left, Item& right, Clock offset) {
  if (left.kind == StructKind::kDeleted) return;
  YPP_DCHECK(ContentJoins(left.kind));
  uint32_t left_bytes;
  if (left.kind == StructKind::kString) {
    const codec::Utf16Cut cut = CutText(BytesOf(doc, left), left.length + right.length, offset);
    if (cut.splits_pair) {
      CutCharacter(doc, left, right, cut.size_bytes);
      return;
    }
    left_bytes = static_cast<uint32_t>(cut.size_bytes);
  } else {
    left_bytes = SizeOfValues(left.kind, BytesOf(doc, left), offset);
  }
  right.content = left.content + left_bytes;
  right.content_size = left.content_size - left_bytes;
  left.content_size = left_bytes;
}

void JoinContent(DocState& doc, Item& left, const Item& right) {
  if (left.kind == StructKind::kDeleted) return;
  const uint32_t old = left.content;
  const bool adjacent = left.content + left.content_size == right.content;
  if (!adjacent) {
    left.content = doc.bytes.Extend(old, left.content_size, BytesOf(doc, right));
    doc.bytes.Drop(right.content_size);
  }
  left.content_size += right.content_size;
}

void DropContent(DocState& doc, Item& item) {
  if (item.kind != StructKind::kType) doc.bytes.Drop(item.content_size);
  item.kind = StructKind::kDeleted;
  item.content = 0;
  item.content_size = 0;
}

void ViewOf(const DocState& doc, const Item& item, StructView* out) {
  StructView& view = *out;
  view.Reset(doc.clients.Global(item.id));
  view.kind = item.kind;
  view.length = item.length;
  view.has_origin = item.origin.exists();
  if (view.has_origin) view.origin = doc.clients.Global(item.origin);
  view.has_right_origin = item.right_origin.exists();
  if (view.has_right_origin) view.right_origin = doc.clients.Global(item.right_origin);
  view.has_parent_sub = !item.in_sequence();
  if (!view.has_origin && !view.has_right_origin) {
    const TypeRecord& parent = doc.types[item.parent];
    if (parent.is_root()) {
      view.parent = StructView::Parent::kRoot;
      view.parent_name = doc.strings[parent.name];
    } else {
      view.parent = StructView::Parent::kItem;
      view.parent_id = doc.clients.Global(doc.items[parent.item].id);
    }
    if (view.has_parent_sub) view.parent_sub = doc.strings[item.key];
  }
  if (item.kind == StructKind::kType) {
    const TypeRecord& type = doc.types[item.content];
    view.type_ref = RefOf(type.kind);
    if (type.name != kNoIndex) view.name = doc.strings[type.name];
    return;
  }
  view.content = BytesOf(doc, item);
  if (item.kind == StructKind::kFormat || item.kind == StructKind::kDoc) {
    ByteReader in(codec::AsBytes(view.content));
    view.name = in.ReadVarString();
    view.content.remove_prefix(in.position());
  }
}

Any ValueAt(const DocState& doc, const Item& item, Clock offset) {
  ValuePlace place;
  SkipValues(doc, item, offset, place);
  return TakeAny(doc, item, place);
}

namespace {

// The unit at `place` of a text. Each half of a character of two units shows as U+FFFD.
Any TakeUnit(std::string_view text, ValuePlace& place) {
  const std::string_view rest = text.substr(place.bytes);
  const codec::Utf16Cut cut = codec::CutAtUtf16(rest, place.inside_pair ? 2 : 1);
  place.bytes += static_cast<uint32_t>(cut.size_bytes);
  const bool is_half = cut.splits_pair || place.inside_pair;
  place.inside_pair = cut.splits_pair;
  return Any(is_half ? codec::kReplacementCharacter : rest.substr(0, cut.size_bytes));
}

Any TakeJson(ByteReader& in) {
  const std::string_view text = in.ReadVarString();
  if (text == codec::kJsonUndefined) return Any();
  absl::StatusOr<Any> value = codec::ParseJson(text);
  return value.ok() ? *value : Any(nullptr);
}

}  // namespace

Any TakeAny(const DocState& doc, const Item& item, ValuePlace& place) {
  ++place.offset;
  if (item.kind == StructKind::kType) return Any();
  const std::string_view bytes = BytesOf(doc, item);
  switch (item.kind) {
    case StructKind::kAny:
    case StructKind::kJson:
    case StructKind::kEmbed: {
      ByteReader in(codec::AsBytes(bytes.substr(place.bytes)));
      Any value = item.kind == StructKind::kJson ? TakeJson(in) : codec::ReadAny(in);
      place.bytes += static_cast<uint32_t>(in.position());
      return value;
    }
    case StructKind::kBinary:
      return Any(Any::ByteString{std::string(bytes)});
    case StructKind::kString:
      return TakeUnit(bytes, place);
    default:
      return Any();
  }
}

void SkipValues(const DocState& doc, const Item& item, Clock offset, ValuePlace& place) {
  if (item.kind == StructKind::kAny || item.kind == StructKind::kJson) {
    const std::string_view rest = BytesOf(doc, item).substr(place.bytes);
    place.bytes += SizeOfValues(item.kind, rest, offset - place.offset);
  } else if (item.kind == StructKind::kString) {
    const codec::Utf16Cut cut = CutText(BytesOf(doc, item), item.length, offset);
    place.bytes = static_cast<uint32_t>(cut.size_bytes);
    place.inside_pair = cut.splits_pair;
  }
  place.offset = offset;
}

}  // namespace ypp::internal
