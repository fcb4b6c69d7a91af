#include "transport/room.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "codec/state_vector.h"
#include "codec/sync_message.h"
#include "codec/update_algebra.h"
#include "transport/update_containment.h"

namespace ypp::transport {
namespace {

constexpr MemberId kNobody = 0;

// A client that hears nothing for 30 s gives its connection up; one that is alone hears only what
// it says itself, and renews its awareness every 15 to 18 s for that.
constexpr int64_t kSignOfLifeMs = 5'000;

}  // namespace

Room::Room(std::string document, RoomOptions options)
    : document_(std::move(document)),
      options_(std::move(options)),
      doc_(options_.doc),
      awareness_(options_.awareness) {
  updates_ = doc_.OnUpdate(
      [this](const UpdateEvent& event) { applied_updates_.emplace_back(event.update); });
}

absl::Status Room::Load(const std::vector<std::string>& updates) {
  for (const std::string& update : updates) {
    const absl::Status status = doc_.ApplyUpdate(update);
    if (!status.ok()) return status;
  }
  applied_updates_.clear();
  return absl::OkStatus();
}

RoomOutput Room::Join(MemberId id, std::string address, bool read_only, std::string identity) {
  RoomOutput out;
  owners_.Enter(identity);
  members_[id] = Member{std::move(address), read_only, std::move(identity)};
  if (const std::optional<std::string> present = awareness_.Present()) {
    SendTo(id, WriteAwareness(members_[id].address, codec::AsBytes(*present)), &out);
  }
  return out;
}

RoomOutput Room::Leave(MemberId id) {
  RoomOutput out;
  Remove(id, &out);
  return out;
}

RoomOutput Room::Close(MemberId id, std::string_view reason) {
  RoomOutput out;
  const auto member = members_.find(id);
  if (member == members_.end()) return out;
  SendTo(id, WriteClose(member->second.address, reason), &out);
  out.removed.push_back(id);
  Remove(id, &out);
  return out;
}

void Room::SetReadOnly(MemberId id, bool read_only) {
  const auto member = members_.find(id);
  if (member != members_.end()) member->second.read_only = read_only;
}

RoomOutput Room::Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms,
                        bool send_back) {
  RoomOutput out;
  now_ms_ = now_ms;
  const auto it = members_.find(id);
  if (it == members_.end()) return out;
  const Member& member = it->second;
  const MemberId knows = send_back ? kNobody : id;
  switch (type) {
    case MessageType::kSync:
    case MessageType::kSyncReply:
      HandleSync(id, member, body, knows, &out);
      break;
    case MessageType::kAwareness:
      HandleAwareness(id, body, knows, now_ms, &out);
      break;
    case MessageType::kQueryAwareness:
      if (const std::optional<std::string> present = awareness_.Present()) {
        SendTo(id, WriteAwareness(member.address, codec::AsBytes(*present)), &out);
      }
      break;
    case MessageType::kStateless: {
      codec::ByteReader in(body);
      const std::string_view payload = ReadStateless(in);
      if (!in.ok()) {
        Reset(id, "bad stateless message", &out);
      } else {
        out.stateless.push_back({id, std::string(payload)});
      }
      break;
    }
    case MessageType::kBroadcastStateless:
      Reset(id, "broadcast of a stateless message is for relays only", &out);
      break;
    case MessageType::kClose:
      out = Close(id, kCloseReasonClient);
      break;
    case MessageType::kAuth:
    case MessageType::kSyncStatus:
    case MessageType::kPing:
    case MessageType::kPong:
    case MessageType::kUnknown:
      break;
  }
  return out;
}

void Room::HandleSync(MemberId id, const Member& member, codec::Bytes body, MemberId knows,
                      RoomOutput* out) {
  codec::ByteReader in(body);
  const codec::SyncMessage sync = codec::ReadSyncMessage(in);
  if (!in.ok()) {
    Reset(id, "bad sync message", out);
    return;
  }
  if (sync.type == codec::SyncType::kStep1) {
    HandleStep1(id, member, sync.payload, out);
  } else {
    HandleUpdate(id, member, sync.type, sync.payload, knows, out);
  }
}

void Room::HandleStep1(MemberId id, const Member& member, codec::Bytes vector, RoomOutput* out) {
  const absl::StatusOr<StateVector> known = StateVector::Decode(vector);
  if (!known.ok()) {
    Reset(id, "bad state vector", out);
    return;
  }
  // The own step 1 comes first: what the member did offline travels in its answer.
  const std::string own = doc_.GetStateVector().Encode();
  SendTo(id, WriteSync(member.address, codec::SyncType::kStep1, codec::AsBytes(own)), out);
  out->sends.push_back({id, AnswerToStep1(member, vector, *known)});
}

