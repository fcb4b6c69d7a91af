#include "crdt/values.h"

#include <algorithm>
#include <string>
#include <utility>

#include "codec/byte_writer.h"
#include "crdt/content.h"

namespace ypp::internal {

using codec::StructKind;

absl::Status CheckUsable(const SharedType& type, TypeKind kind, size_t more_bytes) {
  if (!type.valid()) {
    return absl::FailedPreconditionError("the shared type was deleted or never was");
  }
  if (type.kind() != kind) {
    return absl::FailedPreconditionError("the shared type is of another kind");
  }
  if (type.state()->bytes.size() + more_bytes > ByteStore::kMaxContentBytes) {
    return absl::ResourceExhaustedError("the document would grow past its limit");
  }
  return absl::OkStatus();
}

namespace {

bool NestsDeeperThan(const Any& value, int levels) {
  if (const Any::Array* array = value.if_array()) {
    return levels == 0 || std::any_of(array->begin(), array->end(), [&](const Any& element) {
             return NestsDeeperThan(element, levels - 1);
           });
  }
  if (const Any::Object* object = value.if_object()) {
    return levels == 0 || std::any_of(object->begin(), object->end(), [&](const auto& member) {
             return NestsDeeperThan(member.second, levels - 1);
           });
  }
  return false;
}

}  // namespace

absl::Status CheckStorable(const Any& value) {
  if (!NestsDeeperThan(value, kMaxAnyDepth)) return absl::OkStatus();
  return absl::InvalidArgumentError("the value nests too deep");
}

absl::Status CheckNestable(TypeKind kind) {
  if (kind == TypeKind::kUntyped || codec::TypeRefHasName(RefOf(kind))) {
    return absl::InvalidArgumentError("a type of this kind needs a name");
  }
  return absl::OkStatus();
}

Value ReadValue(DocState& doc, const Item& item, Clock offset) {
  if (item.kind == StructKind::kType) {
    return Value(SharedType(&doc, item.content, doc.types[item.content].generation));
  }
  return Value(ValueAt(doc, item, offset));
}

void InsertValues(DocState& doc, InsertionPoint& at, const std::vector<Any>& values) {
  codec::ByteWriter packed;
  Clock count = 0;
  const auto flush = [&] {
    if (count == 0) return;
    InsertContent(doc, at, {StructKind::kAny, count, packed.bytes(), {}});
    packed.Clear();
    count = 0;
  };
  for (const Any& value : values) {
    if (const Any::ByteString* bytes = value.if_bytes()) {
      flush();
      InsertContent(doc, at, {StructKind::kBinary, 1, bytes->bytes, {}});
    } else {
      codec::WriteAny(packed, value);
      ++count;
    }
  }
  flush();
}

SharedType InsertNewType(DocState& doc, InsertionPoint& at, TypeKind kind) {
  const ItemRef ref = InsertContent(doc, at, {StructKind::kType, 1, {}, kind});
  const TypeIndex index = doc.items[ref].content;
  return SharedType(&doc, index, doc.types[index].generation);
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
