// What changed in a shared type, told to those who observe it.
//
//   ypp::Subscription s = text.Observe([](const ypp::Event& event) {
//     for (const ypp::TextStep& step : event.text_delta()) ...
//   });
//   ypp::Subscription d = map.ObserveDeep([](const std::vector<ypp::Event>& events) {
//     for (const ypp::Event& event : events) Show(event.path(), event.keys());
//   });
//
// One transaction makes one event per type whose own content changed, if the type was there before
// and still is. Observers are called at the end of the transaction, first those of the changed
// types, then the deep ones, which get the events of the type and of everything in it, outermost
// first. What a callback edits is a transaction of its own, run afterwards, with events of its own.
//
// An Event is a view, good during the callback only; copy what shall stay. What it tells is
// computed when it is first asked for and then remembered, so ask before editing. Positions are
// those after the transaction; values of deleted elements can still be read. Source: YEvent and
// YTextEvent, yjs src/utils/YEvent.js and src/types/YText.js.
#ifndef YPP_CRDT_EVENT_H_
#define YPP_CRDT_EVENT_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "codec/id.h"
#include "crdt/delta.h"
#include "crdt/shared_type.h"
#include "crdt/transaction_event.h"
#include "crdt/value.h"

namespace ypp {

namespace internal {
class EventState;
}  // namespace internal

// From the observed type to the changed one: keys of maps, indices of arrays and XML children (as
// they are now).
using EventPath = std::vector<std::variant<std::string, uint32_t>>;

enum class KeyAction : uint8_t { kAdd, kUpdate, kDelete };

struct KeyChange {
  std::string key;
  KeyAction action = KeyAction::kAdd;
  Value old_value;  // undefined when the key was added
};

class Event {
 public:
  // The type that changed, and the one that is observed: the same, or in a deep observer one that
  // holds the other.
  SharedType target() const;
  SharedType current_target() const { return current_target_; }
  EventPath path() const;

  const TransactionEvent& transaction() const;
  const Origin& origin() const { return transaction().origin; }
  bool local() const { return transaction().local; }

  // Whether the sequence of the type may have changed (text, elements, children), and which keys
  // may have (of a map, or attributes).
  bool child_list_changed() const;
  const std::vector<std::string>& keys_changed() const;

  // Keys that have another value than before. What the transaction added and took away again is not
  // there.
  const std::vector<KeyChange>& keys() const;
  // The change of an array, or of the children of an XML element or fragment. Of a text: empty.
  const ListDelta& delta() const;
  // The change of a text or XML text, with formats; lengths are UTF-16 units. Of other types:
  // empty. Formats that turn out to change nothing are deleted, in a transaction of its own that
  // runs after this one, as in Yjs.
  const TextDelta& text_delta() const;
  // The elements behind delta(), as ranges of ids. Empty for texts.
  const IdRanges& added() const;
  const IdRanges& deleted() const;

  // Whether the transaction added, or deleted, what has this id, wherever it is.
  bool Adds(const Id& id) const;
  bool Deletes(const Id& id) const;

  // For the library's own parts.
  Event(internal::EventState& state, SharedType current_target)
      : state_(&state), current_target_(current_target) {}

 private:
  internal::EventState* state_;
  SharedType current_target_;
};

}  // namespace ypp

#endif  // YPP_CRDT_EVENT_H_
