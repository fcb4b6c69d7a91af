// The state behind a Doc: every part of a document in one place, and the few operations on it that
// everything else is made of. See DESIGN.md for how the parts fit together.
//
// Who does what: integrate.h puts items where they belong and deletes them, edit.h makes items for
// local edits, apply_update.h takes foreign updates in, commit.h ends transactions, encode_state.h
// writes updates.
#ifndef YPP_CRDT_DOC_STATE_H_
#define YPP_CRDT_DOC_STATE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/byte_writer.h"
#include "crdt/byte_store.h"
#include "crdt/callback_list.h"
#include "crdt/client_bytes.h"
#include "crdt/client_table.h"
#include "crdt/doc.h"
#include "crdt/format_set.h"
#include "crdt/item.h"
#include "crdt/item_pool.h"
#include "crdt/observers.h"
#include "crdt/pending.h"
#include "crdt/position_tree.h"
#include "crdt/sibling_index.h"
#include "crdt/string_table.h"
#include "crdt/subdocs.h"
#include "crdt/transaction_state.h"
#include "crdt/type_table.h"
#include "crdt/typing_spot.h"

namespace ypp::internal {

// A boundary in a sequence: `offset` units into `item`, or before everything when there is no item.
// `offset` is at least 1.
struct SequencePosition {
  ItemRef item = ItemRef::kNone;
  Clock offset = 0;
};

// A place between two values of an item. One that was reached by walking costs nothing to go on
// from, while finding `offset` anew means to pass over all values before it.
struct ValuePlace {
  Clock offset = 0;          // values before it
  uint32_t bytes = 0;        // of the item's content before it
  bool inside_pair = false;  // one unit into the character at `bytes`, which has two
};

class DocState {
 public:
  explicit DocState(DocOptions options);
  ~DocState();
  DocState(const DocState&) = delete;
  DocState& operator=(const DocState&) = delete;

  // --- the parts ---
  DocOptions options;
  ClientIndex own_client = kNoIndex;  // for local edits
  ItemPool items;
  ByteStore bytes;
  StringTable strings;
  ClientTable clients;
  TypeTable types;
  PositionTree tree{items};
  Pending pending;
  // Items with kRedoneFlag, by id -> the first unit of the copy that undo made of them (redone.h).
  // Lives in memory alone.
  absl::flat_hash_map<LocalId, LocalId> redone;
  // Somebody observes types or the stages of transactions, or once did; listening to updates alone
  // does not count.
  bool ever_watched = false;
  Observers observers{&ever_watched};
  CallbackList<> on_before_all_transactions{&ever_watched};
  CallbackList<const TransactionEvent&> on_before_transaction{&ever_watched};
  CallbackList<const TransactionEvent&> on_before_observer_calls{&ever_watched};
  CallbackList<const TransactionEvent&> on_after_transaction{&ever_watched};
  CallbackList<const TransactionEvent&> on_transaction{&ever_watched};
  CallbackList<const TransactionEvent&> on_after_transaction_cleanup{&ever_watched};
  bool ever_sent = false;  // the same for listening to updates
  CallbackList<const UpdateEvent&> on_update_v1{&ever_sent};
  CallbackList<const UpdateEvent&> on_update_v2{&ever_sent};
  CallbackList<const SubdocsEvent&> on_subdocs;
  CallbackList<> on_after_all_transactions{&ever_watched};
  CallbackList<> on_load;
  CallbackList<bool> on_sync;
  CallbackList<> on_destroy;

  void CancelSubscriptions();

  // --- as a part of another document, and as one that has such parts ---
  DocState* parent = nullptr;
  LocalId parent_item;
  Subdocs subdocs{*this};
  bool is_loaded = false;
  bool is_synced = false;
  bool is_destroyed = false;

