#include "crdt/check_values.h"

#include "absl/container/flat_hash_set.h"
#include "codec/utf.h"
#include "crdt/doc.h"
#include "crdt/doc_state.h"
#include "crdt/new_type.h"

namespace ypp::internal {

namespace {

// What a value needs at most beside its strings: a tag and a number.
constexpr size_t kValueBytes = 10;

absl::Status CheckRoom(const DocState& doc, size_t more_bytes) {
  if (doc.bytes.size() + more_bytes > ByteStore::kMaxContentBytes)
    return absl::ResourceExhaustedError("the document would grow past its limit");
  return absl::OkStatus();
}

// A number, a boolean or null: it needs room, and nothing about it can be wrong.
bool IsScalar(const Value& value) {
  const Any* any = value.if_any();
  return any != nullptr &&
         (any->is_null() || any->if_bool() != nullptr || any->if_number() != nullptr);
}

// Goes through values and adds up the room they need. The first fault is kept.
class ValueChecker {
 public:
  explicit ValueChecker(const DocState* doc = nullptr) : doc_(doc) {}

  void CheckElement(const Value& value, int depth = 0) {
    const Any* any = value.if_any();
    if (any != nullptr && (any->is_undefined() || any->if_bigint() != nullptr)) {
      Refuse("a list cannot hold undefined or a big integer by itself");
    }
    CheckValue(value, depth);
  }

  void CheckEntry(std::string_view key, const Value& value, int depth = 0) {
    CheckString(key);
    CheckValue(value, depth);
  }

  void CheckValue(const Value& value, int depth = 0) {
    if (const Any* any = value.if_any()) {
      CheckAny(*any, kMaxAnyDepth);
    } else if (const NewType* type = value.if_new_type()) {
      CheckNewType(*type, depth + 1);
    } else if (value.is_type()) {
      Refuse("a shared type lives in one place for good; its Clone() can be inserted");
    } else {
      CheckDoc(value.if_doc().get());
    }
  }

  absl::Status status() const { return status_; }
  absl::Status Finish(const DocState& doc) const {
    return status_.ok() ? CheckRoom(doc, size_bytes_) : status_;
  }

 private:
  void Refuse(const char* why) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(why);
  }

  void CheckString(std::string_view text) {
    size_bytes_ += kValueBytes + text.size();
    if (!codec::IsValidUtf8(text)) Refuse("a string or key is not UTF-8");
  }

  void CheckAny(const Any& any, int levels) {
    size_bytes_ += kValueBytes;
    if (const std::string* string = any.if_string()) {
      CheckString(*string);
    } else if (const Any::ByteString* bytes = any.if_bytes()) {
      size_bytes_ += bytes->bytes.size();
    } else if (const Any::Array* array = any.if_array()) {
      if (levels == 0) return Refuse(kTooDeep);
      for (const Any& element : *array) CheckAny(element, levels - 1);
    } else if (const Any::Object* object = any.if_object()) {
      if (levels == 0) return Refuse(kTooDeep);
      for (const auto& [key, member] : *object) {
        CheckString(key);
        CheckAny(member, levels - 1);
      }
    }
  }

  void CheckDoc(const Doc* subdoc) {
    if (subdoc == nullptr) return Refuse("no such sub-document");
    const bool is_used = subdoc->state()->parent != nullptr || !subdocs_.insert(subdoc).second;
    if (is_used) Refuse("the sub-document is in a document already");
    if (Holds(*subdoc->state())) Refuse("a document cannot be part of itself");
    CheckString(subdoc->guid());
    CheckAny(subdoc->meta(), kMaxAnyDepth - 1);
  }

  // Whether the document is the one that is edited, or holds that one.
  bool Holds(const DocState& subdoc) const {
    for (const DocState* doc = doc_; doc != nullptr; doc = doc->parent) {
      if (doc == &subdoc) return true;
    }
    return false;
  }

  void CheckNewType(const NewType& type, int depth) {
    if (depth > kMaxAnyDepth) return Refuse(kTooDeep);
    CheckParts(type);
    CheckString(type.name);
    for (const Value& child : type.children) CheckElement(child, depth);
    for (const TextStep& step : type.text) CheckTextStep(step, depth);
    for (const auto& [key, value] : type.entries) CheckEntry(key, value, depth);
  }

  void CheckTextStep(const TextStep& step, int depth) {
    if (step.insert.if_doc() != nullptr) Refuse("a text holds no sub-documents");
    if (step.action == DeltaAction::kInsert) CheckValue(step.insert, depth);
    if (step.action == DeltaAction::kRetain) size_bytes_ += step.length;  // may become newlines
    for (const auto& [key, format] : step.attributes) {
      CheckString(key);
      CheckAny(format, kMaxAnyDepth);
    }
  }

  // Whether the type has only such parts as its kind can have.
  void CheckParts(const NewType& type) {
    bool has_children = false;
    bool has_text = false;
    bool has_entries = true;
    switch (type.kind) {
      case TypeKind::kArray:
      case TypeKind::kXmlFragment:
        has_children = true;
        has_entries = false;
        break;
      case TypeKind::kXmlElement:
        has_children = true;
        break;
      case TypeKind::kText:
      case TypeKind::kXmlText:
        has_text = true;
        break;
      case TypeKind::kMap:
      case TypeKind::kXmlHook:
        break;
      case TypeKind::kUntyped:
        return Refuse("a new type needs a kind");
    }
    if (!has_children && !type.children.empty()) Refuse("a new type of this kind has no children");
    if (!has_text && !type.text.empty()) Refuse("a new type of this kind has no text");
    if (!has_entries && !type.entries.empty()) Refuse("a new type of this kind has no entries");
  }

  static constexpr char kTooDeep[] = "the value nests too deep";

  const DocState* doc_;
  absl::flat_hash_set<const Doc*> subdocs_;
  absl::Status status_;
  size_t size_bytes_ = 0;
};

}  // namespace

absl::Status CheckStorable(const Value& value) {
  ValueChecker checker;
  checker.CheckValue(value);
  return checker.status();
}

absl::Status CheckElements(const DocState& doc, absl::Span<const Value> values) {
  if (values.size() == 1 && IsScalar(values[0])) return CheckRoom(doc, kValueBytes);
  ValueChecker checker(&doc);
  for (const Value& value : values) checker.CheckElement(value);
  return checker.Finish(doc);
}

absl::Status CheckEntry(const DocState& doc, std::string_view key, const Value& value) {
  ValueChecker checker(&doc);
  checker.CheckEntry(key, value);
  return checker.Finish(doc);
}

}  // namespace ypp::internal
