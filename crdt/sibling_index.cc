#include "crdt/sibling_index.h"

#include <algorithm>
#include <iterator>

#include "absl/container/flat_hash_set.h"
#include "crdt/doc_state.h"

namespace ypp::internal {

namespace {

// A shorter scan costs less than a look-up here.
constexpr size_t kLongScan = 32;
constexpr uint32_t kMaxPatience = 1024;

}  // namespace

ItemRef SiblingIndex::LastBefore(ClientId client) const {
  const auto next = siblings_.lower_bound(client);
  return next == siblings_.begin() ? ItemRef::kNone : std::prev(next)->second;
}

void SiblingIndex::Scanned(const DocState& doc, const Item& item, ItemRef first, size_t passed) {
  if (passed < kLongScan) return;
  if (!IsAtPlace(item)) {
    place_ = {item.parent, item.key, item.origin, item.right_origin};
    siblings_.clear();
    scans_ = 0;
  } else if (++scans_ >= patience_) {
    Build(doc, first, item.right);
    scans_ = 0;
    patience_ = std::min(patience_ * 2, kMaxPatience);
  }
}

// As far as a scan for any sibling would come: through items whose origin it has passed, and
// siblings that are in order.
void SiblingIndex::Build(const DocState& doc, ItemRef first, ItemRef end) {
  siblings_.clear();
  absl::flat_hash_set<ItemRef> passed;
  for (ItemRef ref = first; ref != ItemRef::kNone && ref != end; ref = doc.items[ref].right) {
    const Item& item = doc.items[ref];
    if (item.origin != place_.origin) {
      if (!item.origin.exists() || !passed.contains(doc.FindItem(item.origin))) return;
    } else if (item.right_origin == place_.right_origin) {
      const ClientId client = doc.clients[item.id.client].id;
      if (!siblings_.empty() && siblings_.rbegin()->first >= client) return;
      siblings_.emplace_hint(siblings_.end(), client, ref);
    }
    passed.insert(ref);
  }
}

void SiblingIndex::NoteLinked(const Item& item, ItemRef ref, ClientId client) {
  if (item.key != place_.key) return;  // another list of the same type
  if (!IsAtPlace(item) || !siblings_.try_emplace(client, ref).second) {
    siblings_.clear();
  } else if (patience_ > 1) {
    --patience_;
  }
}

}  // namespace ypp::internal
