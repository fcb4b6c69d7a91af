#include "crdt/values.h"

#include <string>
#include <utility>

#include "crdt/content.h"
#include "crdt/elements.h"
#include "crdt/entries.h"
#include "crdt/text.h"
#include "crdt/xml_print.h"

namespace ypp::internal {

using codec::StructKind;

bool IsA(TypeKind kind, TypeKind base) {
  if (kind == base) return true;
  switch (kind) {
    case TypeKind::kXmlText:
      return base == TypeKind::kText;
    case TypeKind::kXmlHook:
      return base == TypeKind::kMap;
    case TypeKind::kXmlElement:
      return base == TypeKind::kXmlFragment;
    default:
      return false;
  }
}

absl::Status CheckUsable(const SharedType& type, TypeKind kind, size_t more_bytes) {
  const TypeRecord* record = FindRecord(type);
  if (record == nullptr) {
    return absl::FailedPreconditionError("the shared type was deleted or never was");
  }
  if (record->kind != kind && !IsA(record->kind, kind)) {
    return absl::FailedPreconditionError("the shared type is of another kind");
  }
  if (type.state()->bytes.size() + more_bytes > ByteStore::kMaxContentBytes) {
    return absl::ResourceExhaustedError("the document would grow past its limit");
  }
  return absl::OkStatus();
}

absl::Status CheckNestable(TypeKind kind) {
  if (kind == TypeKind::kUntyped || codec::TypeRefHasName(RefOf(kind))) {
    return absl::InvalidArgumentError("a type of this kind needs a name");
  }
  return absl::OkStatus();
}

std::string NameOf(const SharedType& type) {
  const TypeRecord* record = type.record();
  if (record == nullptr) return {};
  if (record->is_root()) return record->kind == TypeKind::kXmlElement ? "UNDEFINED" : "";
  return record->name == kNoIndex ? std::string()
                                  : std::string(type.state()->strings[record->name]);
}

Value TakeValue(DocState& doc, const Item& item, ValuePlace& place) {
  if (item.kind == StructKind::kType) {
    ++place.offset;
    return Value(SharedType(&doc, item.content, doc.types[item.content].generation));
  }
  if (item.kind == StructKind::kDoc) {
    ++place.offset;
    return Value(doc.subdocs.Get(item));
  }
  return Value(TakeAny(doc, item, place));
}

Value ReadValue(DocState& doc, const Item& item, Clock offset) {
  ValuePlace place;
  if (item.length == 1) return TakeValue(doc, item, place);
  // Content is never written over, so what begins at the same place has the same values.
  DocState::LastValue& last = doc.last_value;
  if (last.content == item.content && last.place.offset <= offset) place = last.place;
  SkipValues(doc, item, offset, place);
  Value value = TakeValue(doc, item, place);
  last = {item.content, place};
  return value;
}

namespace {

Any ValueToAny(const Value& value, int depth) {
  if (const SharedType* type = value.if_type()) return TypeToAny(*type, depth);
  return value.ToAny();
}

}  // namespace

Any TypeToAny(const SharedType& type, int depth) {
  if (depth > kMaxAnyDepth) return Any(nullptr);
  switch (type.kind()) {
    case TypeKind::kText:
      return Any(Text(type).ToString());
    case TypeKind::kXmlText:
    case TypeKind::kXmlElement:
    case TypeKind::kXmlFragment:
      return Any(PrintXml(type, depth));
    case TypeKind::kMap:
    case TypeKind::kXmlHook: {
      Any::Object object;
      for (const auto& [key, value] : EntriesAsProperties(type)) {
        object.emplace_back(key, ValueToAny(value, depth + 1));
      }
      return Any(std::move(object));
    }
    case TypeKind::kArray: {
      Any::Array array;
      array.reserve(ElementCount(type));
      ForEachElement(type,
                     [&](const Value& value) { array.push_back(ValueToAny(value, depth + 1)); });
      return Any(std::move(array));
    }
    case TypeKind::kUntyped:
      break;
  }
  return Any();
}

}  // namespace ypp::internal
