// One open document: who is connected to it and what follows from each of their messages.
// PROTOCOL.md, "Rooms".
//
//   RoomOutput out = room.Handle(member, frame.type, frame.body, now_ms);
//   // send out.sends, store out.appends in order, forget out.removed; later:
//   RoomOutput acks = room.OnDurable(out.appends.size());
//
// A value in, values out: no sockets, no storage, no threads, no clock of its own.
// Thread-compatible.
//
// 1. What a member sends is validated whole before it changes anything. A refused update leaves the
//    document bit-identical.
// 2. Every SyncStep2 and Update gets exactly one SyncStatus. It comes once everything that the
//    document then holds of it is on disk.
// 3. `appends` are numbered from 1 on in the order in which they are handed out; together with what
//    was loaded they make up the document, updates that still wait for others included.
// 4. A diff goes to the member that asked for it and to nobody else; what is new goes to everybody
//    to whom it is: to its author only when it is not, byte for byte, what the author sent, and as
//    a sign of life now and then (kSignOfLifeMs).
#ifndef YPP_TRANSPORT_ROOM_H_
#define YPP_TRANSPORT_ROOM_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "crdt/doc.h"
#include "transport/acknowledgements.h"
#include "transport/awareness_table.h"
#include "transport/client_id_owners.h"
#include "transport/frame.h"
#include "transport/gathered_changes.h"
#include "transport/log.h"
#include "transport/member_id.h"
#include "transport/socket.h"

namespace ypp::transport {

// Reasons of CLOSE, as Hocuspocus words them.
inline constexpr std::string_view kCloseReasonReset = "Reset Connection";
inline constexpr std::string_view kCloseReasonClient = "provider_initiated";

// Reasons of resets: what cannot be read, and awareness past a limit.
inline constexpr std::string_view kBadMessage = "bad_message";
inline constexpr std::string_view kAwarenessLimit = "awareness_limit";

// Reasons why updates are refused: what cannot be applied, and what would wait when too much waits.
inline constexpr std::string_view kBadUpdate = "bad_update";
inline constexpr std::string_view kPendingBytes = "pending_bytes";

struct RoomOptions {
  DocOptions doc;
  AwarenessLimits awareness;
  // Acknowledge what is applied, without waiting until it is on disk.
  bool acknowledge_applied = false;
  // What updates may keep waiting for missing parts; past it those that would wait are refused.
  size_t max_pending_bytes = 32u << 20;
  // Fill RoomOutput::changes and ::awareness; for those who have hooks that want them.
  bool report_changes = false;
  bool report_awareness = false;
  // Keep what is to be stored and sent to everybody until TakeGathered, which makes one update and
  // one awareness message of it. Otherwise each change goes out by itself.
  bool gather = false;
  // Refuse updates that write under a client id that another identity owns (client_id_owners.h).
  bool bind_client_ids = false;
  LogSink log = SilentLog();
};

struct RoomOutput {
  struct Send {
    MemberId to = 0;
    MessagePtr message;
  };
  std::vector<Send> sends;           // in order
  std::vector<std::string> appends;  // V1 updates to be stored, in order
  std::vector<MemberId> removed;     // no longer members; their CLOSE is among the sends

  // For hooks. `member` is the one it came from, 0 for the program itself or for the relay.
  struct Change {
    MemberId member = 0;
    std::string update;
  };
  struct Awareness {
    MemberId member = 0;
    AwarenessNews news;
  };
  struct Stateless {
    MemberId member = 0;
    std::string payload;
  };
  std::vector<Change> changes;
  std::vector<Awareness> awareness;
  std::vector<Stateless> stateless;
  // Refused because it writes as `client`, which is somebody else's.
  struct Impersonation {
    MemberId member = 0;
    ClientId client = 0;
    std::string update;
  };
  std::vector<Impersonation> impersonations;
  // Why updates were refused and members reset, in words of RelayMetrics::Refuse.
  std::vector<std::string_view> refused_updates;
  std::vector<std::string_view> resets;
  bool changed = false;  // the document is not what it was
  MemberId author = 0;   // of the appends

  bool empty() const {
    return sends.empty() && appends.empty() && removed.empty() && changes.empty() &&
           awareness.empty() && stateless.empty() && impersonations.empty() &&
           refused_updates.empty() && resets.empty() && !changed;
  }
};

class Room {
 public:
  Room(std::string document, RoomOptions options);
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  const std::string& document() const { return document_; }

  // What the store has, oldest first. On an error the room must not be used.
  // REQUIRES: no members yet.
  absl::Status Load(const std::vector<std::string>& updates);

  // A new member is told who is present. Its messages carry `address`. `identity`: whose client ids
  // it may write under, see client_id_owners.h; only of use with bind_client_ids.
  RoomOutput Join(MemberId member, std::string address, bool read_only, std::string identity = {});
  // The member's connection ended: the others learn that its clients are gone. It gets nothing any
  // more.
  RoomOutput Leave(MemberId member);
  // Ends the member's connection to this document.
  RoomOutput Close(MemberId member, std::string_view reason);
  void SetReadOnly(MemberId member, bool read_only);

