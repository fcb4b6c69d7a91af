// One document that is open in the relay: its room, kept in step with the store, its hooks, and the
// way from its first member to its last. The state machine:
//
//   loading --loaded--> live --last member left, all stored--> unloading --> gone
//      |                 |  ^                                      |
//      | load failed     |  +---- a Join waited, or a hook objects-+
//      v                 v
//    gone              gone: an append failed, its members are closed
//
// 1. A document whose load failed is never written: its would-be members are refused.
// 2. A Join while loading or unloading waits; members are let in in the order in which they asked.
// 3. What the room hands out for storing is appended before anything later of that room;
//    acknowledgements follow the store's.
// 4. The log is compacted when it has outgrown the snapshot, by a state that holds everything up to
//    the replaced position.
// 5. When an append fails, nothing that was not acknowledged is trusted: members are told, the room
//    is dropped, and the next Join starts from what the store has.
// 6. It is not unloaded while anything is under way: appends, a compaction, a hook, or changes that
//    the room gathers.
//
// Everything happens on the relay's thread.
#ifndef YPP_TRANSPORT_HOSTED_DOCUMENT_H_
#define YPP_TRANSPORT_HOSTED_DOCUMENT_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "transport/broadcast_pace.h"
#include "transport/debounced_store.h"
#include "transport/document_host.h"
#include "transport/document_loader.h"
#include "transport/document_log.h"
#include "transport/document_members.h"
#include "transport/member_id.h"
#include "transport/relay_document.h"
#include "transport/room.h"

namespace ypp::transport {

inline constexpr std::string_view kCloseReasonStorage = "Storage Failed";

struct JoinRequest {
  std::string document;
  std::string address;
  bool read_only = false;
  std::string identity;  // see client_id_owners.h; of use only when the hub binds client ids
  // No client: it gets no messages and is counted apart.
  bool direct = false;
  std::weak_ptr<HubMember> member;
  // Once, possibly inside Join, not when `member` is gone by then. With OK the member is in and
  // has been sent who is present.
  std::function<void(absl::StatusOr<MemberId>)> done;
};

class HostedDocument : public RelayDocument,
                       public std::enable_shared_from_this<HostedDocument>,
                       private LoggedDocument {
 public:
  // `host` must outlive it.
  HostedDocument(DocumentHost* host, std::string name);

  // Begins to load, with the first request for it.
  void Open(JoinRequest request);
  void Join(JoinRequest request);
  void Leave(MemberId id);
  // `send_back`: see Room::Handle.
  void Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms, bool send_back);
  void CloseMember(MemberId id, std::string_view reason);
  void CloseClients(std::string_view reason);
  void SetReadOnly(MemberId id, bool read_only);
  void Tick(int64_t now_ms);
  void TransactAs(MemberId id, const std::function<void(Doc&)>& edit, bool store_hooks);
  absl::Status ImportUpdate(std::string_view update);
  // Calls once all that was handed to the store so far is there, with how that went.
  void WhenDurable(std::function<void(absl::Status)> done);
  // Runs OnStoreDocument now if it is due later. `done` once what came before is on disk and was
  // given to that hook, or once that failed; what comes meanwhile is not waited for.
  void Flush(std::function<void()> done);
  // Closes everybody and is gone, without storing anything more.
  void Discard(std::string_view reason);
  bool live() const { return state_ == State::kLive; }
  size_t client_count() const;

  // RelayDocument
  const std::string& name() const override { return name_; }
  const Doc& doc() const override { return room_->doc(); }
  void Transact(const std::function<void(Doc&)>& edit) override { TransactAs(0, edit, true); }
  std::vector<RelayConnectionPtr> connections() const override;
  size_t connection_count() const override;
  void BroadcastStateless(std::string payload,
                          std::function<bool(const RelayConnection&)> filter) override;

 private:
  enum class State { kLoading, kLive, kUnloading, kGone };

  // LoggedDocument
  std::string EncodeState() const override { return room_->EncodeState(); }
  RelayDocumentPtr Self() override { return shared_from_this(); }
  void OnAppended(const absl::Status& status) override;
  void OnPartDone() override { MaybeUnload(); }
  void Log(LogLevel level, std::string_view what) const override;

  ContextPtr FirstContext() const;
  void OnLoaded(LoadedDocument loaded);
  void GoLive();
  void RefuseAll(const absl::Status& why);
  void AdmitWaiting();

  void Dispatch(RoomOutput output);
  void Append(RoomOutput& output);
  void RemoveMember(MemberId id);
  // Has what the room gathers go out at the end of the turn or a little later (broadcast_pace.h),
  // or earlier when it is much.
  void ScheduleGathered();
  void OnTurnEnd();
  void DispatchGathered();
  void TellHooks(RoomOutput& output);
  void KeepInQuarantine(RoomOutput& output);
  void Fail(const absl::Status& why);
  void CloseAndRefuse(std::string_view reason, const absl::Status& why);

  void MaybeUnload();
  void OnUnloadAllowed(const absl::Status& status);
  void FinishUnload();
  void Depart(const DocumentMembers::Member& member);
  // Runs a chain that nothing but the unload waits for.
  template <typename Payload>
  void Notify(const HookChain<Payload>& chain, Payload payload, std::string_view what);
  // A hook that the document itself waits for.
  template <typename Function>
  std::function<void(absl::Status)> Then(Function function);

  DocumentHost* host_;
  const std::string name_;
  State state_ = State::kLoading;
  std::shared_ptr<DocumentLoader> loader_;  // until it has loaded
  std::unique_ptr<Room> room_;              // from then on
  DocumentLog log_;
  DebouncedStore store_;  // OnStoreDocument
  std::list<JoinRequest> waiting_;
  DocumentMembers members_;
  int64_t opened_ms_ = 0;

  bool turn_end_scheduled_ = false;
  bool pausing_ = false;  // a timer will send what is gathered
  BroadcastPace pace_;
  size_t holds_ = 0;  // hooks and others under way, which an unload waits for
  bool unload_refused_ = false;
};

using HostedDocumentPtr = std::shared_ptr<HostedDocument>;

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HOSTED_DOCUMENT_H_