MessagePtr Room::AnswerToStep1(const Member& member, codec::Bytes vector,
                               const StateVector& known) {
  constexpr size_t kEmptyVectorBytes = 1;
  const bool wants_all = vector.size() == kEmptyVectorBytes && member.address == document_;
  if (wants_all && whole_document_ != nullptr) return whole_document_;
  const std::string diff = doc_.EncodeUpdate(known);
  MessagePtr message =
      MakeMessage(WriteSync(member.address, codec::SyncType::kStep2, codec::AsBytes(diff)));
  if (wants_all) whole_document_ = message;
  return message;
}

void Room::HandleUpdate(MemberId id, const Member& member, codec::SyncType type,
                        codec::Bytes update, MemberId knows, RoomOutput* out) {
  if (!member.read_only) {
    if (CheckClients(id, member, type, update, out)) ApplyUpdate(id, update, knows, out);
    return;
  }
  // A reader may say that it has what the document has, no more.
  bool accepted = false;
  if (type == codec::SyncType::kStep2) {
    const absl::StatusOr<bool> contained = ContainsUpdate(doc_, update);
    accepted = contained.ok() && *contained;
  }
  if (!accepted) Log(LogLevel::kDebug, id, "refused a write of a read-only connection");
  Acknowledge(id, accepted, out);
}

// Only what the document does not have yet counts: clients send on what they have of others. Of
// that, a whole state may hold more than one's own, from before or by other ways; an update that
// tells of one client is that client's.
bool Room::CheckClients(MemberId id, const Member& member, codec::SyncType type,
                        codec::Bytes update, RoomOutput* out) {
  if (!options_.bind_client_ids) return true;
  const absl::StatusOr<UpdateMeta> meta = ParseUpdateMeta(update, UpdateFormat::kV1);
  if (!meta.ok()) return true;  // it will be refused for that
  const StateVector known = doc_.GetStateVector();
  std::vector<ClientId> writes_as;
  for (const auto& [client, end] : meta->to) {
    if (end > known.Get(client)) writes_as.push_back(client);
  }
  for (const ClientId client : writes_as) {
    if (owners_.MayWrite(member.identity, client)) continue;
    Log(LogLevel::kWarning, id,
        absl::StrCat("refused an update of ", update.size(), " bytes: it writes as client ", client,
                     ", which is not its own"));
    out->impersonations.push_back({id, client, std::string(codec::AsText(update))});
    Acknowledge(id, false, out);
    return false;
  }
  if (type == codec::SyncType::kUpdate && writes_as.size() == 1 && !member.shows_awareness) {
    owners_.Claim(member.identity, writes_as.front());
  }
  return true;
}

void Room::ApplyUpdate(MemberId id, codec::Bytes update, MemberId knows, RoomOutput* out) {
  constexpr size_t kEmptyUpdateBytes = 2;  // no structs, no deletions
  applied_updates_.clear();
  if (update.size() > kEmptyUpdateBytes) whole_document_.reset();
  absl::Status status = CheckPending(update);
  const std::string_view reason = absl::IsResourceExhausted(status) ? kPendingBytes : kBadUpdate;
  if (status.ok()) status = doc_.ApplyUpdate(update);
  if (!status.ok()) {
    Log(LogLevel::kWarning, id,
        absl::StrCat("refused an update of ", update.size(), " bytes: ", status.message()));
    out->refused_updates.push_back(reason);
    Acknowledge(id, false, out);
    return;
  }
  // Usually one. Transactions that follow from the first, such as a clean-up, have their own.
  std::vector<std::string> changes = std::exchange(applied_updates_, {});
  // It may also have let something in that waited, or have been cleaned up after.
  const bool is_what_came = changes.size() == 1 && changes.front() == codec::AsText(update);
  if (!changes.empty() && !is_what_came) knows = kNobody;
  std::vector<std::string> appends = changes;
  bool as_came = false;
  if (const PendingInfo pending = doc_.GetPending();
      (!pending.empty() || pending.size_bytes > 0) && update.size() > kEmptyUpdateBytes) {
    // Part of it may wait for others. Only the bytes as they came are sure to hold that part, and
    // they stand for the first change as well.
    if (appends.empty()) appends.emplace_back();
    appends.front() = std::string(codec::AsText(update));
    as_came = true;
  }
  // The acknowledgement first, so that with storage that is always durable the order is that of
  // Hocuspocus.
  if (!options_.gather) appended_ += appends.size();
  const bool waits_for_gathered = options_.gather && !(appends.empty() && gathered_.empty());
  if (waits_for_gathered && !options_.acknowledge_applied && id != kNobody) {
    acknowledgements_.AddGathered({id, true});
  } else {
    Acknowledge(id, true, out);
  }
  Publish(id, knows, std::move(changes), std::move(appends), as_came, out);
}

