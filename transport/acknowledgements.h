// The SyncStatuses that a room owes its members, in the order of what they are for. One is due once
// the append that it waits for is on disk.
#ifndef YPP_TRANSPORT_ACKNOWLEDGEMENTS_H_
#define YPP_TRANSPORT_ACKNOWLEDGEMENTS_H_

#include <cstdint>
#include <list>
#include <optional>

#include "transport/member_id.h"

namespace ypp::transport {

class Acknowledgements {
 public:
  struct Acknowledgement {
    MemberId member = 0;
    bool applied = false;
  };

  // `after`: number of the append that must be on disk first; 0: none. Nothing overtakes what was
  // added before.
  void Add(Acknowledgement owed, uint64_t after) { owed_.push_back({owed, after}); }
  // For what the room gathers: it has no append yet.
  void AddGathered(Acknowledgement owed) { owed_.push_back({owed, kGathered}); }
  // What was gathered is in the appends up to this one.
  void SetGathered(uint64_t append);
  // The next one, if it is due when so many appends are on disk.
  std::optional<Acknowledgement> TakeDue(uint64_t durable);

 private:
  // No append has this number.
  static constexpr uint64_t kGathered = UINT64_MAX;
  struct Owed {
    Acknowledgement acknowledgement;
    uint64_t after = 0;
  };

  std::list<Owed> owed_;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_ACKNOWLEDGEMENTS_H_