  // --- transactions ---
  // `origin` may be null; inside another transaction it is ignored.
  void Begin(const Origin* origin, bool local) {
    ++changes_;
    if (active_ != nullptr) {
      ++depth_;
      if (!local) BecomesRemote();
    } else if (is_quiet() && (origin == nullptr || origin->empty())) {
      BeginQuietly();
      if (!local) BecomesRemote();
    } else {
      BeginOutermost(origin, local);
    }
  }
  void End() {
    if (--depth_ > 0) return;
    if (is_quiet() && active_->leaves_nothing_to_do()) {
      active_->ResetSmall();
      active_ = nullptr;
    } else {
      EndOutermost();
    }
  }
  // REQUIRES: inside a transaction.
  TransactionState& transaction() { return *active_; }
  bool in_transaction() const { return active_ != nullptr; }
  // Rises with every transaction, nested ones too, and with every commit that may change something.
  uint64_t changes() const { return changes_; }
  // Whether a keystroke at the typing spot may be made now: in a transaction, or without one where
  // there would be no more to tell of it than its update.
  bool takes_keystrokes() const {
    return active_ != nullptr || (!ever_watched && !committing_ && on_update_v2.empty());
  }
  // And whether that has to be told at once (commit.h).
  bool tells_keystrokes() const { return active_ == nullptr && !on_update_v1.empty(); }
  void TellOfKeystroke(std::string_view update);
  // Nobody is told of a change that is made now: what leaves nothing to do at the end of a
  // transaction needs none.
  bool is_unwatched() const { return active_ == nullptr && is_quiet(); }
  // To be called for such a change, but where ExtendUnwatched makes it.
  void CountUnwatchedChange() { ++changes_; }
  // To be called before `client` gets new structs.
  void Touch(ClientIndex client) {
    if (clients[client].transaction != active_->number) TouchFirst(client);
  }
  // The sequence of `type`, or the value of `key`, changes. Types that the transaction made itself
  // or deleted are not noted.
  void MarkChanged(TypeIndex type, KeyIndex key = kNoIndex) {
    if (key != kNoIndex || types[type].changed_in != active_->number) NoteChange(type, key);
  }
  // Whether nobody can look at what the transaction deletes: it may then be dropped at once.
  bool erases_at_once() const {
    return !ever_watched && options.gc && options.gc_filter == nullptr;
  }
  // The document that an item held which a transaction of the current series deleted; null when
  // there is none.
  std::shared_ptr<Doc> FindRemovedSubdoc(LocalId item) const;
  // True when the struct was there before this transaction.
  bool ExistedBefore(LocalId id) const;

  // A root that was only known by name gets its kind. Changes of this transaction before it count
  // as those of another type, as in Yjs.
  void GiveKind(TypeIndex root, TypeKind kind);

  // For the edits that follow: an id that no client of this document has.
  void ChooseNewClientId();

  // --- structs ---
  // The item that holds `id`; kGc when it was collected. REQUIRES: the document has it.
  ItemRef FindItem(LocalId id) const;
  // Makes `id` the first, or the last, unit of its item by cutting it if needed, and returns that
  // item.
  ItemRef ItemStartingAt(LocalId id);
  ItemRef ItemEndingAt(LocalId id);
  // Cuts the item so that it keeps `offset` units; returns the rest, a new item to its right.
  // REQUIRES: 0 < offset < length.
  ItemRef Split(ItemRef item, Clock offset);
  // The same for who knows that the parts will not fit together again: the end of the transaction
  // does not try to join them.
  ItemRef Cut(ItemRef item, Clock offset);
  // Appends to the content of an item that is in a sequence and the last of its client.
  void Extend(ItemRef ref, std::string_view content, Clock length) {
    const Item& run = items[ref];
    if (clients[run.id.client].transaction != active_->number) {
      TouchFirst(run.id.client);
      TouchedClient& touched = active_->touched.back();
      touched.run = ref;
      touched.run_clock = run.id.clock;
      touched.run_bytes = run.content_size;
    }
    ExtendUnwatched(ref, content, length);
    MarkChanged(run.parent);
  }
  // The same outside of a transaction. REQUIRES: is_unwatched(), or who calls notes the change.
  void ExtendUnwatched(ItemRef ref, std::string_view content, Clock length) {
    Item& run = items[ref];
    ++changes_;
    run.content = bytes.Extend(run.content, run.content_size, content);
    run.content_size += static_cast<uint32_t>(content.size());
    run.length += length;
    clients[run.id.client].structs.AppendLength(length);
    TypeRecord& type = types[run.parent];
    type.length += length;
    if (type.tree != kNoIndex) tree.AddVisible(ref, length);
    if (text_cursor_.left == ref) text_cursor_.index += length;
    if (type.tail != ref) DropCursorsBehind(ref);
  }

  // --- positions ---
  // The item that shows the unit `index` of the sequence. REQUIRES: index < type.length.
  VisiblePlace FindVisible(TypeIndex type, Clock index);
  // The boundary `index` visible units into the sequence, as far left as it can be. REQUIRES: index
  // <= type.length.
  SequencePosition FindPosition(TypeIndex type, Clock index);
  // Visible units before an item of a sequence.
  Clock IndexOf(ItemRef item);
  // Where the last look-up or edit was: an item of a sequence and the visible units before it.
  struct Cursor {
    TypeIndex type = kNoIndex;
    ItemRef item = ItemRef::kNone;
    Clock start = 0;
  };
  const Cursor& cursor() const { return cursor_; }
  // The next look-up near `item`, before which lie `start` visible units, will be cheap. No item:
  // no cursor.
  void SetCursor(TypeIndex type, ItemRef item, Clock start) { cursor_ = {type, item, start}; }
  // `type` changed in a way that does not keep the cursors right.
  void DropCursor(TypeIndex type) {
    if (cursor_.type == type) cursor_.item = ItemRef::kNone;
    DropTextCursor(type);
  }
  // `item` grew at its end: the cursors stay right if they are there, and who knows where if they
  // are elsewhere.
  void DropCursorsBehind(ItemRef item) {
    const TypeIndex type = items[item].parent;
    if (cursor_.type == type && cursor_.item != item) cursor_.item = ItemRef::kNone;
    if (text_cursor_.left != item) DropTextCursor(type);
  }
  // `right` is being joined into `left`.
  void MoveCursors(ItemRef left, ItemRef right);
  TypingSpot typing_spot;

