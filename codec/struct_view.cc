#include "codec/struct_view.h"

#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/check.h"
#include "codec/json.h"
#include "codec/utf.h"

namespace ypp::codec {
namespace {

constexpr size_t kPairBytes = 4;  // of the character that a surrogate pair stands for, in UTF-8

void SliceString(StructView* view, Clock offset) {
  if (view->starts_inside_pair) --offset;
  const Utf16Cut cut = CutAtUtf16(view->content, offset);
  view->starts_inside_pair = cut.splits_pair;
  view->content.remove_prefix(cut.size_bytes + (cut.splits_pair ? kPairBytes : 0));
}

// Drops as many elements from the front of the content, each passed over by `skip`.
template <typename Skip>
void SliceElements(StructView* view, Clock count, Skip skip) {
  ByteReader in(AsBytes(view->content));
  for (Clock i = 0; i < count; ++i) skip(in);
  YPP_DCHECK(in.ok());
  view->content.remove_prefix(in.position());
}

void LeanOnTheUnitBefore(StructView* rest) {
  rest->has_origin = true;
  rest->origin = {rest->id.client, rest->id.clock - 1};
  rest->parent = StructView::Parent::kInherited;
  rest->parent_name = {};
  rest->parent_sub = {};
}

bool IsTrue(const Any& value) {
  if (const bool* flag = value.if_bool()) return *flag;
  if (const double* number = value.if_number()) return *number != 0 && *number == *number;
  if (const std::string* text = value.if_string()) return !text->empty();
  if (const Any::BigInt* integer = value.if_bigint()) return integer->value != 0;
  return !value.is_null() && !value.is_undefined();
}

// Yjs makes a document of the options and writes what it then finds in it: only what is not the
// default, in this order.
Any DocOptions(const Any& options) {
  Any::Object kept;
  const Any* gc = options.Find("gc");
  if (gc != nullptr && !gc->is_undefined() && !IsTrue(*gc)) kept.emplace_back("gc", false);
  const Any* auto_load = options.Find("autoLoad");
  if (auto_load != nullptr && IsTrue(*auto_load)) kept.emplace_back("autoLoad", true);
  const Any* meta = options.Find("meta");
  if (meta != nullptr && !meta->is_undefined() && !meta->is_null())
    kept.emplace_back("meta", *meta);
  return kept;
}

Any Value(const StructView& view) {
  if (view.value_is_json) {
    absl::StatusOr<Any> value = ParseJson(view.content);
    YPP_DCHECK(value.ok());  // the reader has checked it
    return value.ok() ? *std::move(value) : Any();
  }
  ByteReader in(AsBytes(view.content));
  return ReadAny(in);
}

// Each text as JSON.stringify writes it again.
void WriteCanonicalJson(ByteWriter& out, const StructView& view) {
  ByteReader in(AsBytes(view.content));
  for (Clock i = 0; i < view.length; ++i) {
    const std::string_view text = in.ReadVarString();
    const absl::StatusOr<Any> value = ParseJson(text);
    out.WriteVarString(value.ok() ? ToJson(*value) : std::string(kJsonUndefined));
  }
}

}  // namespace

// Item.write with an offset, yjs src/structs/Item.js
StructView SliceStruct(const StructView& view, Clock offset) {
  YPP_DCHECK(offset > 0 && offset < view.length);
  StructView rest = view;
  rest.id.clock += offset;
  rest.length -= offset;
  switch (view.kind) {
    case StructKind::kGc:
    case StructKind::kSkip:
      return rest;
    case StructKind::kString:
      SliceString(&rest, offset);
      break;
    case StructKind::kAny:
      SliceElements(&rest, offset, [](ByteReader& in) { SkipAny(in); });
      break;
    case StructKind::kJson:
      SliceElements(&rest, offset, [](ByteReader& in) { in.ReadVarString(); });
      break;
    case StructKind::kDeleted:
      break;
    default:
      YPP_DCHECK(false);  // always of length 1
  }
  LeanOnTheUnitBefore(&rest);
  return rest;
}

StructView SliceStructAt(const StructView& view, Clock offset, size_t offset_bytes) {
  YPP_DCHECK(view.kind == StructKind::kAny && offset > 0 && offset < view.length);
  StructView rest = view;
  rest.id.clock += offset;
  rest.length -= offset;
  rest.content.remove_prefix(offset_bytes);
  LeanOnTheUnitBefore(&rest);
  return rest;
}

std::string CanonicalContent(const StructView& view) {
  if (view.canonical && !view.value_is_json) return std::string(view.content);
  ByteWriter out;
  switch (view.kind) {
    case StructKind::kEmbed:
    case StructKind::kFormat:
      WriteAny(out, Value(view));
      break;
    case StructKind::kDoc:
      WriteAny(out, DocOptions(Value(view)));
      break;
    case StructKind::kJson:
      WriteCanonicalJson(out, view);
      break;
    case StructKind::kAny: {
      ByteReader in(AsBytes(view.content));
      for (Clock i = 0; i < view.length; ++i) WriteAny(out, ReadAny(in));
      break;
    }
    default:
      return std::string(view.content);
  }
  return out.Take();
}

std::string JsonValue(const StructView& view) {
  if (view.value_is_json && view.canonical) return std::string(view.content);
  const Any value = Value(view);
  return value.is_undefined() ? "null" : ToJson(value);
}

}  // namespace ypp::codec
