// Deltas: content, or a change of it, as a list of steps from the start on. Text deltas have the
// shape that Quill and Yjs use.
#ifndef YPP_CRDT_DELTA_H_
#define YPP_CRDT_DELTA_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "crdt/value.h"

namespace ypp {

enum class DeltaAction : uint8_t { kInsert, kRetain, kDelete };

// Formats by key. A null value ends a format.
using Attributes = Any::Object;

struct TextStep {
  DeltaAction action = DeltaAction::kInsert;
  Value insert;           // kInsert: a string, or an embed of length 1
  uint32_t length = 0;    // kRetain, kDelete: in UTF-16 units
  Attributes attributes;  // kInsert, kRetain

  static TextStep Insert(Value what, Attributes attributes = {}) {
    return {DeltaAction::kInsert, std::move(what), 0, std::move(attributes)};
  }
  static TextStep Retain(uint32_t length, Attributes attributes = {}) {
    return {DeltaAction::kRetain, Value(), length, std::move(attributes)};
  }
  static TextStep Delete(uint32_t length) { return {DeltaAction::kDelete, Value(), length, {}}; }

  friend bool operator==(const TextStep& a, const TextStep& b) {
    return a.action == b.action && a.insert == b.insert && a.length == b.length &&
           a.attributes == b.attributes;
  }
};
using TextDelta = std::vector<TextStep>;

// The same for arrays and children of XML types: several values may be inserted in one step, and
// there are no attributes.
struct ListStep {
  DeltaAction action = DeltaAction::kInsert;
  std::vector<Value> insert;  // kInsert
  uint32_t length = 0;        // kRetain, kDelete: in elements
};
using ListDelta = std::vector<ListStep>;

}  // namespace ypp

#endif  // YPP_CRDT_DELTA_H_
