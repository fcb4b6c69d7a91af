// Where the fields of an update go in V2: each into a column of its own.
#ifndef YPP_CODEC_UPDATE_COLUMNS_H_
#define YPP_CODEC_UPDATE_COLUMNS_H_

#include <cstdint>

#include "codec/column_writer.h"

namespace ypp::codec {

struct UpdateColumns {
  IntDiffOptRleWriter key_clock;
  UintOptRleWriter client;
  IntDiffOptRleWriter left_clock;
  IntDiffOptRleWriter right_clock;
  RleWriter info;
  StringColumnWriter string;
  RleWriter parent_info;
  UintOptRleWriter type_ref;
  UintOptRleWriter length;

  uint64_t keys = 0;  // written so far
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_UPDATE_COLUMNS_H_
