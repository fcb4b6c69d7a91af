#include "crdt/check_invariants.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "crdt/doc_state.h"
#include "crdt/format_set.h"

namespace ypp {
namespace {

using internal::ClientIndex;
using internal::DocState;
using internal::Item;
using internal::ItemRef;
using internal::kNoIndex;
using internal::MapEntry;
using internal::StructList;
using internal::TypeIndex;
using internal::TypeRecord;

class Checker {
 public:
  explicit Checker(DocState& doc) : doc_(doc) {}

  absl::Status Run() {
    for (ClientIndex client = 0; client < doc_.clients.size(); ++client) CheckClient(client);
    for (const TypeIndex root : doc_.types.roots()) CheckType(root);
    CheckCursor();
    CheckTextCursor();
    if (linked_ != listed_) {
      Fail(absl::StrCat(listed_, " items in struct lists, ", linked_, " in types"));
    }
    if (doc_.items.live() != listed_) {
      Fail(absl::StrCat(doc_.items.live(), " items in the pool, ", listed_, " in struct lists"));
    }
    return status_;
  }

 private:
  void Fail(std::string what) {
    if (status_.ok()) status_ = absl::InternalError(what);
  }
  void Require(bool holds, const char* what) {
    if (!holds) Fail(what);
  }

  void CheckClient(ClientIndex client) {
    const StructList& structs = doc_.clients[client].structs;
    if (structs.empty()) {
      Require(structs.end_clock() == 0, "client without structs has a state");
      return;
    }
    Clock expected = 0;
    size_t count = 0;
    for (StructList::Position p = structs.First();; p = structs.Next(p)) {
      const StructList::Entry entry = structs[p];
      Require(entry.clock == expected, "struct list has a hole");
      expected = structs.EndOf(p);
      Require(expected > entry.clock, "struct without length");
      ++count;
      if (entry.ref != ItemRef::kGc) {
        const Item& item = doc_.items[entry.ref];
        Require(item.id.client == client && item.id.clock == entry.clock, "item under another id");
        Require(item.end() == expected, "item of another length");
        Require(item.kind != codec::StructKind::kDeleted || item.deleted(),
                "undeleted without content");
        ++listed_;
      }
      if (structs.IsLast(p)) break;
    }
    Require(expected == structs.end_clock(), "state is not the end of the last struct");
    Require(count == structs.size(), "struct list miscounts");
  }

  // Types are walked through a list of their own, since documents may nest deeper than the stack.
  void CheckType(TypeIndex root) {
    todo_.push_back(root);
    while (!todo_.empty()) {
      const TypeIndex index = todo_.back();
      todo_.pop_back();
      const TypeRecord& type = doc_.types[index];
      CheckSequence(index, type);
      CheckKeys(index, type);
    }
  }

  void CheckSequence(TypeIndex index, const TypeRecord& type) {
    Clock length = 0;
    ItemRef left = ItemRef::kNone;
    for (ItemRef ref = type.start; ref != ItemRef::kNone; ref = doc_.items[ref].right) {
      const Item& item = doc_.items[ref];
      Require(item.left == left, "sequence: wrong left neighbour");
      Require(item.parent == index && item.in_sequence(), "sequence: item of another list");
      length += item.visible_length();
      Visit(ref, item);
      left = ref;
    }
    Require(type.tail == left, "sequence: wrong tail");
    Require(type.length == length, "sequence: wrong length");
    if (type.tree != kNoIndex) {
      if (absl::Status tree = doc_.tree.CheckTree(type); !tree.ok() && status_.ok()) status_ = tree;
    }
  }

  void CheckCursor() {
    const DocState::Cursor& cursor = doc_.cursor();
    if (cursor.type == kNoIndex || cursor.item == ItemRef::kNone) return;
    Clock start = 0;
    ItemRef ref = doc_.types[cursor.type].start;
    for (; ref != ItemRef::kNone && ref != cursor.item; ref = doc_.items[ref].right) {
      start += doc_.items[ref].visible_length();
    }
    Require(ref != ItemRef::kNone, "cursor: at an item of another type");
    Require(start == cursor.start, "cursor: wrong start");
  }

  // What is in force at the cursor, and how much lies before it, counted from the start of its
  // text.
  void CheckTextCursor() {
    const DocState::TextCursor& cursor = doc_.text_cursor();
    if (cursor.type == kNoIndex) return;
    internal::FormatSet formats;
    Clock index = 0;
    ItemRef ref = doc_.types[cursor.type].start;
    for (; ref != ItemRef::kNone; ref = doc_.items[ref].right) {
      const Item& item = doc_.items[ref];
      index += item.visible_length();
      if (item.kind == codec::StructKind::kFormat && !item.deleted()) {
        formats.Apply(internal::FormatOf(doc_, item));
      }
      if (ref == cursor.left) break;
    }
    Require(ref != ItemRef::kNone, "text cursor: behind an item of another type");
    Require(index == cursor.index, "text cursor: wrong index");
    Require(formats.ToAttributes() == cursor.formats.ToAttributes(), "text cursor: wrong formats");
  }

  void CheckKeys(TypeIndex index, const TypeRecord& type) {
    uint32_t live_keys = 0;
    for (const MapEntry& entry : type.map) {
      CheckChain(index, entry);
      if (!doc_.items[entry.tail].deleted()) ++live_keys;
    }
    Require(type.map.live() == live_keys, "keys: wrong count");
  }

  // Whether its rest stands alone: nobody sets a key to several values or characters, but bytes
  // may, and then another value may lean into them. What is left of them lives on, in Yjs as well.
  // Where the rest is next to it and alive the two would have been joined.
  bool WasCut(const Item& item) const {
    const StructList& structs = doc_.clients[item.id.client].structs;
    if (item.end() >= structs.end_clock()) return false;
    const ItemRef ref = structs[structs.Find(item.end())].ref;
    if (ref == ItemRef::kGc) return false;
    const Item& rest = doc_.items[ref];
    return (rest.deleted() || (rest.kind == item.kind && item.right != ref)) &&
           rest.origin == item.last_id() && rest.parent == item.parent && rest.key == item.key;
  }

  void CheckChain(TypeIndex index, const MapEntry& entry) {
    ItemRef left = ItemRef::kNone;
    for (ItemRef ref = entry.head; ref != ItemRef::kNone; ref = doc_.items[ref].right) {
      const Item& item = doc_.items[ref];
      Require(item.left == left, "chain: wrong left neighbour");
      Require(item.parent == index && item.key == entry.key, "chain: item of another list");
      Require(item.right == ItemRef::kNone || item.deleted() || WasCut(item),
              "chain: overwritten value is alive");
      Visit(ref, item);
      left = ref;
    }
    Require(entry.tail == left, "chain: wrong tail");
  }

  void Visit(ItemRef ref, const Item& item) {
    ++linked_;
    if (item.kind != codec::StructKind::kType) return;
    Require(doc_.types[item.content].item == ref, "type held by another item");
    todo_.push_back(item.content);
  }

  DocState& doc_;
  absl::Status status_;
  std::vector<TypeIndex> todo_;
  size_t listed_ = 0;
  size_t linked_ = 0;
};

}  // namespace

absl::Status CheckInvariants(const Doc& doc) { return Checker(*doc.state()).Run(); }

}  // namespace ypp
