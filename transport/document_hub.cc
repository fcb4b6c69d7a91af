#include "transport/document_hub.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ypp::transport {
namespace {

// What a row of the log costs beside its bytes: the store's own fields, and the work of applying
// one more update.
constexpr size_t kLogRowOverheadBytes = 64;

}  // namespace

DocumentHub::DocumentHub(Store* store, HubOptions options)
    : store_(store), options_(std::move(options)), alive_(std::make_shared<bool>(true)) {}

DocumentHub::~DocumentHub() = default;

template <typename Result, typename Function>
std::function<void(Result)> DocumentHub::Completion(Function function) {
  ++operations_begun_;
  return [this, alive = std::weak_ptr<bool>(alive_),
          function = std::move(function)](Result result) mutable {
    if (alive.expired()) return;
    function(std::move(result));
    OperationEnded();
  };
}

void DocumentHub::OperationEnded() {
  ++operations_ended_;
  while (!flushes_.empty() && flushes_.begin()->first <= operations_ended_) {
    const auto done = std::move(flushes_.begin()->second);
    flushes_.erase(flushes_.begin());
    done();
  }
}

void DocumentHub::Flush(std::function<void()> done) {
  if (operations_ended_ == operations_begun_) {
    done();
  } else {
    flushes_.emplace(operations_begun_, std::move(done));
  }
}

void DocumentHub::Join(JoinRequest request) {
  HostedPtr& slot = documents_[request.document];
  if (slot != nullptr) {
    const HostedPtr hosted = slot;
    hosted->waiting.push_back(std::move(request));
    if (hosted->state == State::kLive) AdmitWaiting(hosted);
    return;
  }
  slot = std::make_shared<Hosted>(request.document, options_.room);
  const HostedPtr hosted = slot;
  hosted->waiting.push_back(std::move(request));
  store_->Load(hosted->name, Completion<absl::StatusOr<StoredDocument>>(
                                 [this, hosted](absl::StatusOr<StoredDocument> loaded) {
                                   OnLoaded(hosted, std::move(loaded));
                                 }));
}

void DocumentHub::OnLoaded(const HostedPtr& hosted, absl::StatusOr<StoredDocument> loaded) {
  absl::Status status = loaded.status();
  if (status.ok()) status = hosted->room.Load(loaded->updates);
  if (!status.ok()) {
    Log(LogLevel::kError, hosted->name,
        absl::StrCat("cannot be loaded, left as it is in storage: ", status.message()));
    Forget(hosted);
    for (JoinRequest& request : hosted->waiting) {
      if (!request.member.expired()) request.done(status);
    }
    hosted->waiting.clear();
    return;
  }
  hosted->position = loaded->position;
  hosted->snapshot_bytes = loaded->snapshot_bytes;
  hosted->log_bytes = loaded->log_bytes + loaded->log_updates * kLogRowOverheadBytes;
  hosted->state = State::kLive;
  Log(LogLevel::kDebug, hosted->name, "loaded");
  AdmitWaiting(hosted);
}

void DocumentHub::AdmitWaiting(const HostedPtr& hosted) {
  // One by one, since each may already act while it is let in.
  while (hosted->state == State::kLive && !hosted->waiting.empty()) {
    const JoinRequest request = std::move(hosted->waiting.front());
    hosted->waiting.pop_front();
    if (request.member.expired()) continue;
    const MemberId id = ++last_member_;
    hosted->members[id] = request.member;
    homes_[id] = hosted;
    Dispatch(hosted, hosted->room.Join(id, request.address, request.read_only));
    request.done(id);
  }
  MaybeUnload(hosted);
}

DocumentHub::HostedPtr DocumentHub::Find(MemberId id) const {
  const auto home = homes_.find(id);
  return home == homes_.end() ? nullptr : home->second.lock();
}

void DocumentHub::Handle(MemberId id, MessageType type, codec::Bytes body, int64_t now_ms) {
  const HostedPtr hosted = Find(id);
  if (hosted != nullptr) Dispatch(hosted, hosted->room.Handle(id, type, body, now_ms));
}

void DocumentHub::Leave(MemberId id) {
  const HostedPtr hosted = Find(id);
  if (hosted == nullptr) return;
  homes_.erase(id);
  hosted->members.erase(id);
  Dispatch(hosted, hosted->room.Leave(id));
}

void DocumentHub::Close(MemberId id, std::string_view reason) {
  const HostedPtr hosted = Find(id);
  if (hosted != nullptr) Dispatch(hosted, hosted->room.Close(id, reason));
}

void DocumentHub::SetReadOnly(MemberId id, bool read_only) {
  const HostedPtr hosted = Find(id);
  if (hosted != nullptr) hosted->room.SetReadOnly(id, read_only);
}

