// Strings that recur (map keys, root and element names), each kept once and named by a dense index.
#ifndef YPP_CRDT_STRING_TABLE_H_
#define YPP_CRDT_STRING_TABLE_H_

#include <deque>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "crdt/item.h"

namespace ypp::internal {

class StringTable {
 public:
  KeyIndex Intern(std::string_view text) {
    const auto found = index_.find(text);
    if (found != index_.end()) return found->second;
    const KeyIndex index = static_cast<KeyIndex>(strings_.size());
    strings_.emplace_back(text);
    index_.emplace(std::string_view(strings_.back()), index);
    return index;
  }
  // kNoIndex when it was never interned.
  KeyIndex Find(std::string_view text) const {
    const auto found = index_.find(text);
    return found == index_.end() ? kNoIndex : found->second;
  }
  std::string_view operator[](KeyIndex index) const { return strings_[index]; }

 private:
  std::deque<std::string> strings_;  // never moves, so the views below stay good
  absl::flat_hash_map<std::string_view, KeyIndex, absl::Hash<std::string_view>> index_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_STRING_TABLE_H_
