// Changes that a room keeps for a moment, to store and send them as one.
#ifndef YPP_TRANSPORT_GATHERED_CHANGES_H_
#define YPP_TRANSPORT_GATHERED_CHANGES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "transport/member_id.h"

namespace ypp::transport {

class GatheredChanges {
 public:
  // V1 updates. They differ where what is to be stored waits for something that it needs.
  struct Updates {
    std::vector<std::string> changes;  // for everybody
    std::vector<std::string> appends;  // for the store
    MemberId author = 0;               // of the newest
    MemberId knows = 0;                // has all the changes; 0: they may be news to all
  };

  // `knows`: who has these changes, 0 if they may be news to all. `as_came`: the appends are not
  // the changes.
  void Add(MemberId author, MemberId knows, std::vector<std::string> changes,
           std::vector<std::string> appends, bool as_came);
  // All of them, each merged into one update.
  Updates Take();

  bool empty() const { return updates_.appends.empty(); }
  size_t size_bytes() const { return size_bytes_; }
  // Who made all of them; nullopt when there are none or several made them.
  std::optional<MemberId> author() const {
    if (empty() || by_several_) return std::nullopt;
    return updates_.author;
  }

 private:
  Updates updates_;
  bool differ_ = false;
  bool by_several_ = false;
  size_t size_bytes_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_GATHERED_CHANGES_H_