void Room::Publish(MemberId from, MemberId knows, std::vector<std::string> changes,
                   std::vector<std::string> appends, bool as_came, RoomOutput* out) {
  out->changed = out->changed || !changes.empty();
  if (options_.report_changes) {
    for (const std::string& change : changes) out->changes.push_back({from, change});
  }
  out->author = from;
  if (options_.gather) {
    gathered_.Add(from, knows, std::move(changes), std::move(appends), as_came);
    return;
  }
  for (const std::string& change : changes) BroadcastChange(change, knows, out);
  out->appends = std::move(appends);
}

RoomOutput Room::TakeGathered() {
  RoomOutput out;
  PublishGathered(&out);
  return out;
}

void Room::PublishGathered(RoomOutput* out) {
  if (!gathered_.empty()) {
    GatheredChanges::Updates updates = gathered_.Take();
    out->author = updates.author;
    for (const std::string& change : updates.changes) BroadcastChange(change, updates.knows, out);
    appended_ += updates.appends.size();
    acknowledgements_.SetGathered(appended_);
    for (std::string& append : updates.appends) out->appends.push_back(std::move(append));
  }
  if (!gathered_clients_.empty()) {
    SendAwareness(
        gathered_awareness_.empty() ? awareness_.Encode(gathered_clients_) : gathered_awareness_,
        knows_gathered_awareness_, out);
    gathered_clients_.clear();
    gathered_awareness_.clear();
  }
}

// Once too much waits, what would wait as well is refused: an update that does not begin where the
// document ends for its client.
absl::Status Room::CheckPending(codec::Bytes update) const {
  if (doc_.GetPending().size_bytes < options_.max_pending_bytes) return absl::OkStatus();
  const absl::StatusOr<UpdateMeta> meta = ParseUpdateMeta(update, UpdateFormat::kV1);
  if (!meta.ok()) return meta.status();
  const StateVector known = doc_.GetStateVector();
  for (const auto& [client, clock] : meta->from) {
    if (clock > known.Get(client)) {
      return absl::ResourceExhaustedError("too much waits for missing parts");
    }
  }
  return absl::OkStatus();
}

void Room::BroadcastChange(const std::string& change, MemberId knows, RoomOutput* out) {
  Broadcast(
      [&change](std::string_view address) {
        return WriteSync(address, codec::SyncType::kUpdate, codec::AsBytes(change));
      },
      UnlessSignOfLifeIsDue(knows), out);
}

RoomOutput Room::Transact(MemberId member, const std::function<void(Doc&)>& edit) {
  RoomOutput out = TakeGathered();
  applied_updates_.clear();
  whole_document_.reset();
  doc_.Transact([&] { edit(doc_); });
  std::vector<std::string> changes = std::exchange(applied_updates_, {});
  if (!options_.gather) appended_ += changes.size();
  std::vector<std::string> appends = changes;
  Publish(member, kNobody, std::move(changes), std::move(appends), false, &out);
  PublishGathered(&out);
  return out;
}

absl::StatusOr<RoomOutput> Room::Import(std::string_view update) {
  const codec::Bytes bytes = codec::AsBytes(update);
  RoomOutput out = TakeGathered();
  ApplyUpdate(kNobody, bytes, kNobody, &out);
  PublishGathered(&out);
  if (!out.refused_updates.empty()) return absl::DataLossError("not an update that can be applied");
  return out;
}

void Room::HandleAwareness(MemberId id, codec::Bytes body, MemberId knows, int64_t now_ms,
                           RoomOutput* out) {
  codec::ByteReader in(body);
  const codec::Bytes update = ReadAwareness(in);
  if (!in.ok()) {
    Reset(id, "bad awareness message", out);
    return;
  }
  absl::StatusOr<AwarenessNews> news = awareness_.Apply(id, update, now_ms);
  if (!news.ok()) {
    const bool too_much = absl::IsResourceExhausted(news.status());
    Reset(id, std::string(news.status().message()), out, too_much ? kAwarenessLimit : kBadMessage);
    return;
  }
  if (options_.bind_client_ids && !news->added.empty()) {
    Member& member = members_.at(id);
    member.shows_awareness = true;
    for (const ClientId client : news->added) owners_.Claim(member.identity, client);
  }
  BroadcastAwareness(id, knows, *std::move(news), out);
}

