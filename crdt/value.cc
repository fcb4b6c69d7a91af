#include "crdt/value.h"

#include "crdt/array.h"
#include "crdt/doc.h"
#include "crdt/map.h"
#include "crdt/new_type.h"
#include "crdt/text.h"
#include "crdt/values.h"
#include "crdt/xml.h"

namespace ypp {

namespace {

template <typename Handle>
Handle As(const Value& value, TypeKind kind) {
  const SharedType* type = value.if_type();
  return type != nullptr && internal::IsA(type->kind(), kind) ? Handle(*type) : Handle();
}

}  // namespace

Value::Value(NewType type) : value_(std::make_shared<const NewType>(std::move(type))) {}

const NewType* Value::if_new_type() const {
  const auto* type = std::get_if<std::shared_ptr<const NewType>>(&value_);
  return type == nullptr ? nullptr : type->get();
}

std::shared_ptr<Doc> Value::if_doc() const {
  const auto* doc = std::get_if<std::shared_ptr<Doc>>(&value_);
  return doc == nullptr ? nullptr : *doc;
}

Text Value::text() const { return As<Text>(*this, TypeKind::kText); }
Array Value::array() const { return As<Array>(*this, TypeKind::kArray); }
Map Value::map() const { return As<Map>(*this, TypeKind::kMap); }

XmlElement Value::xml_element() const { return As<XmlElement>(*this, TypeKind::kXmlElement); }
XmlFragment Value::xml_fragment() const { return As<XmlFragment>(*this, TypeKind::kXmlFragment); }
XmlText Value::xml_text() const { return As<XmlText>(*this, TypeKind::kXmlText); }
XmlHook Value::xml_hook() const { return As<XmlHook>(*this, TypeKind::kXmlHook); }

Any Value::ToAny() const {
  if (const SharedType* type = if_type()) return internal::TypeToAny(*type, 0);
  if (const Any* any = if_any()) return *any;
  if (const std::shared_ptr<Doc> doc = if_doc()) return Any::Object{{"guid", doc->guid()}};
  return Any();
}

}  // namespace ypp