  // A message whose address led to this member. Types that are not for a room are ignored.
  // `send_back`: what it says may be news to the member itself, too.
  RoomOutput Handle(MemberId member, MessageType type, codec::Bytes body, int64_t now_ms,
                    bool send_back = false);

  // `count` more of the appends are on disk, oldest first.
  RoomOutput OnDurable(size_t count);
  // Drops awareness states that were not renewed, and what was only kept for a while.
  RoomOutput Tick(int64_t now_ms);
  // A text to every member, or to those for whom `wanted` is true.
  RoomOutput BroadcastStateless(std::string_view payload,
                                const std::function<bool(MemberId)>& wanted = {}) const;
  // An edit of the program's own, or of a member that has no socket.
  RoomOutput Transact(MemberId member, const std::function<void(Doc&)>& edit);
  // The same with an update from outside.
  absl::StatusOr<RoomOutput> Import(std::string_view update);

  // What was gathered since the last call.
  RoomOutput TakeGathered();
  bool has_gathered() const { return !gathered_.empty() || !gathered_clients_.empty(); }
  size_t gathered_bytes() const { return gathered_.size_bytes(); }
  // Who made all changes that are gathered; nullopt when there are none or several made them.
  std::optional<MemberId> gathered_author() const { return gathered_.author(); }

  size_t member_count() const { return members_.size(); }
  std::vector<MemberId> members() const;
  // Appends handed out and not yet reported durable.
  uint64_t appends_in_flight() const { return appended_ - durable_; }
  // The whole document as one V1 update, with what waits for missing parts. Stands for everything
  // loaded and appended so far.
  std::string EncodeState() const { return doc_.EncodeUpdate(); }
  const Doc& doc() const { return doc_; }

 private:
  struct Member {
    std::string address;
    bool read_only = false;
    std::string identity;
    bool shows_awareness = false;  // has shown a client of its own
    int64_t sent_back_ms = 0;      // when it last got something of its own
  };

  // `knows`, here and below: the member that has what a message or a change says, kNobody if it may
  // be news to all.
  void HandleSync(MemberId id, const Member& member, codec::Bytes body, MemberId knows,
                  RoomOutput* out);
  MessagePtr AnswerToStep1(const Member& member, codec::Bytes vector, const StateVector& known);
  void HandleStep1(MemberId id, const Member& member, codec::Bytes vector, RoomOutput* out);
  void HandleUpdate(MemberId id, const Member& member, codec::SyncType type, codec::Bytes update,
                    MemberId knows, RoomOutput* out);
  void ApplyUpdate(MemberId id, codec::Bytes update, MemberId knows, RoomOutput* out);
  // False: the update writes as somebody else, and was refused.
  bool CheckClients(MemberId id, const Member& member, codec::SyncType type, codec::Bytes update,
                    RoomOutput* out);
  // Stores and broadcasts, or keeps for both.
  void Publish(MemberId from, MemberId knows, std::vector<std::string> changes,
               std::vector<std::string> appends, bool as_came, RoomOutput* out);
  void PublishGathered(RoomOutput* out);
  void HandleAwareness(MemberId id, codec::Bytes body, MemberId knows, int64_t now_ms,
                       RoomOutput* out);
  void Reset(MemberId id, std::string_view why, RoomOutput* out,
             std::string_view reason = kBadMessage);
  void Remove(MemberId id, RoomOutput* out);

  // Once everything that was handed out so far is on disk.
  void Acknowledge(MemberId id, bool applied, RoomOutput* out);
  void SendDueAcknowledgements(RoomOutput* out);
  void SendTo(MemberId id, std::string bytes, RoomOutput* out) const;
  void BroadcastChange(const std::string& change, MemberId knows, RoomOutput* out);
  absl::Status CheckPending(codec::Bytes update) const;
  void BroadcastAwareness(MemberId from, MemberId knows, AwarenessNews news, RoomOutput* out);
  void SendAwareness(const std::string& update, MemberId knows, RoomOutput* out);
  // To all but `knows`. `write` makes the message for an address; it is called once per distinct
  // address.
  void Broadcast(const std::function<std::string(std::string_view address)>& write, MemberId knows,
                 RoomOutput* out) const;
  // For the member that knows what is about to be sent: kNobody when it gets it nevertheless.
  MemberId UnlessSignOfLifeIsDue(MemberId knows);
  void Log(LogLevel level, MemberId id, std::string_view what) const;

  std::string document_;
  RoomOptions options_;
  Doc doc_;
  Subscription updates_;
  AwarenessTable awareness_;
  ClientIdOwners owners_;
  std::map<MemberId, Member> members_;
  int64_t now_ms_ = 0;  // of the last Handle or Tick
  Acknowledgements acknowledgements_;
  uint64_t appended_ = 0;
  uint64_t durable_ = 0;
  // The answer to a step 1 that knows nothing, for the many who come at once. Until the next change
  // or tick.
  MessagePtr whole_document_;
  std::vector<std::string> applied_updates_;  // what the last ApplyUpdate changed, by transaction

  // Since the last TakeGathered.
  GatheredChanges gathered_;
  std::vector<ClientId> gathered_clients_;  // with news of their awareness
  std::string gathered_awareness_;          // the update, when there is only one
  MemberId knows_gathered_awareness_ = 0;   // all of it
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_ROOM_H_
