// The union of delete sets that stand in updates. They are read client by client when they are
// wanted, for as many ranges as a few bytes can hold take more memory than the updates themselves.
#ifndef YPP_CODEC_DELETE_SET_UNION_H_
#define YPP_CODEC_DELETE_SET_UNION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "codec/delete_set.h"

namespace ypp::codec {

class DeleteSetUnion {
 public:
  // Reads over a delete set and fails `in` when it is bad. Its bytes must stay.
  void Add(ByteReader& in, DeleteSetFormat format);
  // Calls visit with each client's ranges, normalized, clients descending. Empty ranges that touch
  // no other one are among them.
  void ForEachClient(absl::FunctionRef<void(const ClientRanges&)> visit);
  // How many clients have a range, an empty one among others, or a range that is not empty.
  struct Count {
    size_t clients = 0;
    size_t clients_with_deletions = 0;
  };
  Count CountClients();

 private:
  // One client in one of the sets.
  struct Piece {
    ClientId client = 0;
    size_t position = 0;  // of its ranges
    uint32_t set = 0;
    bool holds_deletions = false;  // or only empty ranges
  };
  struct Set {
    ByteReader reader;
    DeleteSetFormat format;
  };

  void Sort();

  std::vector<Set> sets_;
  std::vector<Piece> pieces_;
};

}  // namespace ypp::codec

#endif  // YPP_CODEC_DELETE_SET_UNION_H_
