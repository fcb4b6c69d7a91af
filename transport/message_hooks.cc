#include "transport/message_hooks.h"

#include <string>
#include <utility>
#include <vector>

#include "codec/awareness_message.h"
#include "codec/byte_writer.h"
#include "codec/sync_message.h"

namespace ypp::transport {
namespace {

using codec::AsBytes;
using codec::AsText;

class MessageWay : public std::enable_shared_from_this<MessageWay> {
 public:
  MessageWay(std::weak_ptr<MessageSender> sender, codec::Bytes message)
      : sender_(std::move(sender)), message_(AsText(message)) {}

  void Begin(MessageSender& sender);

 private:
  void BeforeKind(MessageSender& sender);
  void BeforeSync(MessageSender& sender, const Frame& frame);
  void BeforeAwareness(MessageSender& sender, const Frame& frame);
  void HandleAndGoOn(MessageSender& sender, MessageType type, codec::Bytes body);

  // What all payloads of these hooks begin with.
  template <typename Payload>
  static std::shared_ptr<Payload> PayloadOf(MessageSender& sender) {
    auto payload = std::make_shared<Payload>();
    payload->document = sender.document();
    payload->connection = sender.AsConnection();
    return payload;
  }
  // `next` when the hooks have nothing against it.
  template <typename Next>
  HookDone Then(Next next) {
    return [self = shared_from_this(), next = std::move(next)](const absl::Status& status) {
      const std::shared_ptr<MessageSender> sender = self->sender_.lock();
      if (sender == nullptr || !sender->waits_for_hooks()) return;
      if (!status.ok() && !IsSkipFurtherHooks(status)) return sender->OnMessageRefused(status);
      next(*self, *sender);
    };
  }

  const std::weak_ptr<MessageSender> sender_;
  std::string message_;
};

void MessageWay::Begin(MessageSender& sender) {
  auto payload = PayloadOf<MessagePayload>(sender);
  payload->message = message_;
  sender.hooks().before_handle_message.Run(sender.hooks().executor, payload,
                                           Then([payload](MessageWay& way, MessageSender& sender) {
                                             way.message_ = std::move(payload->message);
                                             way.BeforeKind(sender);
                                           }));
}

void MessageWay::BeforeKind(MessageSender& sender) {
  const Frame frame = ReadFrame(AsBytes(message_));
  if (frame.type == MessageType::kSync && !sender.hooks().before_sync.empty()) {
    BeforeSync(sender, frame);
  } else if (frame.type == MessageType::kAwareness &&
             !sender.hooks().before_handle_awareness.empty()) {
    BeforeAwareness(sender, frame);
  } else {
    HandleAndGoOn(sender, frame.type, frame.body);
  }
}

void MessageWay::BeforeSync(MessageSender& sender, const Frame& frame) {
  codec::ByteReader in(frame.body);
  const codec::SyncMessage sync = codec::ReadSyncMessage(in);
  // The room refuses it.
  if (!in.ok()) return HandleAndGoOn(sender, frame.type, frame.body);
  auto payload = PayloadOf<SyncPayload>(sender);
  payload->type = sync.type;
  payload->payload = std::string(AsText(sync.payload));
  sender.hooks().before_sync.Run(sender.hooks().executor, payload,
                                 Then([frame](MessageWay& way, MessageSender& sender) {
                                   way.HandleAndGoOn(sender, frame.type, frame.body);
                                 }));
}

void MessageWay::BeforeAwareness(MessageSender& sender, const Frame& frame) {
  codec::ByteReader in(frame.body);
  codec::ByteReader update(ReadAwareness(in));
  const std::vector<codec::AwarenessEntry> entries = codec::ReadAwarenessUpdate(update);
  if (!in.ok() || !update.ok()) return HandleAndGoOn(sender, frame.type, frame.body);
  auto payload = PayloadOf<HandleAwarenessPayload>(sender);
  for (const codec::AwarenessEntry& entry : entries) {
    payload->states.push_back({entry.client, entry.clock, std::string(entry.state)});
  }
  sender.hooks().before_handle_awareness.Run(
      sender.hooks().executor, payload, Then([payload](MessageWay& way, MessageSender& sender) {
        std::vector<codec::AwarenessEntry> entries;
        for (const AwarenessState& state : payload->states) {
          entries.push_back({state.client, state.clock, state.state});
        }
        codec::ByteWriter out;
        codec::WriteAwarenessUpdate(out, entries);
        codec::ByteWriter body;
        body.WriteVarBytes(AsBytes(out.Take()));
        const std::string bytes = body.Take();
        way.HandleAndGoOn(sender, MessageType::kAwareness, AsBytes(bytes));
      }));
}

void MessageWay::HandleAndGoOn(MessageSender& sender, MessageType type, codec::Bytes body) {
  sender.HandleInRoom(type, body);
  if (!sender.waits_for_hooks()) return;  // the room has ended it
  if (sender.hooks().after_handle_message.empty()) return sender.OnMessageThrough();
  auto payload = PayloadOf<MessagePayload>(sender);
  payload->message = message_;
  sender.hooks().after_handle_message.Run(
      sender.hooks().executor, payload,
      Then([](MessageWay&, MessageSender& sender) { sender.OnMessageThrough(); }));
}

}  // namespace

void TakeThroughHooks(const std::shared_ptr<MessageSender>& sender, codec::Bytes message) {
  std::make_shared<MessageWay>(sender, message)->Begin(*sender);
}

}  // namespace ypp::transport
