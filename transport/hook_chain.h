// The hooks of one kind of all extensions, run one after another.
//
// Thread rule: the relay's thread. Only the `done` of a hook may come from elsewhere.
#ifndef YPP_TRANSPORT_HOOK_CHAIN_H_
#define YPP_TRANSPORT_HOOK_CHAIN_H_

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "transport/executor.h"
#include "transport/hooks.h"

namespace ypp::transport {

// The answer of one hook: brought to the relay's thread, the first one only. None counts as an
// error.
class HookAnswer {
 public:
  HookAnswer(const Executor& executor, HookDone then)
      : executor_(executor), then_(std::move(then)) {}
  ~HookAnswer() { Give(absl::InternalError("a hook ended without an answer")); }
  HookAnswer(const HookAnswer&) = delete;
  HookAnswer& operator=(const HookAnswer&) = delete;

  void Give(absl::Status status);

 private:
  Executor executor_;
  HookDone then_;
  std::atomic<bool> given_{false};
};

template <typename Payload>
class HookChain {
 public:
  void Add(Hook<Payload> hook) {
    if (hook) hooks_->push_back(std::move(hook));
  }
  bool empty() const { return hooks_->empty(); }

  // `done` gets OK, or the error or SkipFurtherHooks() that ended the chain. It runs inside Run
  // when all hooks answer inside their call.
  void Run(const Executor& executor, std::shared_ptr<Payload> payload, HookDone done) const {
    Step(hooks_, 0, executor, std::move(payload), std::move(done));
  }

 private:
  using List = std::shared_ptr<std::vector<Hook<Payload>>>;

  static void Step(const List& hooks, size_t index, const Executor& executor,
                   std::shared_ptr<Payload> payload, HookDone done) {
    if (index == hooks->size()) {
      done(absl::OkStatus());
      return;
    }
    Payload& value = *payload;
    auto then = [hooks, index, executor, payload = std::move(payload),
                 done = std::move(done)](absl::Status status) {
      if (status.ok()) {
        Step(hooks, index + 1, executor, payload, done);
      } else {
        done(std::move(status));
      }
    };
    auto answer = std::make_shared<HookAnswer>(executor, std::move(then));
    (*hooks)[index](value, [answer](absl::Status status) { answer->Give(std::move(status)); });
  }

  // Shared with chains under way.
  List hooks_ = std::make_shared<std::vector<Hook<Payload>>>();
};

struct HookChains {
  Executor executor;

  HookChain<ConfigurePayload> on_configure;
  HookChain<ListenPayload> on_listen;
  HookChain<UpgradePayload> on_upgrade;
  HookChain<RequestPayload> on_request;
  HookChain<ConnectPayload> on_connect;
  HookChain<AuthenticatePayload> on_authenticate;
  HookChain<TokenSyncPayload> on_token_sync;
  HookChain<ConnectedPayload> connected;
  HookChain<CreateDocumentPayload> on_create_document;
  HookChain<LoadDocumentPayload> on_load_document;
  HookChain<AfterLoadDocumentPayload> after_load_document;
  HookChain<MessagePayload> before_handle_message;
  HookChain<MessagePayload> after_handle_message;
  HookChain<HandleAwarenessPayload> before_handle_awareness;
  HookChain<SyncPayload> before_sync;
  HookChain<ChangePayload> on_change;
  HookChain<StoreDocumentPayload> on_store_document;
  HookChain<StoreDocumentPayload> after_store_document;
  HookChain<AwarenessUpdatePayload> on_awareness_update;
  HookChain<StatelessPayload> on_stateless;
  HookChain<BroadcastStatelessPayload> before_broadcast_stateless;
  HookChain<DisconnectPayload> on_disconnect;
  HookChain<UnloadDocumentPayload> before_unload_document;
  HookChain<AfterUnloadDocumentPayload> after_unload_document;
  HookChain<DestroyPayload> on_destroy;

  std::vector<std::shared_ptr<Extension>> extensions;

  void Add(const Hooks& hooks);
  // Those of extensions by priority, then the others. Keeps the extensions.
  void Add(std::vector<std::shared_ptr<Extension>> added, const Hooks& last);

  // Something of a message's way in stands between its arrival and its room.
  bool look_at_messages() const {
    return !before_handle_message.empty() || !after_handle_message.empty() ||
           !before_sync.empty() || !before_handle_awareness.empty();
  }
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_HOOK_CHAIN_H_
