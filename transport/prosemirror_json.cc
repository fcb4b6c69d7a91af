#include "transport/prosemirror_json.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "crdt/new_type.h"

namespace ypp::transport {
namespace {

// Of this file's own recursion; a tenth of what JSON may nest, for each level of nodes takes some
// levels of JSON.
constexpr int kMaxDepth = 100;

void AddText(const XmlText& text, Any::Array* nodes) {
  for (const TextStep& step : text.ToDelta()) {
    const Any content = step.insert.ToAny();
    if (content.if_string() == nullptr) continue;
    Any::Object node = {{"type", "text"}, {"text", content}};
    if (!step.attributes.empty()) {
      Any::Array marks;
      for (const auto& [name, value] : step.attributes) {
        Any::Object mark = {{"type", name}};
        if (value.if_object() != nullptr && !value.if_object()->empty()) {
          mark.emplace_back("attrs", value);
        }
        marks.push_back(std::move(mark));
      }
      node.emplace_back("marks", std::move(marks));
    }
    nodes->push_back(std::move(node));
  }
}

Any::Array ChildrenOf(const XmlFragment& parent, int depth) {
  Any::Array nodes;
  if (depth > kMaxDepth) return nodes;
  for (const Value& child : parent) {
    if (const XmlElement element = child.xml_element(); element.valid()) {
      Any::Object node = {{"type", element.node_name()}};
      Any::Object attributes;
      for (const auto& [name, value] : element.GetAttributes()) {
        attributes.emplace_back(name, value.ToAny());
      }
      if (!attributes.empty()) node.emplace_back("attrs", std::move(attributes));
      Any::Array content = ChildrenOf(element, depth + 1);
      if (!content.empty()) node.emplace_back("content", std::move(content));
      nodes.push_back(std::move(node));
    } else if (const XmlText text = child.xml_text(); text.valid()) {
      AddText(text, &nodes);
    }
  }
  return nodes;
}

absl::Status Bad(const char* what) {
  return absl::InvalidArgumentError(std::string("not a ProseMirror document: ") + what);
}

absl::StatusOr<Attributes> ReadMarks(const Any& node) {
  Attributes formats;
  const Any* const marks = node.Find("marks");
  if (marks == nullptr || marks->is_null()) return formats;
  if (marks->if_array() == nullptr) return Bad("marks must be a list");
  for (const Any& mark : *marks->if_array()) {
    const Any* const type = mark.Find("type");
    if (type == nullptr || type->if_string() == nullptr) return Bad("a mark has no type");
    const Any* const attributes = mark.Find("attrs");
    formats.emplace_back(*type->if_string(),
                         attributes != nullptr ? *attributes : Any(Any::Object()));
  }
  return formats;
}

absl::StatusOr<std::vector<Value>> ReadContent(const Any& parent, int depth);

absl::StatusOr<Value> ReadNode(const Any& node, const std::string& type, int depth) {
  Entries attributes;
  if (const Any* const given = node.Find("attrs"); given != nullptr && given->if_object()) {
    for (const auto& [name, value] : *given->if_object()) {
      if (!value.is_null()) attributes.emplace_back(name, value);
    }
  }
  absl::StatusOr<std::vector<Value>> children = ReadContent(node, depth + 1);
  if (!children.ok()) return children.status();
  return Value(NewXmlElement(type, *std::move(children), std::move(attributes)));
}

absl::StatusOr<std::vector<Value>> ReadContent(const Any& parent, int depth) {
  std::vector<Value> children;
  const Any* const content = parent.Find("content");
  if (content == nullptr || content->is_null()) return children;
  if (content->if_array() == nullptr) return Bad("content must be a list");
  if (depth > kMaxDepth) return Bad("it nests too deep");
  TextDelta text;  // texts side by side are one
  const auto flush = [&children, &text] {
    if (!text.empty()) children.emplace_back(NewXmlText(std::exchange(text, {})));
  };
  for (const Any& node : *content->if_array()) {
    const Any* const type = node.Find("type");
    if (type == nullptr || type->if_string() == nullptr) return Bad("a node has no type");
    if (*type->if_string() == "text") {
      const Any* const characters = node.Find("text");
      if (characters == nullptr || characters->if_string() == nullptr) {
        return Bad("a text has no text");
      }
      absl::StatusOr<Attributes> marks = ReadMarks(node);
      if (!marks.ok()) return marks.status();
      text.push_back(TextStep::Insert(*characters->if_string(), *std::move(marks)));
    } else {
      flush();
      absl::StatusOr<Value> child = ReadNode(node, *type->if_string(), depth);
      if (!child.ok()) return child.status();
      children.push_back(*std::move(child));
    }
  }
  flush();
  return children;
}

}  // namespace

Any ProsemirrorJson(const XmlFragment& fragment) {
  return Any::Object{{"type", "doc"}, {"content", ChildrenOf(fragment, 0)}};
}

absl::Status InsertProsemirrorJson(const Any& json, XmlFragment fragment) {
  const Any* const type = json.Find("type");
  if (type == nullptr || type->if_string() == nullptr || *type->if_string() != "doc") {
    return Bad("its type is not doc");
  }
  const absl::StatusOr<std::vector<Value>> children = ReadContent(json, 0);
  if (!children.ok()) return children.status();
  return fragment.Push(*children);
}

}  // namespace ypp::transport
