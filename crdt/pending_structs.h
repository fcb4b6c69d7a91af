// Structs that came before what they lean on, and what has to come until they are tried again.
//
// Yjs (pendingStructs) tries again once the state of a client passes the clock that was missing.
// Where structs of a client lie behind a gap it waits for the gap alone, and not for what others
// lean on that came with them; so it can wait for ever, for what waits itself. Here they are tried
// again when Yjs would, so that documents agree on the way, and also when nothing from outside is
// awaited any more, or when what waits came in another form.
#ifndef YPP_CRDT_PENDING_STRUCTS_H_
#define YPP_CRDT_PENDING_STRUCTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/id.h"

namespace ypp::internal {

// What structs that wait want of one client, and what of it waits itself.
struct Awaited {
  static constexpr ypp::Clock kNone = UINT64_MAX;

  ypp::Clock missing = kNone;  // the lowest clock that Yjs waits for
  ypp::Clock needed = kNone;   // the lowest clock that a struct leans on
  ypp::Clock waiting = kNone;  // the lowest clock that waits
  bool from_outside = false;   // what is missing is not here and does not wait either
};
using AwaitedByClient = absl::flat_hash_map<ClientId, Awaited>;

class PendingStructs {
 public:
  bool empty() const { return updates_.empty(); }
  // Updates without deletions in the dialect kV1Any. Kept apart and merged now and then, so that
  // one more costs what it weighs and not what all weigh.
  const std::vector<std::string>& updates() const { return updates_; }
  size_t size_bytes() const;
  // Client and clock, in no order.
  std::vector<std::pair<ClientId, ypp::Clock>> Missing() const;

  // `state_of(client)` is the clock that the document has come to.
  template <typename StateOf>
  void Add(std::string update, AwaitedByClient awaited, const StateOf& state_of) {
    Keep(std::move(update));
    if (awaited_.empty()) {
      awaited_ = std::move(awaited);
      for (auto& [client, all] : awaited_) Count(all, state_of(client));
    } else {
      for (const auto& [client, more] : awaited) Await(client, more, state_of(client));
    }
  }
  // To be told of whatever grew. True when what was missing of the client is there, or what waits
  // of it.
  bool Reached(ClientId client, ypp::Clock state);
  // Whether all that is missing waits itself, and something that structs lean on has come.
  bool is_stuck() const { return from_outside_ == 0 && needed_came_; }
  // All of them as one update, and forgets them.
  std::string TakeAll();

 private:
  void Await(ClientId client, const Awaited& more, ypp::Clock state);
  void Count(Awaited& awaited, ypp::Clock state);
  void Keep(std::string update);

  std::vector<std::string> updates_;
  AwaitedByClient awaited_;
  size_t from_outside_ = 0;  // clients
  bool needed_came_ = false;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_PENDING_STRUCTS_H_
