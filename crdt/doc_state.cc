#include "crdt/doc_state.h"

#include <utility>

#include "codec/check.h"
#include "crdt/commit.h"
#include "crdt/content.h"
#include "crdt/random_bits.h"

namespace ypp::internal {

namespace {

// How many neighbours a look-up tries before it asks the tree. Typing and reading in order never
// need more.
constexpr int kCursorSteps = 8;
// Units further away than this are seldom within so many steps, and each would be a miss of the
// cache.
constexpr Clock kCursorReach = 512;

}  // namespace

DocState::DocState(DocOptions doc_options) : options(std::move(doc_options)) {
  // Yjs 13 draws 32-bit ids; older readers truncate larger ones.
  if (options.client_id == 0) options.client_id = RandomBits<uint32_t>();
}

DocState::~DocState() {
  // One by one, since a series may be long.
  while (series_ != nullptr) series_ = std::move(series_->next);
}

void DocState::CancelSubscriptions() {
  on_before_all_transactions.Clear();
  on_before_transaction.Clear();
  on_before_observer_calls.Clear();
  on_after_transaction.Clear();
  on_transaction.Clear();
  on_after_transaction_cleanup.Clear();
  on_update_v1.Clear();
  on_update_v2.Clear();
  on_subdocs.Clear();
  on_after_all_transactions.Clear();
  on_load.Clear();
  on_sync.Clear();
  on_destroy.Clear();
}

void DocState::BeginOutermost(const Origin* origin, bool local) {
  depth_ = 1;
  if (!committing_) {
    active_ = spare_.get();
  } else {
    // A callback of a commit edits: that is a transaction of its own, which waits for the commit to
    // end.
    Enqueue(std::make_unique<TransactionState>());
    active_ = last_;
  }
  active_->number = ++last_number_;
  if (!local) BecomesRemote();
  if (origin != nullptr && !origin->empty()) active_->origin = *origin;
  if (!ever_watched) return;
  if (!committing_) on_before_all_transactions.Call();
  if (!on_before_transaction.empty()) {
    const std::vector<SharedType> nothing;
    on_before_transaction.Call(TransactionEvent(*this, *active_, nothing));
  }
}

void DocState::Enqueue(std::unique_ptr<TransactionState> transaction) {
  std::unique_ptr<TransactionState>& place = series_ == nullptr ? series_ : last_->next;
  place = std::move(transaction);
  last_ = place.get();
}

void DocState::EndOutermost() {
  if (!active_->leaves_nothing_to_do()) ++changes_;
  if (committing_) {
    ForgetDeletedTypes(*active_);
    active_ = nullptr;
    return;
  }
  ForgetDeletedTypes(*active_);
  active_ = nullptr;
  Enqueue(std::move(spare_));
  CommitSeries();
}

void DocState::ForgetDeletedTypes(TransactionState& transaction) const {
  std::erase_if(transaction.changed, [&](ChangedKey changed) {
    const TypeRecord& type = types[changed.type];
    return !type.is_root() && items[type.item].deleted();
  });
}

void DocState::CommitSeries() {
  committing_ = true;
  while (series_ != nullptr) {
    Commit(*this, *series_);
    std::unique_ptr<TransactionState> done = std::move(series_);
    series_ = std::move(done->next);
    done->Reset();
    spare_ = std::move(done);
  }
  committing_ = false;
  on_after_all_transactions.Call();
}

void DocState::TellOfKeystroke(std::string_view update) {
  committing_ = true;
  on_update_v1.Call({update, spare_->origin, /*local=*/true});
  CommitSeries();
}

std::shared_ptr<Doc> DocState::FindRemovedSubdoc(LocalId item) const {
  for (const TransactionState* t = first_transaction(); t != nullptr; t = t->next.get()) {
    for (const SubdocChange& removed : t->subdocs_removed) {
      if (removed.item == item) return removed.doc;
    }
  }
  return nullptr;
}

void DocState::ChooseNewClientId() {
  do {
    options.client_id = RandomBits<uint32_t>();
  } while (clients.Find(options.client_id) != kNoIndex);
  own_client = kNoIndex;
}

void DocState::TouchFirst(ClientIndex index) {
  Client& client = clients[index];
  client.transaction = active_->number;
  client.state_before = client.sorted_out_below = client.state();
  TouchedClient& touched = active_->touched.emplace_back();
  touched.client = index;
  touched.before = client.state_before;
}

void DocState::NoteChange(TypeIndex index, KeyIndex key) {
  TypeRecord& type = types[index];
  if (key == kNoIndex) {
    type.changed_in = active_->number;
    if (type.is_root()) {
      active_->changed.push_back({index, key});
      return;
    }
  }
  if (!type.is_root() && (items[type.item].deleted() || !ExistedBefore(items[type.item].id)))
    return;
  const ChangedKey changed = {index, key};
  if (active_->changed.empty() || !(active_->changed.back() == changed)) {
    active_->changed.push_back(changed);
  }
}

void DocState::GiveKind(TypeIndex root, TypeKind kind) {
  TypeRecord& type = types[root];
  type.kind = kind;
  type.has_formatting = false;
  type.changed_in = 0;
  for (TransactionState* t = first_transaction(); t != nullptr; t = t->next.get()) {
    std::erase_if(t->changed, [&](ChangedKey changed) { return changed.type == root; });
  }
}

bool DocState::ExistedBefore(LocalId id) const {
  const Client& client = clients[id.client];
  return client.transaction != active_->number || id.clock < client.state_before;
}

ItemRef DocState::FindItem(LocalId id) const {
  const StructList& structs = clients[id.client].structs;
  return structs[structs.Find(id.clock)].ref;
}

ItemRef DocState::ItemStartingAt(LocalId id) {
  const ItemRef ref = FindItem(id);
  if (ref == ItemRef::kGc || items[ref].id.clock == id.clock) return ref;
  return Split(ref, id.clock - items[ref].id.clock);
}

ItemRef DocState::ItemEndingAt(LocalId id) {
  const ItemRef ref = FindItem(id);
  if (ref == ItemRef::kGc || items[ref].end() == id.clock + 1) return ref;
  Split(ref, id.clock + 1 - items[ref].id.clock);
  return ref;
}

ItemRef DocState::Split(ItemRef left, Clock offset) {
  const ItemRef right = Cut(left, offset);
  active_->merge_candidates.push_back(items[right].id);
  active_->needs_tidying = true;
  return right;
}

ItemRef DocState::Cut(ItemRef left_ref, Clock offset) {
  const ItemRef right_ref = items.Allocate();
  Item& left = items[left_ref];
  Item& right = items[right_ref];
  YPP_DCHECK(offset > 0 && offset < left.length);
  right = left;
  right.id.clock += offset;
  right.origin = {left.id.client, right.id.clock - 1};
  right.length = left.length - offset;
  const Clock old_visible = left.visible_length();
  left.length = offset;
  CutContent(*this, left, right, offset);
  if ((left.flags & Item::kRedoneFlag) != 0) {
    const LocalId copy = redone.at(left.id);
    redone[right.id] = {copy.client, copy.clock + offset};
  }

  if (text_cursor_.left == left_ref) text_cursor_.left = right_ref;
  right.left = left_ref;
  left.right = right_ref;
  TypeRecord& type = types[left.parent];
  if (right.right != ItemRef::kNone) {
    items[right.right].left = right_ref;
  } else if (left.in_sequence()) {
    type.tail = right_ref;
  } else {
    type.map.Find(left.key)->tail = right_ref;
  }
  if (left.in_sequence() && type.tree != kNoIndex) {
    if (old_visible > 0) tree.AddVisible(left_ref, -static_cast<int64_t>(right.length));
    tree.Linked(type, right_ref);
  }
  StructList& structs = clients[left.id.client].structs;
  structs.InsertAfter(structs.Find(left.id.clock), right.id.clock, right_ref);
  return right_ref;
}

void DocState::MoveCursors(ItemRef left, ItemRef right) {
  if (cursor_.item == right) {
    cursor_ = {cursor_.type, left, cursor_.start - items[left].visible_length()};
  }
  if (text_cursor_.left == right) {
    text_cursor_.left = left;
  } else if (text_cursor_.left == left) {
    text_cursor_.index += items[right].visible_length();
  }
}

DocState::Cursor DocState::CursorIn(TypeIndex type) const {
  if (cursor_.type == type && cursor_.item != ItemRef::kNone) return cursor_;
  return {type, types[type].start, 0};
}

int DocState::CursorSteps(const Cursor& from, Clock index) const {
  const Clock distance = index > from.start ? index - from.start : from.start - index;
  return distance > kCursorReach && types[from.type].tree != kNoIndex ? 1 : kCursorSteps;
}

VisiblePlace DocState::FindInTree(TypeIndex index_of_type, Clock index) {
  TypeRecord& type = types[index_of_type];
  if (type.tree == kNoIndex) tree.Build(type);
  const VisiblePlace place = tree.Find(type, index);
  cursor_ = {index_of_type, place.item, place.start};
  return place;
}

VisiblePlace DocState::FindVisible(TypeIndex type, Clock index) {
  YPP_DCHECK(index < types[type].length);
  Cursor c = CursorIn(type);
  for (int steps = CursorSteps(c, index); steps > 0 && c.item != ItemRef::kNone; --steps) {
    const Item& item = items[c.item];
    if (index < c.start) {
      c.item = item.left;
      if (c.item != ItemRef::kNone) c.start -= items[c.item].visible_length();
    } else if (const Clock visible = item.visible_length(); index < c.start + visible) {
      cursor_ = c;
      return {c.item, c.start};
    } else {
      c.item = item.right;
      c.start += visible;
    }
  }
  return FindInTree(type, index);
}

SequencePosition DocState::FindPosition(TypeIndex type, Clock index) {
  if (index == 0) return {};
  YPP_DCHECK(index <= types[type].length);
  Cursor c = CursorIn(type);
  for (int steps = CursorSteps(c, index); steps > 0 && c.item != ItemRef::kNone; --steps) {
    const Item& item = items[c.item];
    if (index <= c.start) {
      c.item = item.left;
      if (c.item != ItemRef::kNone) c.start -= items[c.item].visible_length();
    } else if (const Clock visible = item.visible_length(); index <= c.start + visible) {
      cursor_ = c;
      return {c.item, index - c.start};
    } else {
      c.item = item.right;
      c.start += visible;
    }
  }
  const VisiblePlace place = FindInTree(type, index - 1);
  return {place.item, index - place.start};
}

Clock DocState::IndexOf(ItemRef item) {
  Clock between = 0;  // visible units from `ref` up to the item
  ItemRef ref = item;
  for (int step = 0; step < kCursorSteps; ++step) {
    if (cursor_.item == ref && cursor_.type == items[item].parent) return cursor_.start + between;
    if (items[ref].left == ItemRef::kNone) return between;
    ref = items[ref].left;
    between += items[ref].visible_length();
  }
  TypeRecord& type = types[items[item].parent];
  if (type.tree == kNoIndex) tree.Build(type);
  return tree.IndexOf(item);
}

void DocState::CompactBytes() {
  ++changes_;
  ByteStore packed;
  packed.Reserve(bytes.size() - bytes.dead());
  for (ClientIndex c = 0; c < clients.size(); ++c) {
    const StructList& structs = clients[c].structs;
    if (structs.empty()) continue;
    for (StructList::Position p = structs.First();; p = structs.Next(p)) {
      const ItemRef ref = structs[p].ref;
      if (ref != ItemRef::kGc && items[ref].kind != codec::StructKind::kType) {
        Item& item = items[ref];
        item.content = packed.Append(bytes.View(item.content, item.content_size));
      }
      if (structs.IsLast(p)) break;
    }
  }
  bytes = std::move(packed);
  last_value = LastValue();
}

}  // namespace ypp::internal
