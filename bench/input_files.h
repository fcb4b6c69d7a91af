// An input as files, for the peers' programs. For a path PREFIX:
//
//   PREFIX.utf16.jsonl  the script. The first line is {"agents", "steps", "length"}, then there is
//   PREFIX.utf8.jsonl   one line per step: [agent, [received step...], [edit...]]. An edit is
//                       ["t", position, deleted, "inserted"] (the text "t"), ["a", position,
//                       [value...]] (the array "a") or ["m", "key", value] (the map "m"). Positions
//                       and `length`, which the text or array has in the end, count UTF-16 units in
//                       the one and bytes of UTF-8 in the other. There are no steps when every
//                       author is a new one who knows all before: then there are only updates.
//   PREFIX.updates      one V1 update per step: its size (4 bytes, little endian), its bytes
//   PREFIX.v1, .v2      the state when all is known
#ifndef YPP_BENCH_INPUT_FILES_H_
#define YPP_BENCH_INPUT_FILES_H_

#include <string>

#include "bench/inputs.h"

namespace ypp::bench {

// Both throw std::runtime_error.
void WriteInput(Input& input, const std::string& prefix);
Input ReadInput(const std::string& prefix);

}  // namespace ypp::bench

#endif  // YPP_BENCH_INPUT_FILES_H_
