#include "crdt/format_cleanup.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "crdt/integrate.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

bool IsGap(const Item& item) { return item.deleted() || !item.countable(); }
bool IsLiveFormat(const Item& item) { return item.kind == StructKind::kFormat && !item.deleted(); }

// The last format of each key in a gap: the others are overwritten before any content.
class LastFormats {
 public:
  // Returns the end of the gap.
  ItemRef Collect(const DocState& doc, ItemRef start) {
    ItemRef ref = start;
    for (; ref != ItemRef::kNone && IsGap(doc.items[ref]); ref = doc.items[ref].right) {
      const Item& item = doc.items[ref];
      if (IsLiveFormat(item)) Set(FormatOf(doc, item).key, ref);
    }
    return ref;
  }
  bool IsLast(std::string_view key, ItemRef ref) const {
    return std::any_of(last_.begin(), last_.end(), [&](const auto& entry) {
      return entry.first == key && entry.second == ref;
    });
  }

 private:
  void Set(std::string_view key, ItemRef ref) {
    for (auto& entry : last_) {
      if (entry.first != key) continue;
      entry.second = ref;
      return;
    }
    last_.emplace_back(key, ref);
  }

  std::vector<std::pair<std::string_view, ItemRef>> last_;
};

// Deletes all but the last format of each key in the gap around `item`. What is in force there need
// not be known for that.
void CleanUpGapAround(DocState& doc, ItemRef ref) {
  while (doc.items[ref].right != ItemRef::kNone && IsGap(doc.items[doc.items[ref].right])) {
    ref = doc.items[ref].right;
  }
  std::vector<std::string_view> keys;
  for (; ref != ItemRef::kNone && IsGap(doc.items[ref]); ref = doc.items[ref].left) {
    const Item& item = doc.items[ref];
    if (!IsLiveFormat(item)) continue;
    const std::string_view key = FormatOf(doc, item).key;
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
      Delete(doc, ref);
    } else {
      keys.push_back(key);
    }
  }
}

// Calls `visit` for each item that has units in [clock, end) of the client. It may delete items,
// which cuts nothing.
template <typename Visit>
void ForEachItem(const DocState& doc, ClientIndex client, Clock clock, Clock end, Visit visit) {
  const StructList& structs = doc.clients[client].structs;
  if (clock >= end || structs.empty()) return;
  for (StructList::Position p = structs.Find(clock); structs[p].clock < end; p = structs.Next(p)) {
    if (structs[p].ref != ItemRef::kGc) visit(structs[p].ref);
    if (structs.IsLast(p)) return;
  }
}

// In the order of Yjs, which matters: gaps of a text are looked at only until the first deleted
// format of that text.
template <typename Visit>
void ForEachDeleted(const TransactionState& transaction, Visit visit) {
  const std::vector<DeletedRange>& deletes = transaction.deletes;
  for (const ClientIndex client : transaction.delete_clients) {
    auto range =
        std::lower_bound(deletes.begin(), deletes.end(), client,
                         [](const DeletedRange& a, ClientIndex b) { return a.id.client < b; });
    for (; range != deletes.end() && range->id.client == client; ++range) visit(*range);
  }
}

}  // namespace

uint32_t CleanUpGap(DocState& doc, ItemRef start, ItemRef here, const FormatSet& at_start,
                    FormatSet& current) {
  LastFormats last;
  const ItemRef end = last.Collect(doc, start);
  uint32_t deleted = 0;
  bool before_here = true;
  for (ItemRef ref = start; ref != end; ref = doc.items[ref].right) {
    if (ref == here) before_here = false;
    if (!IsLiveFormat(doc.items[ref])) continue;
    const FormatView format = FormatOf(doc, doc.items[ref]);
    const FormatView former = at_start.Get(format.key);
    const bool is_former = IdenticalFormats(former, format);
    if (is_former || !last.IsLast(format.key, ref)) {
      Delete(doc, ref);
      ++deleted;
      if (before_here && !is_former && IdenticalFormats(current.Get(format.key), format))
        current.Apply(former);
    } else if (before_here) {
      current.Apply(format);
    }
  }
  return deleted;
}

uint32_t CleanUpText(DocState& doc, TypeIndex text) {
  uint32_t deleted = 0;
  ItemRef gap = doc.types[text].start;
  FormatSet at_gap;
  FormatSet current;
  for (ItemRef ref = gap; ref != ItemRef::kNone; ref = doc.items[ref].right) {
    const Item& item = doc.items[ref];
    if (item.deleted()) continue;
    if (item.kind == StructKind::kFormat) {
      current.Apply(FormatOf(doc, item));
      continue;
    }
    deleted += CleanUpGap(doc, gap, ref, at_gap, current);
    at_gap = current;
    gap = ref;
  }
  return deleted;
}

void CleanUpFormattingAfter(DocState& doc, const TransactionState& transaction) {
  std::vector<TypeIndex> whole;  // texts in which a format came or went
  const auto is_whole = [&](TypeIndex text) {
    return std::find(whole.begin(), whole.end(), text) != whole.end();
  };
  const auto add = [&](TypeIndex text) {
    if (!is_whole(text)) whole.push_back(text);
  };
  for (const TouchedClient& touched : transaction.touched) {
    // Yjs looks that far, which takes in what callbacks of this commit added.
    const Clock end = touched.before + touched.after;
    ForEachItem(doc, touched.client, touched.before, end, [&](ItemRef ref) {
      if (IsLiveFormat(doc.items[ref])) add(doc.items[ref].parent);
    });
  }
  TransactionScope cleanup(doc);
  ForEachDeleted(transaction, [&](const DeletedRange& range) {
    ForEachItem(doc, range.id.client, range.id.clock, range.id.clock + range.length,
                [&](ItemRef ref) {
                  const Item& item = doc.items[ref];
                  if (!doc.types[item.parent].has_formatting || is_whole(item.parent)) return;
                  if (item.kind == StructKind::kFormat) {
                    add(item.parent);
                  } else {
                    CleanUpGapAround(doc, ref);
                  }
                });
  });
  for (const TypeIndex text : whole) CleanUpText(doc, text);
}

}  // namespace ypp::internal
