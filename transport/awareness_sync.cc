#include "transport/awareness_sync.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "codec/awareness_message.h"
#include "codec/byte_writer.h"
#include "codec/json.h"
#include "transport/client_connection.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

// Yjs looks after stale states every tenth of their lifetime.
constexpr int64_t kTickMs = kAwarenessTimeoutMs / 10;

}  // namespace

void AwarenessSync::Open(Origin origin, std::function<void(const AwarenessChange&)> changed) {
  origin_ = std::move(origin);
  if (awareness_ == nullptr) return;
  tick_at_ms_ = host_->NowMs() + kTickMs;
  on_update_ = awareness_->OnUpdate([this](const AwarenessChange& change, const Origin& origin) {
    OnLocalUpdate(change, origin);
  });
  on_change_ =
      awareness_->OnChange([changed = std::move(changed)](const AwarenessChange& change,
                                                          const Origin&) { changed(change); });
}

void AwarenessSync::Close() {
  on_update_.Cancel();
  on_change_.Cancel();
}

void AwarenessSync::Greet() {
  if (awareness_ == nullptr || !awareness_->local_state()) return;
  // The server told the others that this client is gone, with the clock it knew. Only a larger one
  // brings it back.
  if (greeted_before_) (void)awareness_->SetLocalState(awareness_->local_state(), host_->NowMs());
  greeted_before_ = true;
  SendLocal();
}

void AwarenessSync::OnAuthenticated() {
  connected_ = true;
  if (awareness_ != nullptr && raised()) SendLocal();
}

void AwarenessSync::OnDisconnected() {
  connected_ = false;
  if (awareness_ == nullptr) return;
  std::vector<ClientId> remote;
  for (const auto& [client, json] : awareness_->states()) {
    if (client != awareness_->client()) remote.push_back(client);
  }
  if (!remote.empty()) awareness_->Remove(remote, origin_, host_->NowMs());
}

absl::Status AwarenessSync::HandleUpdate(codec::Bytes update) {
  if (awareness_ == nullptr) return absl::OkStatus();
  absl::Status status = awareness_->ApplyUpdate(update, origin_, host_->NowMs());
  // The server may hold an earlier connection of this client for dead and say so; then the clock
  // has risen.
  if (connected_ && awareness_->local_state() && raised()) SendLocal();
  return status;
}

void AwarenessSync::AnswerQuery() {
  if (awareness_ == nullptr || host_->congested()) return;
  host_->Send(WriteAwareness(*address_, codec::AsBytes(awareness_->EncodeUpdate())));
}

void AwarenessSync::OnLocalUpdate(const AwarenessChange& change, const Origin& origin) {
  if (!connected_ || origin.tag == origin_.tag) return;
  const ClientId local = awareness_->client();
  for (const std::vector<ClientId>* clients : {&change.added, &change.updated, &change.removed}) {
    if (std::find(clients->begin(), clients->end(), local) != clients->end()) return SendLocal();
  }
}

// What is shown now is of no use later; the renewal repeats it.
void AwarenessSync::SendLocal() {
  if (host_->congested()) return;
  const ClientId local = awareness_->client();
  announced_clock_ = awareness_->clock(local);
  host_->Send(WriteAwareness(*address_, codec::AsBytes(awareness_->EncodeUpdate({local}))));
}

bool AwarenessSync::raised() const {
  return awareness_->clock(awareness_->client()) > announced_clock_;
}

void AwarenessSync::SayGoodbye() {
  if (!connected_ || awareness_ == nullptr || !awareness_->local_state()) return;
  // With the unchanged clock, as a server says it of a lost connection; the local state stays for
  // the next connection.
  codec::ByteWriter update;
  const ClientId local = awareness_->client();
  codec::WriteAwarenessUpdate(update, {{local, awareness_->clock(local), "null"}});
  host_->Send(WriteAwareness(*address_, codec::AsBytes(update.bytes())));
}

absl::Status AwarenessSync::SetState(std::optional<std::string> json) {
  if (awareness_ == nullptr) return absl::OkStatus();
  return awareness_->SetLocalState(std::move(json), host_->NowMs());
}

absl::Status AwarenessSync::SetField(const std::string& field, const std::string& json) {
  if (awareness_ == nullptr) return absl::OkStatus();
  absl::StatusOr<Any> value = codec::ParseJson(json);
  if (!value.ok()) return value.status();
  const absl::StatusOr<Any> state = codec::ParseJson(awareness_->local_state().value_or("{}"));
  if (!state.ok()) return state.status();
  if (state->if_object() == nullptr)
    return absl::InvalidArgumentError("the awareness state is no object");
  Any::Object fields = *state->if_object();
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [&](const auto& member) { return member.first == field; });
  if (at != fields.end()) {
    at->second = *std::move(value);
  } else {
    fields.emplace_back(field, *std::move(value));
  }
  return awareness_->SetLocalState(codec::ToJson(Any(std::move(fields))), host_->NowMs());
}

void AwarenessSync::Tick() {
  if (awareness_ == nullptr) return;
  const int64_t now_ms = host_->NowMs();
  if (now_ms < tick_at_ms_) return;
  tick_at_ms_ = now_ms + kTickMs;
  awareness_->Tick(now_ms);
}

int64_t AwarenessSync::next_deadline_ms() const {
  return awareness_ != nullptr ? tick_at_ms_ : kNever;
}

}  // namespace ypp::transport
