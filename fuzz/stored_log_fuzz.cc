// Any bytes as what a store says it has of a document: refused as a whole, or a room whose state
// loads again as the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "codec/check.h"
#include "crdt/check_invariants.h"
#include "transport/room.h"

namespace {

constexpr size_t kMaxInputBytes = 16 * 1024;

// Each entry is a length and so many bytes.
std::vector<std::string> Entries(const uint8_t* data, size_t size) {
  std::vector<std::string> entries;
  while (size > 0) {
    const size_t length = data[0] < size ? data[0] : size - 1;
    entries.emplace_back(reinterpret_cast<const char*>(data) + 1, length);
    data += 1 + length;
    size -= 1 + length;
  }
  return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kMaxInputBytes) return 0;
  ypp::transport::Room room("doc", {});
  if (!room.Load(Entries(data, size)).ok()) return 0;
  YPP_CHECK(ypp::CheckInvariants(room.doc()).ok());
  ypp::transport::Room again("doc", {});
  YPP_CHECK(again.Load({room.EncodeState()}).ok());
  YPP_CHECK(again.doc().GetStateVector() == room.doc().GetStateVector());
  return 0;
}
