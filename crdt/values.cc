#include "crdt/values.h"

#include <string>
#include <utility>

#include "crdt/content.h"

namespace ypp::internal {

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
  if (!type.valid()) {
    return absl::FailedPreconditionError("the shared type was deleted or never was");
  }
  if (!IsA(type.kind(), kind)) {
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

Value ReadValue(DocState& doc, const Item& item, Clock offset) {
  if (item.kind == codec::StructKind::kType) {
    return Value(SharedType(&doc, item.content, doc.types[item.content].generation));
  }
  return Value(ValueAt(doc, item, offset));
}

namespace {

Any ValueToAny(const Value& value, int depth) {
  if (const SharedType* type = value.if_type()) return TypeToAny(*type, depth);
  return *value.if_any();
}

}  // namespace

Any TypeToAny(const SharedType& type, int depth) {
  if (depth > kMaxAnyDepth) return Any(nullptr);
  switch (type.kind()) {
    case TypeKind::kText:
    case TypeKind::kXmlText:
      return Any(Text(type).ToString());
    case TypeKind::kMap:
    case TypeKind::kXmlHook: {
      Any::Object object;
      Map(type).ForEach([&](std::string_view key, const Value& value) {
        object.emplace_back(std::string(key), ValueToAny(value, depth + 1));
      });
      return Any(std::move(object));
    }
    case TypeKind::kArray:
    case TypeKind::kXmlElement:
    case TypeKind::kXmlFragment: {
      Any::Array array;
      Array(type).ForEach(
          [&](const Value& value) { array.push_back(ValueToAny(value, depth + 1)); });
      return Any(std::move(array));
    }
    case TypeKind::kUntyped:
      break;
  }
  return Any();
}

}  // namespace ypp::internal
