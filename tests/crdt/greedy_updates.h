// Updates made to cost as much memory as they can for each of their bytes.
#ifndef YPP_TESTS_CRDT_GREEDY_UPDATES_H_
#define YPP_TESTS_CRDT_GREEDY_UPDATES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "codec/update_reader.h"

namespace ypp {

struct GreedyUpdate {
  const char* name;
  std::string bytes;
  UpdateFormat format = UpdateFormat::kV1;
};

// Each of about `size_bytes`, in V1. All are well-formed, and a document takes them.
std::vector<GreedyUpdate> GreedyUpdates(size_t size_bytes);

// V2: so many empty maps in the array "t", all of which together take a few bytes. REQUIRES: count
// > 4.
std::string RunOfTypes(uint64_t count);

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_GREEDY_UPDATES_H_
