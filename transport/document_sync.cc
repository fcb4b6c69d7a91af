#include "transport/document_sync.h"

#include <algorithm>
#include <utility>

#include "codec/state_vector.h"
#include "codec/sync_message.h"
#include "codec/update_algebra.h"
#include "transport/client_connection.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

// How soon a full send buffer is looked at again.
constexpr int64_t kCongestedPollMs = 200;

}  // namespace

void DocumentSync::Open(Origin origin) {
  origin_ = std::move(origin);
  on_update_ = doc_->OnUpdate([this](const UpdateEvent& event) { OnLocalUpdate(event); });
}

void DocumentSync::Greet() {
  outstanding_ = 0;
  round_open_ = false;
  BeginRound();
}

void DocumentSync::OnAuthenticated() {
  established_ = true;
  force_at_ms_ = host_->NowMs() + options_.force_interval_ms;
}

void DocumentSync::OnDisconnected() {
  established_ = false;
  live_ = false;
  round_open_ = false;
  resync_wanted_ = false;
  if (!waiting_edits_.empty()) ++unsent_;
  waiting_edits_.clear();
  edits_.OnLost();
}

void DocumentSync::BeginRound() {
  // What waits to be sent is in the answer to the server's SyncStep1.
  waiting_edits_.clear();
  // Earlier acknowledgements are still to come, and one for this round.
  if (!round_open_) ++outstanding_;
  refused_ = 0;
  unsent_ = 0;
  live_ = false;
  round_open_ = true;
  resync_wanted_ = false;
  if (!paused_) {
    host_->Send(WriteSync(*address_, codec::SyncType::kStep1,
                          codec::AsBytes(doc_->GetStateVector().Encode())));
  }
  listener_->OnProgress();
}

absl::Status DocumentSync::HandleMessage(codec::ByteReader& body) {
  if (paused_) return absl::OkStatus();
  const codec::SyncMessage message = codec::ReadSyncMessage(body);
  if (!body.ok()) return body.status();
  if (message.type == codec::SyncType::kStep1) return AnswerStateVector(message.payload);
  return ApplyRemote(message.payload, message.type == codec::SyncType::kStep2);
}

absl::Status DocumentSync::AnswerStateVector(codec::Bytes payload) {
  const absl::StatusOr<StateVector> known = StateVector::Decode(payload);
  if (!known.ok()) return known.status();
  if (host_->congested()) {
    HoldBack();
    return absl::OkStatus();
  }
  constexpr size_t kEmptyUpdateBytes = 2;
  const std::string lacking = doc_->EncodeUpdate(*known);
  host_->Send(WriteSync(*address_, codec::SyncType::kStep2, codec::AsBytes(lacking)));
  waiting_edits_.clear();
  edits_.OnSent(lacking.size() > kEmptyUpdateBytes ? lacking.size() : 0, host_->NowMs());
  // The answer is acknowledged, and the round counts it already; a SyncStep1 that nobody asked for
  // is one more.
  if (!std::exchange(round_open_, false)) ++outstanding_;
  live_ = true;
  resync_wanted_ = false;
  unsent_ = 0;
  listener_->OnProgress();
  return absl::OkStatus();
}

absl::Status DocumentSync::ApplyRemote(codec::Bytes update, bool completes_sync) {
  const size_t waiting_bytes = doc_->GetPending().size_bytes;
  absl::Status status = doc_->ApplyUpdate(update, origin_);
  if (!status.ok() || !established_) return status;
  if (completes_sync) listener_->OnSynced();
  // What had come from elsewhere and waited for this is now in the document as if it were the
  // server's, which may not have it.
  if (doc_->GetPending().size_bytes < waiting_bytes) BeginRound();
  return absl::OkStatus();
}

void DocumentSync::HandleStatus(bool applied) {
  // Before anything of this round was sent it can only be about something older, to a connection of
  // the same name that has ended.
  const int not_sent_yet = round_open_ ? 1 : 0;
  if (outstanding_ <= not_sent_yet) return;
  --outstanding_;
  edits_.OnAcknowledged(applied);
  if (!applied) {
    ++refused_;
    listener_->OnRefused();
  }
  listener_->OnProgress();
}

void DocumentSync::OnLocalUpdate(const UpdateEvent& event) {
  if (event.origin.tag == origin_.tag) return;
  const int64_t now_ms = host_->NowMs();
  if (live_ && host_->congested()) HoldBack();
  if (live_ && options_.flush_delay_ms > 0) {
    if (waiting_edits_.empty()) flush_at_ms_ = now_ms + options_.flush_delay_ms;
    waiting_edits_.emplace_back(event.update);
    edits_.OnUnsent(event.update.size(), now_ms);
    host_->Reschedule();
  } else if (live_) {
    host_->Send(WriteSync(*address_, codec::SyncType::kUpdate, codec::AsBytes(event.update)));
    ++outstanding_;
    edits_.OnSent(event.update.size(), now_ms);
  } else {
    if (!round_open_) ++unsent_;
    edits_.OnUnsent(event.update.size(), now_ms);
  }
  listener_->OnProgress();
}

void DocumentSync::Flush() {
  if (waiting_edits_.empty()) return;
  const std::vector<std::string> edits = std::exchange(waiting_edits_, {});
  std::vector<codec::Bytes> parts;
  for (const std::string& edit : edits) parts.push_back(codec::AsBytes(edit));
  const absl::StatusOr<std::string> merged = MergeUpdates(parts, UpdateFormat::kV1);
  if (!merged.ok()) return BeginRound();  // an exchange of states carries them as well
  host_->Send(WriteSync(*address_, codec::SyncType::kUpdate, codec::AsBytes(*merged)));
  ++outstanding_;
  edits_.OnSent(merged->size(), host_->NowMs());
  listener_->OnProgress();
}

void DocumentSync::HoldBack() {
  live_ = false;
  resync_wanted_ = true;
  host_->Reschedule();
}

void DocumentSync::ForceSync() {
  if (established_) BeginRound();
}

void DocumentSync::SetPaused(bool paused) {
  if (paused_ == paused) return;
  if (paused) Flush();  // what was written before the pause is on its way
  paused_ = paused;
  live_ = false;
  resync_wanted_ = false;
  if (!paused) ForceSync();
}

void DocumentSync::Tick() {
  const int64_t now_ms = host_->NowMs();
  if (now_ms >= flush_at_ms_) Flush();
  if (options_.force_interval_ms > 0 && established_ && now_ms >= force_at_ms_) {
    force_at_ms_ = now_ms + options_.force_interval_ms;
    BeginRound();
  }
  if (resync_wanted_ && host_->buffered_bytes() <= host_->max_send_buffer_bytes() / 2) BeginRound();
}

int64_t DocumentSync::next_deadline_ms() const {
  int64_t at_ms = kNever;
  if (resync_wanted_) at_ms = std::min(at_ms, host_->NowMs() + kCongestedPollMs);
  if (!waiting_edits_.empty()) at_ms = std::min(at_ms, flush_at_ms_);
  if (options_.force_interval_ms > 0 && established_) at_ms = std::min(at_ms, force_at_ms_);
  return at_ms;
}

}  // namespace ypp::transport
