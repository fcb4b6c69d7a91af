// The way of one message through the hooks that look at messages: BeforeHandleMessage, then
// BeforeSync or BeforeHandleAwareness for messages of these kinds, then the room, then
// AfterHandleMessage. Each may answer later, and an error of one ends the way.
//
// Thread rule: the relay's thread.
#ifndef YPP_TRANSPORT_MESSAGE_HOOKS_H_
#define YPP_TRANSPORT_MESSAGE_HOOKS_H_

#include <memory>

#include "absl/status/status.h"
#include "codec/byte_reader.h"
#include "transport/frame.h"
#include "transport/hook_chain.h"
#include "transport/relay_document.h"

namespace ypp::transport {

// The document connection that a message came by, as its way sees it.
class MessageSender {
 public:
  virtual ~MessageSender() = default;
  virtual const HookChains& hooks() const = 0;
  virtual RelayDocumentPtr document() const = 0;
  virtual RelayConnectionPtr AsConnection() = 0;
  // False: the connection has ended meanwhile, and so has the way.
  virtual bool waits_for_hooks() const = 0;
  virtual void HandleInRoom(MessageType type, codec::Bytes body) = 0;
  // The way's end, one of them.
  virtual void OnMessageThrough() = 0;
  virtual void OnMessageRefused(const absl::Status& why) = 0;
};

// REQUIRES: the sender waits for hooks.
void TakeThroughHooks(const std::shared_ptr<MessageSender>& sender, codec::Bytes message);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_MESSAGE_HOOKS_H_
