#include "tests/eval/operations.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "crdt/xml.h"
#include "tests/eval/tagged_json.h"
#include "tests/eval/tagged_value.h"

namespace ypp::eval {

namespace {

void Require(const absl::Status& status) {
  if (!status.ok()) throw CaseError("edit refused: " + status.ToString());
}

[[noreturn]] void UnknownOperation(std::string_view name) {
  throw CaseError("unknown operation \"" + std::string(name) + "\"");
}

Value Child(SharedType parent, const Json& step) {
  switch (parent.kind()) {
    case TypeKind::kArray:
      return Array(parent).Get(AsIndex(step));
    case TypeKind::kMap:
    case TypeKind::kXmlHook:
      // A map takes any key; a number names the key that JavaScript makes of it.
      return Map(parent).Get(step.if_number() != nullptr ? std::to_string(AsIndex(step))
                                                         : AsString(step));
    case TypeKind::kXmlElement:
    case TypeKind::kXmlFragment:
      return XmlFragment(parent).Get(AsIndex(step));
    default:
      throw CaseError("a path leads into a text");
  }
}

Value ResolveValue(Doc& doc, const Roots& roots, const Json& path) {
  const Any::Array& steps = AsArray(path);
  if (steps.empty()) throw CaseError("empty path");
  const Root& root = FindRoot(roots, AsString(steps[0]));
  Value value(OpenRoot(doc, root));
  for (size_t i = 1; i < steps.size(); ++i) {
    const SharedType* type = value.if_type();
    if (type == nullptr) throw CaseError("a path leads through a plain value");
    value = Child(*type, steps[i]);
  }
  return value;
}

// Yjs deletes what there is of the range; the engine refuses a range that is not all there.
void DeleteText(Text& text, uint32_t index, uint32_t length) {
  const uint32_t end = text.length();
  Require(text.Delete(std::min(index, end), std::min(length, end - std::min(index, end))));
}

void ApplyTextDelta(Text& text, const Json& op) {
  const bool keeps_newline = BoolOr(op, "sanitize", true);
  Require(text.ApplyDelta(ToTextDelta(NeedArray(op, "d")),
                          keeps_newline ? Text::FinalNewline::kKeep : Text::FinalNewline::kDrop));
}

void TextOperation(std::string_view name, SharedType type, const Json& op) {
  Text text(type);
  const Json* attributes = Find(op, "a");
  if (name == "t.ins") {
    const uint32_t index = NeedIndex(op, "i");
    const std::string& inserted = NeedString(op, "s");
    Require(attributes == nullptr ? text.Insert(index, inserted)
                                  : text.Insert(index, inserted, ToAttributes(*attributes)));
  } else if (name == "t.del") {
    DeleteText(text, NeedIndex(op, "i"), NeedIndex(op, "n"));
  } else if (name == "t.fmt") {
    Require(text.Format(NeedIndex(op, "i"), NeedIndex(op, "n"), ToAttributes(Need(op, "a"))));
  } else if (name == "t.emb") {
    Require(text.InsertEmbed(NeedIndex(op, "i"), ToValue(Need(op, "v")),
                             attributes == nullptr ? Attributes() : ToAttributes(*attributes)));
  } else if (name == "t.delta") {
    ApplyTextDelta(text, op);
  } else if (name == "t.attr") {
    Require(text.SetAttribute(NeedString(op, "k"), ToValue(Need(op, "v"))));
  } else if (name == "t.rmattr") {
    Require(text.RemoveAttribute(NeedString(op, "k")));
  } else {
    UnknownOperation(name);
  }
}

void ArrayOperation(std::string_view name, SharedType type, const Json& op) {
  Array array(type);
  if (name == "a.ins") {
    Require(array.Insert(NeedIndex(op, "i"), ToValues(NeedArray(op, "v"))));
  } else if (name == "a.push") {
    Require(array.Push(ToValues(NeedArray(op, "v"))));
  } else if (name == "a.unshift") {
    Require(array.Insert(0, ToValues(NeedArray(op, "v"))));
  } else if (name == "a.del") {
    Require(array.Delete(NeedIndex(op, "i"), NeedIndex(op, "n")));
  } else {
    UnknownOperation(name);
  }
}

void MapOperation(std::string_view name, SharedType type, const Json& op) {
  Map map(type);
  if (name == "m.set") {
    Require(map.Set(NeedString(op, "k"), ToValue(Need(op, "v"))));
  } else if (name == "m.del") {
    Require(map.Delete(NeedString(op, "k")));
  } else if (name == "m.clear") {
    Require(map.Clear());
  } else {
    UnknownOperation(name);
  }
}

void XmlOperation(std::string_view name, SharedType type, const Json& op) {
  XmlFragment fragment(type);
  if (name == "x.ins") {
    Require(fragment.Insert(NeedIndex(op, "i"), ToValues(NeedArray(op, "v"))));
  } else if (name == "x.insAfter") {
    const Json* reference = Find(op, "r");
    const Value after = reference == nullptr ? Value() : fragment.Get(AsIndex(*reference));
    Require(fragment.InsertAfter(after, ToValues(NeedArray(op, "v"))));
  } else if (name == "x.del") {
    Require(fragment.Delete(NeedIndex(op, "i"), NeedIndex(op, "n")));
  } else if (name == "x.attr") {
    Require(XmlElement(type).SetAttribute(NeedString(op, "k"), ToValue(Need(op, "v"))));
  } else if (name == "x.rmattr") {
    Require(XmlElement(type).RemoveAttribute(NeedString(op, "k")));
  } else {
    UnknownOperation(name);
  }
}

void DocOperation(std::string_view name, const Value& value) {
  const std::shared_ptr<Doc> doc = value.if_doc();
  if (doc == nullptr) throw CaseError("a path leads to no sub-document");
  if (name == "d.load") {
    doc->Load();
  } else if (name == "d.destroy") {
    doc->Destroy();
  } else {
    UnknownOperation(name);
  }
}

}  // namespace

SharedType ResolvePath(Doc& doc, const Roots& roots, const Json& path) {
  const Value value = ResolveValue(doc, roots, path);
  const SharedType* type = value.if_type();
  if (type == nullptr) throw CaseError("a path leads to a plain value");
  return *type;
}

void ApplyOperation(Doc& doc, const Roots& roots, const Json& op) {
  const std::string_view name = NeedString(op, "o");
  const Json& path = Need(op, "p");
  if (name.starts_with("d.")) return DocOperation(name, ResolveValue(doc, roots, path));
  const SharedType type = ResolvePath(doc, roots, path);
  if (name.starts_with("t.")) return TextOperation(name, type, op);
  if (name.starts_with("a.")) return ArrayOperation(name, type, op);
  if (name.starts_with("m.")) return MapOperation(name, type, op);
  if (name.starts_with("x.")) return XmlOperation(name, type, op);
  UnknownOperation(name);
}

}  // namespace ypp::eval
