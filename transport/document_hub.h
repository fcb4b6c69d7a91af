// All documents of a relay: loads them when the first member comes, keeps them in step with the
// store, lets go of them when the last member has left. The state machine of one document:
//
//   absent --Join--> loading --loaded--> live --last member left--> unloading --on disk--> absent
//                       |                 |  ^                          |
//                       | load failed     |  +------- a Join waited ----+
//                       v                 v
//                     absent            absent: an append failed, its members are closed
//
// 1. A document whose load failed is never written: there is no room for it and its would-be
//    members are refused.
// 2. A Join while loading or unloading waits; members are let in in the order in which they asked.
// 3. What a room hands out for storing is appended before anything later of that room;
//    acknowledgements follow the store's.
// 4. The log is compacted when it has outgrown the snapshot, by a state that holds everything up to
//    the replaced position.
// 5. When an append fails, nothing that was not acknowledged is trusted: members are told, the room
//    is dropped, and the next Join starts from what the store has.
//
// Everything happens on the I/O thread, completions of the store too.
#ifndef YPP_TRANSPORT_DOCUMENT_HUB_H_
#define YPP_TRANSPORT_DOCUMENT_HUB_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/member_id.h"
#include "transport/room.h"
#include "transport/store.h"

namespace ypp::transport {

inline constexpr std::string_view kCloseReasonStorage = "Storage Failed";

struct HubOptions {
  RoomOptions room;
  // The log is replaced by a snapshot when it costs more than half of what the document's snapshot
  // takes, and at least this. Then the total written stays within a constant factor of what came
  // in, and a load replays little.
  size_t compact_log_bytes = 64 * 1024;
};

// One connection of one document, as the hub sees it.
class HubMember {
 public:
  virtual ~HubMember() = default;
  virtual void Send(MemberId id, const MessagePtr& message) = 0;
  // The room ended it, and has said so in a CLOSE.
  virtual void OnRemoved(MemberId id) = 0;
};

class DocumentHub {
 public:
  // `store` must outlive the hub.
  DocumentHub(Store* store, HubOptions options);
  ~DocumentHub();
  DocumentHub(const DocumentHub&) = delete;
  DocumentHub& operator=(const DocumentHub&) = delete;

  struct JoinRequest {
    std::string document;
    std::string address;
    bool read_only = false;
    std::weak_ptr<HubMember> member;
    // Once, possibly inside Join, not when `member` is gone by then. With OK the member is in and
    // has been sent who is present.
    std::function<void(absl::StatusOr<MemberId>)> done;
  };
  void Join(JoinRequest request);
  void Leave(MemberId id);
  void Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms);
  void Close(MemberId id, std::string_view reason);
  void SetReadOnly(MemberId id, bool read_only);
  void Tick(int64_t now_ms);
  void BroadcastStateless(std::string_view document, std::string_view payload);

  // Calls `done` once everything handed to the store so far is there, or has failed.
  void Flush(std::function<void()> done);

  size_t document_count() const { return documents_.size(); }
  size_t member_count() const { return homes_.size(); }

 private:
  enum class State { kLoading, kLive, kUnloading };

  struct Hosted {
    State state = State::kLoading;
    std::string name;
    Room room;
    std::deque<JoinRequest> waiting;
    absl::flat_hash_map<MemberId, std::weak_ptr<HubMember>> members;
    StorePosition position = 0;  // of the newest update handed to the store
    size_t snapshot_bytes = 0;
    size_t log_bytes = 0;
    bool compacting = false;
    bool failed = false;

    Hosted(const std::string& name, const RoomOptions& options) : name(name), room(name, options) {}
  };
  // Shared with completions under way: the document may be dropped, or be there anew, when they
  // come.
  using HostedPtr = std::shared_ptr<Hosted>;

  void OnLoaded(const HostedPtr& hosted, absl::StatusOr<StoredDocument> loaded);
  void AdmitWaiting(const HostedPtr& hosted);
  void Dispatch(const HostedPtr& hosted, RoomOutput output);
  void Append(const HostedPtr& hosted, std::string update);
  void OnAppended(const HostedPtr& hosted, const absl::Status& status);
  void MaybeCompact(const HostedPtr& hosted);
  void MaybeUnload(const HostedPtr& hosted);
  void Fail(const HostedPtr& hosted, const absl::Status& why);
  HostedPtr Find(MemberId id) const;
  void Forget(const HostedPtr& hosted);
  // `done` for the store: counts, and does nothing once the hub is gone.
  template <typename Result, typename Function>
  std::function<void(Result)> Completion(Function function);
  void OperationEnded();
  void Log(LogLevel level, const std::string& document, std::string_view what) const;

  Store* store_;
  HubOptions options_;
  absl::flat_hash_map<std::string, HostedPtr> documents_;
  absl::flat_hash_map<MemberId, std::weak_ptr<Hosted>> homes_;
  MemberId last_member_ = 0;
  uint64_t operations_begun_ = 0;
  uint64_t operations_ended_ = 0;
  // Waiting for operations_ended_ to come to the key.
  std::multimap<uint64_t, std::function<void()>> flushes_;
  std::shared_ptr<bool> alive_;  // completions that come after the hub's end do nothing
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_DOCUMENT_HUB_H_
