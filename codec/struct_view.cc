#include "codec/struct_view.h"

#include "codec/any.h"
#include "codec/any_tags.h"
#include "codec/any_writer.h"
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

std::string CanonicalAny(std::string_view any) {
  ByteWriter out;
  ByteReader in(AsBytes(any));
  CopyCanonical(in, out);
  return out.Take();
}

bool IsTrueMember(std::string_view any) {
  if (any.empty()) return false;
  if (any[0] == kTagArray || any[0] == kTagObject) return true;
  ByteReader in(AsBytes(any));
  return IsTrue(ReadAny(in));
}

// Yjs makes a document of the options and writes what it then finds in it: only what is not the
// default, in this order.
void WriteDocOptions(ByteWriter& out, const std::string& options) {
  const auto is_set = [](std::string_view member) {
    return !member.empty() && member[0] != kTagUndefined;
  };
  const std::string_view gc = EncodedMember(options, "gc");
  const std::string_view auto_load = EncodedMember(options, "autoLoad");
  const std::string_view meta = EncodedMember(options, "meta");
  const bool collects = !is_set(gc) || IsTrueMember(gc);
  const bool loads = IsTrueMember(auto_load);
  const bool has_meta = is_set(meta) && meta[0] != kTagNull;
  AnyWriter writer(out);
  writer.BeginObject(uint64_t{!collects} + uint64_t{loads} + uint64_t{has_meta});
  if (!collects) {
    writer.Key("gc");
    writer.Scalar(false);
  }
  if (loads) {
    writer.Key("autoLoad");
    writer.Scalar(true);
  }
  if (has_meta) {
    writer.Key("meta");
    writer.Encoded(meta);
  }
  writer.EndObject(AnyWriter::Proto::kKeep);
}

// A value of Embed or Format.
std::string CanonicalValue(const StructView& view) {
  if (!view.value_is_json) return CanonicalAny(view.content);
  ByteWriter out;
  const bool is_json = JsonToAny(view.content, out);
  YPP_DCHECK(is_json);  // the reader has checked it
  return is_json ? out.Take() : std::string(1, static_cast<char>(kTagUndefined));
}

// Each text as JSON.stringify writes it again.
void WriteCanonicalJson(ByteWriter& out, const StructView& view) {
  ByteReader in(AsBytes(view.content));
  for (Clock i = 0; i < view.length; ++i) {
    const std::string_view text = in.ReadVarString();
    ByteWriter value;
    out.WriteVarString(JsonToAny(text, value) ? AnyToJson(value.bytes())
                                              : std::string(kJsonUndefined));
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
      return CanonicalValue(view);
    case StructKind::kDoc:
      WriteDocOptions(out, CanonicalAny(view.content));
      break;
    case StructKind::kJson:
      WriteCanonicalJson(out, view);
      break;
    case StructKind::kAny: {
      ByteReader in(AsBytes(view.content));
      for (Clock i = 0; i < view.length; ++i) CopyCanonical(in, out);
      break;
    }
    default:
      return std::string(view.content);
  }
  return out.Take();
}

std::string JsonValue(const StructView& view) {
  if (view.value_is_json && view.canonical) return std::string(view.content);
  const std::string value = CanonicalContent(view);
  return value[0] == kTagUndefined ? "null" : AnyToJson(value);
}

}  // namespace ypp::codec