void Room::Reset(MemberId id, std::string_view why, RoomOutput* out, std::string_view reason) {
  out->resets.push_back(reason);
  Log(LogLevel::kWarning, id, absl::StrCat("connection reset: ", std::string(why)));
  const auto member = members_.find(id);
  SendTo(id, WriteClose(member->second.address, kCloseReasonReset), out);
  out->removed.push_back(id);
  Remove(id, out);
}

void Room::Remove(MemberId id, RoomOutput* out) {
  const auto member = members_.find(id);
  if (member == members_.end()) return;
  owners_.Leave(member->second.identity, now_ms_);
  members_.erase(member);
  BroadcastAwareness(id, kNobody, awareness_.RemoveMember(id), out);
}

RoomOutput Room::OnDurable(size_t count) {
  RoomOutput out;
  durable_ += count;
  SendDueAcknowledgements(&out);
  return out;
}

RoomOutput Room::Tick(int64_t now_ms) {
  RoomOutput out;
  now_ms_ = now_ms;
  whole_document_.reset();
  owners_.Tick(now_ms);
  BroadcastAwareness(kNobody, kNobody, awareness_.DropExpired(now_ms), &out);
  return out;
}

RoomOutput Room::BroadcastStateless(std::string_view payload,
                                    const std::function<bool(MemberId)>& wanted) const {
  RoomOutput out;
  Broadcast([payload](std::string_view address) { return WriteStateless(address, payload); },
            kNobody, &out);
  if (wanted) {
    out.sends.erase(
        std::remove_if(out.sends.begin(), out.sends.end(),
                       [&wanted](const RoomOutput::Send& send) { return !wanted(send.to); }),
        out.sends.end());
  }
  return out;
}

std::vector<MemberId> Room::members() const {
  std::vector<MemberId> ids;
  ids.reserve(members_.size());
  for (const auto& [id, member] : members_) ids.push_back(id);
  return ids;
}

void Room::Acknowledge(MemberId id, bool applied, RoomOutput* out) {
  if (id == kNobody) return;
  acknowledgements_.Add({id, applied}, options_.acknowledge_applied ? 0 : appended_);
  SendDueAcknowledgements(out);
}

void Room::SendDueAcknowledgements(RoomOutput* out) {
  while (const auto due = acknowledgements_.TakeDue(durable_)) {
    const auto member = members_.find(due->member);
    if (member == members_.end()) continue;
    SendTo(due->member, WriteSyncStatus(member->second.address, due->applied), out);
  }
}

void Room::SendTo(MemberId id, std::string bytes, RoomOutput* out) const {
  out->sends.push_back({id, MakeMessage(std::move(bytes))});
}

void Room::BroadcastAwareness(MemberId from, MemberId knows, AwarenessNews news, RoomOutput* out) {
  if (news.update.empty()) return;
  if (options_.gather) {
    if (gathered_clients_.empty()) {
      gathered_awareness_ = news.update;
      knows_gathered_awareness_ = knows;
    } else {
      gathered_awareness_.clear();
      if (knows != knows_gathered_awareness_) knows_gathered_awareness_ = kNobody;
    }
    for (const auto* clients : {&news.added, &news.updated, &news.removed}) {
      gathered_clients_.insert(gathered_clients_.end(), clients->begin(), clients->end());
    }
  } else {
    SendAwareness(news.update, knows, out);
  }
  if (options_.report_awareness) out->awareness.push_back({from, std::move(news)});
}

void Room::SendAwareness(const std::string& update, MemberId knows, RoomOutput* out) {
  Broadcast(
      [&update](std::string_view address) {
        return WriteAwareness(address, codec::AsBytes(update));
      },
      UnlessSignOfLifeIsDue(knows), out);
}

void Room::Broadcast(const std::function<std::string(std::string_view address)>& write,
                     MemberId knows, RoomOutput* out) const {
  MessagePtr plain;  // nearly all members use the document's name for an address
  for (const auto& [id, member] : members_) {
    if (id == knows) continue;
    if (member.address != document_) {
      out->sends.push_back({id, MakeMessage(write(member.address))});
      continue;
    }
    if (plain == nullptr) plain = MakeMessage(write(document_));
    out->sends.push_back({id, plain});
  }
}

MemberId Room::UnlessSignOfLifeIsDue(MemberId knows) {
  const auto member = members_.find(knows);
  if (member == members_.end() || now_ms_ - member->second.sent_back_ms < kSignOfLifeMs) {
    return knows;
  }
  member->second.sent_back_ms = now_ms_;
  return kNobody;
}

void Room::Log(LogLevel level, MemberId id, std::string_view what) const {
  options_.log(level, absl::StrCat("document \"", absl::CEscape(document_), "\", connection ", id,
                                   ": ", std::string(what)));
}

}  // namespace ypp::transport