void DocumentHub::Tick(int64_t now_ms) {
  std::vector<HostedPtr> live;
  live.reserve(documents_.size());
  for (const auto& [name, hosted] : documents_) {
    if (hosted->state == State::kLive) live.push_back(hosted);
  }
  for (const HostedPtr& hosted : live) Dispatch(hosted, hosted->room.Tick(now_ms));
}

void DocumentHub::BroadcastStateless(std::string_view document, std::string_view payload) {
  const auto it = documents_.find(std::string(document));
  if (it == documents_.end()) return;
  const HostedPtr hosted = it->second;
  Dispatch(hosted, hosted->room.BroadcastStateless(payload));
}

void DocumentHub::Dispatch(const HostedPtr& hosted, RoomOutput output) {
  if (output.empty() && hosted->room.member_count() > 0) return;
  for (std::string& update : output.appends) Append(hosted, std::move(update));
  for (const RoomOutput::Send& send : output.sends) {
    const auto member = hosted->members.find(send.to);
    if (member == hosted->members.end()) continue;
    if (const auto alive = member->second.lock()) alive->Send(send.to, send.message);
  }
  for (const MemberId id : output.removed) {
    const auto member = hosted->members.find(id);
    if (member == hosted->members.end()) continue;
    const std::shared_ptr<HubMember> alive = member->second.lock();
    hosted->members.erase(member);
    homes_.erase(id);
    if (alive != nullptr) alive->OnRemoved(id);
  }
  MaybeCompact(hosted);
  MaybeUnload(hosted);
}

void DocumentHub::Append(const HostedPtr& hosted, std::string update) {
  hosted->log_bytes += update.size() + kLogRowOverheadBytes;
  hosted->position =
      store_->Append(hosted->name, std::move(update),
                     Completion<absl::Status>([this, hosted](const absl::Status& status) {
                       OnAppended(hosted, status);
                     }));
}

void DocumentHub::OnAppended(const HostedPtr& hosted, const absl::Status& status) {
  if (hosted->failed) return;
  if (!status.ok()) {
    Fail(hosted, status);
    return;
  }
  Dispatch(hosted, hosted->room.OnDurable(1));
}

void DocumentHub::MaybeCompact(const HostedPtr& hosted) {
  if (hosted->compacting || hosted->failed || hosted->state == State::kLoading) return;
  const size_t allowed = std::max(options_.compact_log_bytes, hosted->snapshot_bytes / 2);
  if (hosted->log_bytes <= allowed) return;
  hosted->compacting = true;
  const size_t replaced_bytes = std::exchange(hosted->log_bytes, 0);
  std::string state = hosted->room.EncodeState();
  hosted->snapshot_bytes = state.size();
  store_->Compact(hosted->name, std::move(state), hosted->position,
                  Completion<absl::Status>([this, hosted, replaced_bytes](absl::Status status) {
                    hosted->compacting = false;
                    if (!status.ok()) {
                      hosted->log_bytes += replaced_bytes;
                      Log(LogLevel::kError, hosted->name,
                          absl::StrCat("cannot be compacted: ", status.message()));
                    }
                    MaybeUnload(hosted);
                  }));
}

void DocumentHub::MaybeUnload(const HostedPtr& hosted) {
  if (hosted->failed || hosted->state == State::kLoading) return;
  if (hosted->room.member_count() > 0) return;
  if (hosted->state == State::kLive && hosted->waiting.empty()) hosted->state = State::kUnloading;
  if (hosted->state != State::kUnloading) return;
  if (hosted->room.appends_in_flight() > 0 || hosted->compacting) return;
  if (hosted->waiting.empty()) {
    Log(LogLevel::kDebug, hosted->name, "unloaded");
    Forget(hosted);
  } else {
    hosted->state = State::kLive;
    AdmitWaiting(hosted);
  }
}

void DocumentHub::Fail(const HostedPtr& hosted, const absl::Status& why) {
  Log(LogLevel::kError, hosted->name,
      absl::StrCat("could not be stored, closing its connections: ", why.message()));
  Forget(hosted);
  hosted->failed = true;
  for (const MemberId id : hosted->room.members()) {
    Dispatch(hosted, hosted->room.Close(id, kCloseReasonStorage));
  }
  for (JoinRequest& request : hosted->waiting) {
    if (!request.member.expired()) request.done(why);
  }
  hosted->waiting.clear();
}

void DocumentHub::Forget(const HostedPtr& hosted) {
  const auto it = documents_.find(hosted->name);
  if (it != documents_.end() && it->second == hosted) documents_.erase(it);
}

void DocumentHub::Log(LogLevel level, const std::string& document, std::string_view what) const {
  options_.room.log(
      level, absl::StrCat("document \"", absl::CEscape(document), "\": ", std::string(what)));
}

}  // namespace ypp::transport
