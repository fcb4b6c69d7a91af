#include "tests/eval/operations.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "tests/eval/tagged_json.h"
#include "tests/eval/type_init.h"

namespace ypp::eval {

namespace {

SharedType Child(SharedType parent, const Json& step) {
  Value value;
  if (parent.kind() == TypeKind::kArray) {
    value = Array(parent).Get(AsIndex(step));
  } else if (parent.kind() == TypeKind::kMap) {
    // A map takes any key; a number names the key that JavaScript makes of it.
    value = Map(parent).Get(step.if_number() != nullptr ? std::to_string(AsIndex(step))
                                                        : AsString(step));
  } else {
    throw Unsupported("xml types");
  }
  const SharedType* type = value.if_type();
  if (type == nullptr) throw CaseError("a path leads to a plain value");
  return *type;
}

// Yjs deletes what there is of the range; the engine refuses a range that is not all there.
void DeleteText(Text text, uint32_t index, uint32_t length) {
  const uint32_t end = text.length();
  Require(text.Delete(std::min(index, end), std::min(length, end - std::min(index, end))));
}

void TextOperation(std::string_view name, SharedType type, const Json& op) {
  Text text(type);
  if (Find(op, "a") != nullptr) throw Unsupported("text formats");
  if (name == "t.ins") {
    Require(text.Insert(NeedIndex(op, "i"), NeedString(op, "s")));
  } else if (name == "t.del") {
    DeleteText(text, NeedIndex(op, "i"), NeedIndex(op, "n"));
  } else if (name == "t.fmt") {
    throw Unsupported("text formats");
  } else if (name == "t.emb") {
    throw Unsupported("text embeds");
  } else if (name == "t.delta") {
    throw Unsupported("text deltas");
  } else if (name == "t.attr" || name == "t.rmattr") {
    throw Unsupported("text attributes");
  } else {
    throw CaseError("unknown operation \"" + std::string(name) + "\"");
  }
}

void ArrayOperation(std::string_view name, SharedType type, const Json& op) {
  Array array(type);
  if (name == "a.ins") {
    InsertValues(array, NeedIndex(op, "i"), NeedArray(op, "v"));
  } else if (name == "a.push") {
    PushValues(array, NeedArray(op, "v"));
  } else if (name == "a.unshift") {
    InsertValues(array, 0, NeedArray(op, "v"));
  } else if (name == "a.del") {
    Require(array.Delete(NeedIndex(op, "i"), NeedIndex(op, "n")));
  } else {
    throw CaseError("unknown operation \"" + std::string(name) + "\"");
  }
}

void MapOperation(std::string_view name, SharedType type, const Json& op) {
  Map map(type);
  if (name == "m.set") {
    SetValue(map, NeedString(op, "k"), Need(op, "v"));
  } else if (name == "m.del") {
    Require(map.Delete(NeedString(op, "k")));
  } else if (name == "m.clear") {
    Require(map.Clear());
  } else {
    throw CaseError("unknown operation \"" + std::string(name) + "\"");
  }
}

}  // namespace

SharedType ResolvePath(Doc& doc, const Roots& roots, const Json& path) {
  const Any::Array& steps = AsArray(path);
  if (steps.empty()) throw CaseError("empty path");
  const Root& root = FindRoot(roots, AsString(steps[0]));
  SharedType type = doc.GetRoot(root.name, root.kind);
  for (size_t i = 1; i < steps.size(); ++i) type = Child(type, steps[i]);
  return type;
}

void ApplyOperation(Doc& doc, const Roots& roots, const Json& op) {
  const std::string_view name = NeedString(op, "o");
  if (name.starts_with("x.")) throw Unsupported("xml types");
  if (name.starts_with("d.")) throw Unsupported("sub-documents");
  const SharedType type = ResolvePath(doc, roots, Need(op, "p"));
  if (name.starts_with("t.")) {
    TextOperation(name, type, op);
  } else if (name.starts_with("a.")) {
    ArrayOperation(name, type, op);
  } else if (name.starts_with("m.")) {
    MapOperation(name, type, op);
  } else {
    throw CaseError("unknown operation \"" + std::string(name) + "\"");
  }
}

}  // namespace ypp::eval
