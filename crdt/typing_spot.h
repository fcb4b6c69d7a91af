// Where the last keystroke was, and what the next one at the same place would have to look up.
#ifndef YPP_CRDT_TYPING_SPOT_H_
#define YPP_CRDT_TYPING_SPOT_H_

#include <cstdint>

#include "crdt/item.h"
#include "crdt/struct_list.h"
#include "crdt/type_table.h"

namespace ypp::internal {

// A run of text without formats, and what the keystrokes do with it (keystroke.h).
//
// Good as long as DocState::changes() is the same: keystrokes at the spot do not count there, all
// that could make one of these wrong does. Items and types never move.
struct TypingSpot {
  enum class Key : uint8_t {
    kCharacter,  // the run is the last struct of the document's own client and grows
    kBackspace,  // its last units go to the erased item behind it
    kDelete,     // its first units go to the erased item before it
  };

  uint64_t changes = 0;
  Key key = Key::kCharacter;
  TypeIndex text = kNoIndex;
  uint32_t generation = 0;  // of the text
  Clock index = 0;          // visible units before the place: the end of the run, or its start
  ItemRef ref = ItemRef::kNone;
  Item* run = nullptr;
  TypeRecord* type = nullptr;
  // None for kCharacter.
  Item* erased = nullptr;
  // Of the second one of the two, among the structs of their client.
  StructList::Position border;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_TYPING_SPOT_H_
