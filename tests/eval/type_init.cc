#include "tests/eval/type_init.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/eval/tagged_json.h"

namespace ypp::eval {

namespace {

TypeKind KindOf(const Json& tagged) {
  const std::string& kind = NeedString(tagged, "kind");
  if (kind == "array") return TypeKind::kArray;
  if (kind == "map") return TypeKind::kMap;
  if (kind == "text") return TypeKind::kText;
  if (kind.starts_with("xml")) throw Unsupported("xml types");
  throw CaseError("unknown kind of type \"" + kind + "\"");
}

bool IsType(const Json& tagged) {
  if (Tag(tagged) == "doc") throw Unsupported("sub-documents");
  return Tag(tagged) == "type";
}

void FillMap(Map map, const Json& tagged) {
  // A key given twice keeps its first place and its last value, as in a JavaScript Map.
  Any::Object members;
  for (const Json& pair : ArrayOrEmpty(tagged, "init")) {
    const Any::Array& key_value = AsArray(pair);
    if (key_value.size() != 2) throw CaseError("not a [key, value] pair");
    Put(members, AsString(key_value[0]), key_value[1]);
  }
  for (const auto& [key, value] : members) SetValue(map, key, value);
}

void FillText(Text text, const Json& tagged) {
  const Json* init = Find(tagged, "init");
  if (init == nullptr) return;
  if (init->if_array() != nullptr) throw Unsupported("text deltas");
  Require(text.Insert(0, AsString(*init)));
}

// Gives a type that was just inserted the content it was described with.
void Fill(absl::StatusOr<SharedType> type, const Json& tagged) {
  Require(type.status());
  switch (type->kind()) {
    case TypeKind::kArray:
      InsertValues(Array(*type), 0, ArrayOrEmpty(tagged, "init"));
      break;
    case TypeKind::kMap:
      FillMap(Map(*type), tagged);
      break;
    default:
      FillText(Text(*type), tagged);
  }
}

// Splits a list into runs of plain values, which Yjs packs, and shared types, which stand alone.
template <typename InsertPlain, typename InsertType>
void ForEachRun(const Any::Array& tagged, InsertPlain insert_plain, InsertType insert_type) {
  std::vector<Value> plain;
  for (const Json& value : tagged) {
    if (!IsType(value)) {
      plain.push_back(FromTagged(value));
      continue;
    }
    if (!plain.empty()) insert_plain(std::exchange(plain, {}));
    insert_type(value);
  }
  if (!plain.empty()) insert_plain(plain);
}

}  // namespace

void Require(const absl::Status& status) {
  if (!status.ok()) throw CaseError("edit refused: " + status.ToString());
}

void InsertValues(Array array, uint32_t index, const Any::Array& tagged) {
  ForEachRun(
      tagged,
      [&](const std::vector<Value>& plain) {
        Require(array.Insert(index, plain));
        index += static_cast<uint32_t>(plain.size());
      },
      [&](const Json& type) { Fill(array.InsertType(index++, KindOf(type)), type); });
}

void PushValues(Array array, const Any::Array& tagged) {
  ForEachRun(
      tagged, [&](const std::vector<Value>& plain) { Require(array.Push(plain)); },
      [&](const Json& type) { Fill(array.PushType(KindOf(type)), type); });
}

void SetValue(Map map, const std::string& key, const Json& tagged) {
  if (IsType(tagged)) {
    Fill(map.SetType(key, KindOf(tagged)), tagged);
  } else {
    Require(map.Set(key, FromTagged(tagged)));
  }
}

}  // namespace ypp::eval
