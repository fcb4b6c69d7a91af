// The attributes of texts and of XML elements: the entries that a type has beside its sequence.
#include "crdt/entries.h"
#include "crdt/text.h"
#include "crdt/xml.h"

namespace ypp {

absl::Status Text::SetAttribute(std::string_view name, const Value& value) {
  return internal::PutEntry(*this, TypeKind::kText, name, value);
}

absl::Status Text::RemoveAttribute(std::string_view name) {
  return internal::RemoveEntry(*this, TypeKind::kText, name);
}

Value Text::GetAttribute(std::string_view name) const { return internal::GetEntry(*this, name); }
Entries Text::GetAttributes() const { return internal::EntriesAsProperties(*this); }

absl::Status XmlElement::SetAttribute(std::string_view name, const Value& value) {
  return internal::PutEntry(*this, TypeKind::kXmlElement, name, value);
}

absl::Status XmlElement::RemoveAttribute(std::string_view name) {
  return internal::RemoveEntry(*this, TypeKind::kXmlElement, name);
}

bool XmlElement::HasAttribute(std::string_view name) const {
  return internal::HasEntry(*this, name);
}

Value XmlElement::GetAttribute(std::string_view name) const {
  return internal::GetEntry(*this, name);
}

Entries XmlElement::GetAttributes() const { return internal::EntriesAsProperties(*this); }

}  // namespace ypp
