// How long a store waits after a transaction before it begins the next one.
//
// A transaction costs much the same whether it holds one write or twenty, nearly all of it in the
// system. After one that held several writes more will come at once, and waiting a little longer
// makes them share the next. After a single write there is nothing to share: one who writes only
// when the write before is on disk would merely be held up.
#ifndef YPP_TRANSPORT_COMMIT_PACE_H_
#define YPP_TRANSPORT_COMMIT_PACE_H_

#include <chrono>
#include <cstddef>

namespace ypp::transport {

struct CommitPace {
  std::chrono::milliseconds calm_pause{4};
  // Where the disk keeps up, an acknowledgement then comes within some 20 ms.
  std::chrono::milliseconds busy_pause{12};

  // `writes`: those that the transaction held, at least one.
  std::chrono::milliseconds PauseAfter(size_t writes) const {
    return writes == 1 ? calm_pause : busy_pause;
  }
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_COMMIT_PACE_H_
