// Updates of one struct or one deletion: what a keystroke sends.
#ifndef YPP_CODEC_SMALL_UPDATE_H_
#define YPP_CODEC_SMALL_UPDATE_H_

#include "codec/byte_reader.h"
#include "codec/delete_set.h"
#include "codec/id.h"
#include "codec/struct_view.h"

namespace ypp::codec {

struct SmallUpdate {
  bool has_struct = false;
  StructView view;
  ClientId deleted_client = 0;
  ClockRange deleted;           // empty: nothing is deleted
  size_t deletes_position = 0;  // in the update, of the delete set
};

// Reads a V1 update that has one struct at most and deletes one range at most. False when it has
// more, or may be bad: UpdateReader then says what is wrong. Views point into `update`.
bool ReadSmallUpdate(Bytes update, SmallUpdate* small);

}  // namespace ypp::codec

#endif  // YPP_CODEC_SMALL_UPDATE_H_
