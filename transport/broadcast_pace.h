// How long a document may keep what it gathered, so that it goes out together with what comes next.
//
// To send something to one member costs some 10 us, nearly all of it in the system, whether it is
// one change or ten. Where many members write, a document that sent each change by itself would do
// little else. So between two broadcasts there is a pause that grows with the number of members: a
// millisecond for each five of them, which leaves broadcasts a twentieth of the time, and no more
// than nobody notices. The first change after a quiet moment goes out at once, and so do those of
// one who writes alone, for they may each wait for the one before.
#ifndef YPP_TRANSPORT_BROADCAST_PACE_H_
#define YPP_TRANSPORT_BROADCAST_PACE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "transport/member_id.h"

namespace ypp::transport {

class BroadcastPace {
 public:
  // How long it is to be kept yet; 0: not at all. `author` is who made all of it, if that was one.
  int64_t WaitMs(size_t member_count, std::optional<MemberId> author, int64_t now_ms) const {
    if (author && author == last_author_) return 0;
    const int64_t pause_ms =
        std::min(static_cast<int64_t>(member_count / kMembersPerMs), kMaxPauseMs);
    return std::max<int64_t>(last_ms_ + pause_ms - now_ms, 0);
  }
  // It went out.
  void Sent(std::optional<MemberId> author, int64_t now_ms) {
    last_ms_ = now_ms;
    if (author) last_author_ = author;
  }

 private:
  static constexpr size_t kMembersPerMs = 5;
  static constexpr int64_t kMaxPauseMs = 10;

  int64_t last_ms_ = -kMaxPauseMs;
  std::optional<MemberId> last_author_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_BROADCAST_PACE_H_
