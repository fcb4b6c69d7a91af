// Strings that recur (map keys, root and element names), each kept once and named by a dense index.
#ifndef YPP_CRDT_STRING_TABLE_H_
#define YPP_CRDT_STRING_TABLE_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "crdt/item.h"

namespace ypp::internal {

class StringTable {
 public:
  KeyIndex Intern(std::string_view text) {
    const auto found = index_.find(text);
    if (found != index_.end()) return *found;
    const KeyIndex index = static_cast<KeyIndex>(strings_->size());
    strings_->emplace_back(text);
    index_.insert(index);
    return index;
  }
  // kNoIndex when it was never interned.
  KeyIndex Find(std::string_view text) const {
    const auto found = index_.find(text);
    return found == index_.end() ? kNoIndex : *found;
  }
  std::string_view operator[](KeyIndex index) const { return (*strings_)[index]; }

 private:
  using Strings = std::deque<std::string>;  // never moves what is in it

  // The index holds the dense numbers alone and looks the strings up: hostile updates may bring one
  // new name for every few bytes.
  struct Hash {
    using is_transparent = void;
    const Strings* strings;
    size_t operator()(std::string_view text) const { return absl::Hash<std::string_view>()(text); }
    size_t operator()(KeyIndex index) const { return (*this)(std::string_view((*strings)[index])); }
  };
  struct Equal {
    using is_transparent = void;
    const Strings* strings;
    std::string_view View(KeyIndex index) const { return (*strings)[index]; }
    std::string_view View(std::string_view text) const { return text; }
    template <typename A, typename B>
    bool operator()(A a, B b) const {
      return View(a) == View(b);
    }
  };

  std::unique_ptr<Strings> strings_ = std::make_unique<Strings>();
  absl::flat_hash_set<KeyIndex, Hash, Equal> index_{0, Hash{strings_.get()}, Equal{strings_.get()}};
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_STRING_TABLE_H_
