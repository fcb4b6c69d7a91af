// Item: the unit of a document, a run of characters or values that one client inserted in one go
// and that nothing has cut since.
//
// Items live in the pool (item_pool.h) and are named by ItemRef. All fields are dense numbers: the
// client is an index into the client table, the parent an index into the type table, the key an
// index into the string table, the content a place in the byte store. So an item is trivially
// copyable, and cutting or joining one moves no bytes.
#ifndef YPP_CRDT_ITEM_H_
#define YPP_CRDT_ITEM_H_

#include <cstdint>
#include <type_traits>
#include <utility>

#include "codec/id.h"
#include "codec/struct_view.h"

namespace ypp::internal {

// Clocks, lengths and indices are narrower inside a document than in an update: no real document
// comes near 2^32, and an item has to be small. A struct that would take a document past it is
// refused (incoming_update.cc); what lies wholly beyond only ever waits.
using Clock = uint32_t;
inline constexpr Clock kMaxDocumentClock = UINT32_MAX;

enum class ItemRef : uint32_t {
  kNone = 0,
  // Stands in a client's struct list where a collected struct was: it has a clock and a length and
  // nothing else.
  kGc = 1,
};
inline constexpr uint32_t kFirstItem = 2;  // the first index that names a real item

using ClientIndex = uint32_t;
using TypeIndex = uint32_t;
using KeyIndex = uint32_t;
using LeafIndex = uint32_t;
inline constexpr uint32_t kNoIndex = UINT32_MAX;

// An Id inside one document. `client` is kNoIndex when there is none.
struct LocalId {
  ClientIndex client = kNoIndex;
  Clock clock = 0;

  bool exists() const { return client != kNoIndex; }
  friend bool operator==(LocalId a, LocalId b) {
    return a.client == b.client && a.clock == b.clock;
  }
  friend bool operator!=(LocalId a, LocalId b) { return !(a == b); }
  template <typename H>
  friend H AbslHashValue(H h, LocalId id) {
    return H::combine(std::move(h), id.client, id.clock);
  }
};

struct Item {
  static constexpr uint8_t kDeletedFlag = 1;
  static constexpr uint8_t kKeepFlag = 2;    // undo refers to it: never collected
  static constexpr uint8_t kRedoneFlag = 4;  // undo made a copy of it: DocState::redone says where

  LocalId id;
  LocalId origin;
  LocalId right_origin;
  // Neighbours in the type's sequence, or in the chain of values of one key.
  ItemRef left = ItemRef::kNone;
  ItemRef right = ItemRef::kNone;
  Clock length = 0;
  TypeIndex parent = kNoIndex;
  KeyIndex key = kNoIndex;    // kNoIndex: part of the sequence
  uint32_t content = 0;       // offset in the byte store; for kType the TypeIndex it holds
  uint32_t content_size = 0;  // bytes
  LeafIndex leaf = kNoIndex;  // in the position tree, when the parent has one
  uint32_t scan_stamp = 0;    // when the last conflict scan passed it (integrate.cc)
  codec::StructKind kind = codec::StructKind::kDeleted;
  uint8_t flags = 0;

  bool deleted() const { return (flags & kDeletedFlag) != 0; }
  bool countable() const {
    return kind != codec::StructKind::kDeleted && kind != codec::StructKind::kFormat;
  }
  bool in_sequence() const { return key == kNoIndex; }
  // What it adds to the length of its type.
  Clock visible_length() const { return deleted() || !countable() || !in_sequence() ? 0 : length; }
  Clock end() const { return id.clock + length; }
  LocalId last_id() const { return {id.client, id.clock + length - 1}; }
};

// An item of a sequence, and the visible units before it.
struct VisiblePlace {
  ItemRef item = ItemRef::kNone;
  Clock start = 0;
};

static_assert(sizeof(Item) == 64);
static_assert(std::is_trivially_copyable_v<Item>);

}  // namespace ypp::internal

#endif  // YPP_CRDT_ITEM_H_
