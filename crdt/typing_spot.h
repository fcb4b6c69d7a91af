// Where the last keystroke was, and what the next one at the same place would have to look up.
#ifndef YPP_CRDT_TYPING_SPOT_H_
#define YPP_CRDT_TYPING_SPOT_H_

#include <cstdint>

#include "crdt/item.h"
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
  Clock index = 0;  // visible units before the place: the end of the run, or its start
  TypeIndex text = kNoIndex;
  uint32_t generation = 0;  // of the text
  ItemRef ref = ItemRef::kNone;
  // By how many characters the run can grow before somebody has to look again: there are clocks for
  // them, and memory behind its bytes. None but for kCharacter.
  Clock room = 0;
  Item* run = nullptr;
  TypeRecord* type = nullptr;
  // None for kCharacter.
  Item* erased = nullptr;
  // What moves in the list of the client's structs: where the run ends, or where the second one of
  // the two begins.
  Clock* border = nullptr;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_TYPING_SPOT_H_