  // Where a text with formats was edited last: the boundary behind `left`, which is visible, with
  // `index` units before it and what is in force there. So that typing need not look at all formats
  // from the start of the text again.
  struct TextCursor {
    TypeIndex type = kNoIndex;
    ItemRef left = ItemRef::kNone;
    Clock index = 0;
    FormatSet formats;
  };
  const TextCursor& text_cursor() const { return text_cursor_; }
  void SetTextCursor(TextCursor cursor) { text_cursor_ = std::move(cursor); }
  // A format of `type` came or went.
  void DropTextCursor(TypeIndex type) {
    if (text_cursor_.type == type) text_cursor_.type = kNoIndex;
  }

  // --- values (values.cc) ---
  // Behind the last value that was read by its place in an item whose content begins at `content`:
  // who reads the values of a long item in order reads it once.
  struct LastValue {
    uint32_t content = kNoIndex;
    ValuePlace place;
  };
  LastValue last_value;

  // Memory for the next update event, and for the next values to be encoded.
  codec::ByteWriter update_writer;
  ClientBytes last_sent_client;
  codec::ByteWriter value_writer;

  // --- conflict scans (integrate.cc) ---
  uint32_t scan_stamp = 0;
  SiblingIndex siblings;
  // Reused by the walks that would otherwise recurse into nested types.
  std::vector<TypeIndex> type_stack;
  // A type whose content is being deleted (integrate.cc): first the sequence, then the keys.
  struct DeletingType {
    TypeIndex type = kNoIndex;
    ItemRef next = ItemRef::kNone;
    size_t next_entry = 0;
  };
  std::vector<DeletingType> deleting;

  // Whether most of the byte store is dead.
  bool IsCompactionDue() const {
    // Below this, dead content is not worth a copy of the document.
    constexpr size_t kMinDeadBytes = 64 * 1024;
    return bytes.dead() >= kMinDeadBytes && bytes.dead() >= bytes.size() - bytes.dead();
  }
  // Copies the live content into a new store.
  void CompactBytes();

 private:
  // The cursor if it is in this type, else the start.
  Cursor CursorIn(TypeIndex type) const;
  // How many neighbours of it to look at for the unit `index`, before the tree is asked.
  int CursorSteps(const Cursor& from, Clock index) const;
  VisiblePlace FindInTree(TypeIndex type, Clock index);

  // Nobody is or was ever told of anything, and no commit is under way.
  bool is_quiet() const { return !ever_watched && !ever_sent && !committing_; }
  void BeginQuietly() {
    depth_ = 1;
    active_ = spare_.get();
    active_->number = ++last_number_;
  }
  void BecomesRemote() {
    active_->local = false;
    active_->needs_checks = true;
  }
  void TouchFirst(ClientIndex client);
  void NoteChange(TypeIndex type, KeyIndex key);

  void BeginOutermost(const Origin* origin, bool local);
  void EndOutermost();
  // Types that the transaction changed and deleted have no events.
  void ForgetDeletedTypes(TransactionState& transaction) const;
  // Puts one at the end of the series.
  void Enqueue(std::unique_ptr<TransactionState> transaction);
  // The first of the transactions that are not through.
  const TransactionState* first_transaction() const {
    return series_ != nullptr ? series_.get() : active_;
  }
  TransactionState* first_transaction() { return series_ != nullptr ? series_.get() : active_; }
  void CommitSeries();

  Cursor cursor_;
  TextCursor text_cursor_;
  // Transactions that are not through: the one being edited or committed, and those that callbacks
  // of its commit opened.
  std::unique_ptr<TransactionState> series_;
  TransactionState* last_ = nullptr;  // the end of the series
  // Being edited; the end of the series, or `spare_` when there is none.
  TransactionState* active_ = nullptr;
  int depth_ = 0;
  uint64_t last_number_ = 0;
  uint64_t changes_ = 0;
  bool committing_ = false;
  // Never null when there is no series.
  std::unique_ptr<TransactionState> spare_ = std::make_unique<TransactionState>();
};

// SharedType::record, for who does so with every keystroke.
inline TypeRecord* FindRecord(const SharedType& type) {
  return type.state() == nullptr ? nullptr
                                 : type.state()->types.Find(type.index(), type.generation());
}

// A transaction for the time of a scope; joins the one around it.
class TransactionScope {
 public:
  explicit TransactionScope(DocState& doc) : doc_(doc) { doc_.Begin(nullptr, /*local=*/true); }
  TransactionScope(DocState& doc, const Origin& origin) : doc_(doc) {
    doc_.Begin(&origin, /*local=*/true);
  }
  ~TransactionScope() { doc_.End(); }
  TransactionScope(const TransactionScope&) = delete;
  TransactionScope& operator=(const TransactionScope&) = delete;

 private:
  DocState& doc_;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_DOC_STATE_H_
