#include "tests/crdt/edit_script.h"

#include <algorithm>
#include <array>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "codec/json.h"
#include "crdt/check_invariants.h"

namespace ypp {

namespace {

constexpr std::array<const char*, 6> kTexts = {"a", "hello ", "é", "😀", "日本", "x\ty"};
constexpr std::array<const char*, 4> kKeys = {"k", "l", "10", ""};

void Must(const absl::Status& status) {
  if (!status.ok()) throw std::logic_error(status.ToString());
}

Any SomeValue(uint32_t n) {
  switch (n % 8) {
    case 0:
      return Any(n);
    case 1:
      return Any(kTexts[n % kTexts.size()]);
    case 2:
      return Any(nullptr);
    case 3:
      return Any(n % 16 == 3);
    case 4:
      return Any(n / 7.0);
    case 5:
      return Any(Any::Array{Any(n), Any("in a list")});
    case 6:
      return Any(Any::Object{{"b", Any(n)}, {"1", Any()}});
    default:
      return Any(Any::ByteString{std::string("\0\xff", 2)});
  }
}

// A type that is still to be made, with some content of its kind.
NewType SomeNewType(uint32_t n) {
  switch (n % 7) {
    case 0:
      return NewArray();
    case 1:
      return NewArray({SomeValue(n / 7), NewMap({{"k", SomeValue(n / 8)}}), SomeValue(n / 9)});
    case 2:
      return NewMap({{kKeys[n / 7 % kKeys.size()], NewText("t")}, {"k", SomeValue(n / 8)}});
    case 3:
      return NewText(kTexts[n / 7 % kTexts.size()]);
    case 4:
      return NewXmlElement("p", {NewXmlText("x"), NewXmlElement("br")}, {{"k", SomeValue(n / 7)}});
    case 5:
      return NewXmlFragment({NewXmlHook("h", {{"l", SomeValue(n / 7)}})});
    default:
      return NewXmlText(kTexts[n / 7 % kTexts.size()]);
  }
}

bool IsList(const SharedType& type) {
  return type.kind() == TypeKind::kXmlElement || type.kind() == TypeKind::kXmlFragment;
}

// All shared types that are live, roots first.
std::vector<SharedType> LiveTypes(Doc& doc) {
  std::vector<SharedType> types = {doc.GetText("t"), doc.GetArray("a"), doc.GetMap("m"),
                                   doc.GetXmlFragment("x")};
  for (size_t i = 0; i < types.size(); ++i) {
    const auto add = [&types](const Value& value) {
      if (const SharedType* type = value.if_type()) types.push_back(*type);
    };
    if (types[i].kind() == TypeKind::kArray) {
      Array(types[i]).ForEach(add);
    } else if (types[i].kind() == TypeKind::kMap) {
      Map(types[i]).ForEach([&add](std::string_view, const Value& value) { add(value); });
    } else if (IsList(types[i])) {
      XmlFragment(types[i]).ForEach(add);
    }
  }
  return types;
}

// In UTF-16, an index that does not cut a character: what two peers show for a cut one depends on
// the order in which they learn of it, in Yjs as well.
uint32_t WholeIndex(const std::string& text, uint32_t wanted) {
  uint32_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    const uint32_t next = units + (byte >= 0xF0 ? 2 : 1);
    if (next > wanted) return units;
    units = next;
  }
  return units;
}

void EditText(Text text, const ScriptStep& step) {
  const std::string now = text.ToString();
  const uint32_t length = text.length();
  const uint32_t from = WholeIndex(now, step.index % (length + 1));
  if (step.action % 11 == 0) {
    Must(text.SetAttribute(kKeys[step.index % kKeys.size()], SomeValue(step.amount)));
    return;
  }
  if (step.action % 3 != 0) {
    Must(text.Insert(from, kTexts[step.amount % kTexts.size()]));
  } else {
    const uint32_t to = WholeIndex(now, std::min(length, from + step.amount % 7));
    Must(text.Delete(from, to - from));
  }
}

void EditArray(Array array, const ScriptStep& step) {
  const uint32_t index = step.index % (array.length() + 1);
  switch (step.action % 6) {
    case 0:
    case 1:
      Must(array.Delete(index, std::min(array.length() - index, step.amount % 4)));
      return;
    case 2:
      Must(array.Push({SomeValue(step.amount)}));
      return;
    case 3:
      Must(array.Insert(index, {SomeValue(step.amount), SomeNewType(step.amount)}));
      return;
    default: {
      std::vector<Value> values(1 + step.amount % 3, SomeValue(step.amount));
      Must(array.Insert(index, values));
    }
  }
}

void EditMap(Map map, const ScriptStep& step) {
  const char* key = kKeys[step.index % kKeys.size()];
  switch (step.action % 6) {
    case 0:
      Must(map.Delete(key));
      return;
    case 1:
      Must(map.Set(key, SomeNewType(step.amount)));
      return;
    case 2:
      if (step.amount % 4 == 0) {
        Must(map.Clear());
        return;
      }
      [[fallthrough]];
    default:
      Must(map.Set(key, SomeValue(step.amount)));
  }
}

void EditXml(XmlFragment fragment, const ScriptStep& step) {
  const uint32_t index = step.index % (fragment.length() + 1);
  const char* key = kKeys[step.index % kKeys.size()];
  const bool has_attributes = fragment.kind() == TypeKind::kXmlElement;
  switch (step.action % 7) {
    case 0:
    case 1:
      Must(fragment.Delete(index, std::min(fragment.length() - index, step.amount % 3)));
      return;
    case 2:
      if (has_attributes) Must(XmlElement(fragment).SetAttribute(key, SomeValue(step.amount)));
      return;
    case 3:
      if (has_attributes) Must(XmlElement(fragment).RemoveAttribute(key));
      return;
    case 4: {
      const Value child = fragment.Get(index);
      Must(fragment.InsertAfter(child.is_type() ? child : Value(), {SomeNewType(step.amount)}));
      return;
    }
    case 5: {
      const XmlElement element = fragment.Get(index).xml_element();
      const bool is_small = element.valid() && element.ToString().size() < 200;
      Must(fragment.Push({is_small ? element.Clone() : NewXmlElement("e")}));
      return;
    }
    default:
      Must(fragment.Insert(index, {SomeNewType(step.amount), SomeNewType(step.amount + 4)}));
  }
}

void Edit(Doc& doc, const ScriptStep& step) {
  const std::vector<SharedType> types = LiveTypes(doc);
  const SharedType type = types[step.place % types.size()];
  switch (type.kind()) {
    case TypeKind::kText:
    case TypeKind::kXmlText:
      EditText(Text(type), step);
      return;
    case TypeKind::kXmlElement:
    case TypeKind::kXmlFragment:
      EditXml(XmlFragment(type), step);
      return;
    case TypeKind::kArray:
      EditArray(Array(type), step);
      return;
    default:
      EditMap(Map(type), step);
  }
}

// Several edits that become one update; the later ones of them at places derived from the first.
void EditInOneTransaction(Doc& doc, ScriptStep step) {
  Transaction transaction(doc);
  for (uint32_t i = 0; i <= step.amount % 4; ++i) {
    Edit(doc, step);
    step.place = step.place * 31 + 7;
    step.index = step.index * 17 + 3;
    step.action = step.action * 13 + 5;
  }
}

std::string CanonicalJson(const Any& value) {
  if (const Any::Array* array = value.if_array()) {
    std::string text = "[";
    for (const Any& element : *array) text += CanonicalJson(element) + ",";
    return text + "]";
  }
  if (const Any::Object* object = value.if_object()) {
    std::vector<std::string> members;
    for (const auto& [key, member] : *object) {
      members.push_back(codec::ToJson(Any(key)) + ":" + CanonicalJson(member) + ",");
    }
    std::sort(members.begin(), members.end());
    std::string text = "{";
    for (const std::string& member : members) text += member;
    return text + "}";
  }
  return codec::ToJson(value);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ScriptStep& step) {
  return out << "{" << step.replica << ", " << step.action << ", " << step.place << ", "
             << step.index << ", " << step.amount << "}";
}

std::unique_ptr<Doc> NewReplica(ClientId client, bool gc) {
  DocOptions options;
  options.client_id = client;
  options.gc = gc;
  auto doc = std::make_unique<Doc>(options);
  doc->GetText("t");
  doc->GetArray("a");
  doc->GetMap("m");
  doc->GetXmlFragment("x");
  return doc;
}

std::string ShownContent(Doc& doc) {
  return doc.GetText("t").ToString() + "\n" + CanonicalJson(doc.GetArray("a").ToJson()) + "\n" +
         CanonicalJson(doc.GetMap("m").ToJson()) + "\n" + doc.GetXmlFragment("x").ToString();
}

Session RunScript(const std::vector<ScriptStep>& script) {
  Session session;
  std::vector<Subscription> subscriptions;
  for (uint32_t i = 0; i < kScriptReplicas; ++i) {
    // Ids of several sizes, in no particular order.
    session.replicas.push_back(NewReplica(i == 1 ? kMaxClientId : 100 - 7 * i));
    Doc& doc = *session.replicas.back();
    subscriptions.push_back(doc.OnUpdate([&session](const UpdateEvent& event) {
      if (event.local) session.updates.push_back({std::string(event.update), {}});
    }));
    subscriptions.push_back(doc.OnUpdate(
        [&session](const UpdateEvent& event) {
          if (event.local) session.updates.back().v2 = std::string(event.update);
        },
        UpdateFormat::kV2));
  }
  for (const ScriptStep& step : script) {
    Doc& doc = *session.replicas[step.replica % kScriptReplicas];
    if (step.action % 5 == 0) {
      const Doc& from = *session.replicas[step.place % kScriptReplicas];
      const UpdateFormat format = step.index % 2 == 0 ? UpdateFormat::kV1 : UpdateFormat::kV2;
      Must(doc.ApplyUpdate(from.EncodeUpdate(doc.GetStateVector(), format), "sync", format));
    } else if (step.action % 5 == 1) {
      EditInOneTransaction(doc, step);
    } else {
      Edit(doc, step);
    }
    Must(CheckInvariants(doc));
  }
  return session;
}

}  // namespace ypp
