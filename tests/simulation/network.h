// Sockets between participants and the relay. Messages of a socket arrive in order, late. A socket
// can be cut so that both ends hear of it or only one, which the other must find out by itself; a
// participant can be unreachable for a while, with its messages on the way.
#ifndef YPP_TESTS_SIMULATION_NETWORK_H_
#define YPP_TESTS_SIMULATION_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/chance.h"
#include "tests/simulation/clock.h"
#include "transport/client_socket.h"
#include "transport/socket.h"

namespace ypp::simulation {

class Link;

class Network {
 public:
  // The relay's side of a new socket; null refuses it.
  using Accept =
      std::function<std::shared_ptr<transport::SocketHandler>(std::shared_ptr<transport::Socket>)>;

  Network(Clock* clock, Chance* chance) : clock_(clock), chance_(chance) {}

  // For one participant, known by a number.
  transport::OpenSocket OpenerOf(size_t participant);
  // Null: nobody listens.
  void Listen(Accept accept) { accept_ = std::move(accept); }

  enum class Cut { kBothHear, kOnlyRelayHears, kOnlyParticipantHears };
  void CutLinksOf(size_t participant, Cut cut);
  // The relay has gone without a word: participants hear of it after a while.
  void LoseRelay();
  void SetReachable(size_t participant, bool reachable);
  // No more than a millisecond, no loss.
  void Calm() { calm_ = true; }
  // About once a second.
  void Tick();

 private:
  friend class Link;

  bool Reachable(size_t participant) const;
  int64_t DelayMs() { return calm_ ? 1 : chance_->Between(1, chance_->Percent(10) ? 800 : 60); }

  Clock* clock_;
  Chance* chance_;
  Accept accept_;
  bool calm_ = false;
  std::vector<bool> unreachable_;
  std::vector<std::weak_ptr<Link>> links_;
};

}  // namespace ypp::simulation

#endif  // YPP_TESTS_SIMULATION_NETWORK_H_
