#include "bench/relay/load_client.h"

#include <utility>

#include "codec/sync_message.h"
#include "transport/frame.h"

namespace ypp::bench {
namespace {

using codec::AsBytes;
using codec::SyncType;
using transport::MessageType;

constexpr std::string_view kProviderVersion = "4.8.0";
constexpr std::string_view kEmptyStateVector("\0", 1);
constexpr std::string_view kEmptyUpdate("\0\0", 2);

}  // namespace

LoadClient::LoadClient(LoadLoop* loop, std::string document)
    : document_(std::move(document)), socket_(loop, this) {}

void LoadClient::OnOpen() {
  socket_.Send(transport::WriteToken(document_, "token", kProviderVersion));
  socket_.Send(transport::WriteSync(document_, SyncType::kStep1, AsBytes(kEmptyStateVector)));
}

void LoadClient::OnMessage(std::string_view message) {
  const transport::Frame frame = transport::ReadFrame(AsBytes(message));
  if (frame.shape == transport::FrameShape::kPing) return socket_.Send(transport::WritePong());
  codec::ByteReader body(frame.body);
  switch (frame.type) {
    case MessageType::kSync:
      OnSync(frame.body);
      break;
    case MessageType::kAwareness:
      if (events.on_awareness) events.on_awareness(transport::ReadAwareness(body));
      break;
    case MessageType::kSyncStatus:
      if (!transport::ReadSyncStatus(body)) failure_ = "the server refused an update";
      if (!std::exchange(server_has_ours_, true)) {
        if (synced() && events.on_synced) events.on_synced();
      } else if (events.on_acknowledged) {
        events.on_acknowledged();
      }
      break;
    case MessageType::kClose:
      failure_ = "the server ended the document";
      break;
    case MessageType::kAuth:
      if (transport::ReadAuth(body).type == transport::AuthType::kPermissionDenied) {
        failure_ = "the server refused the document";
      }
      break;
    default:
      break;
  }
}

void LoadClient::OnSync(codec::Bytes body) {
  codec::ByteReader in(body);
  const codec::SyncMessage sync = codec::ReadSyncMessage(in);
  switch (sync.type) {
    case SyncType::kStep1:
      socket_.Send(transport::WriteSync(document_, SyncType::kStep2, AsBytes(kEmptyUpdate)));
      break;
    case SyncType::kStep2:
      document_bytes_ = sync.payload.size();
      has_document_ = true;
      if (synced() && events.on_synced) events.on_synced();
      break;
    case SyncType::kUpdate:
      if (events.on_update) events.on_update(sync.payload);
      break;
  }
}

void LoadClient::SendUpdate(std::string_view update) {
  socket_.Send(transport::WriteSync(document_, SyncType::kUpdate, AsBytes(update)));
}

void LoadClient::SendAwareness(std::string_view update) {
  socket_.Send(transport::WriteAwareness(document_, AsBytes(update)));
}

}  // namespace ypp::bench
