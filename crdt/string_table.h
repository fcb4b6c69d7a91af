// Strings that recur (map keys, root and element names), each kept once and named by a dense index.
#ifndef YPP_CRDT_STRING_TABLE_H_
#define YPP_CRDT_STRING_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "crdt/item.h"

namespace ypp::internal {

class StringTable {
 public:
  StringTable() = default;
  StringTable(const StringTable&) = delete;
  StringTable& operator=(const StringTable&) = delete;

  KeyIndex Intern(std::string_view text) {
    const auto found = index_.find(text);
    if (found != index_.end()) return *found;
    const KeyIndex index = size_;
    if (index >> kChunkBits == chunks_.size())
      chunks_.push_back(std::make_unique<std::string[]>(kChunkStrings));
    chunks_[index >> kChunkBits][index & (kChunkStrings - 1)] = text;
    ++size_;
    index_.insert(index);
    return index;
  }
  // kNoIndex when it was never interned.
  KeyIndex Find(std::string_view text) const {
    const auto found = index_.find(text);
    return found == index_.end() ? kNoIndex : *found;
  }
  std::string_view operator[](KeyIndex index) const {
    return chunks_[index >> kChunkBits][index & (kChunkStrings - 1)];
  }

 private:
  static constexpr uint32_t kChunkBits = 2;  // small, since most documents have a handful of names
  static constexpr uint32_t kChunkStrings = 1u << kChunkBits;

  // The index holds the dense numbers alone and looks the strings up: hostile updates may bring one
  // new name for every few bytes.
  struct Hash {
    using is_transparent = void;
    const StringTable* strings;
    size_t operator()(std::string_view text) const { return absl::Hash<std::string_view>()(text); }
    size_t operator()(KeyIndex index) const { return (*this)((*strings)[index]); }
  };
  struct Equal {
    using is_transparent = void;
    const StringTable* strings;
    std::string_view View(KeyIndex index) const { return (*strings)[index]; }
    std::string_view View(std::string_view text) const { return text; }
    template <typename A, typename B>
    bool operator()(A a, B b) const {
      return View(a) == View(b);
    }
  };

  std::vector<std::unique_ptr<std::string[]>> chunks_;  // so that no string ever moves
  KeyIndex size_ = 0;
  absl::flat_hash_set<KeyIndex, Hash, Equal> index_{0, Hash{this}, Equal{this}};
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_STRING_TABLE_H_
