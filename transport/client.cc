#include "transport/client.h"

#include <condition_variable>
#include <mutex>
#include <random>
#include <utility>

#include "codec/check.h"
#include "transport/client_core.h"
#include "transport/client_loop.h"
#include "transport/websocket_client.h"

namespace ypp {
namespace transport {
namespace {

uint64_t RandomSeed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

// Tells the waiting thread that the task was run, or dropped.
class Waiter {
 public:
  // Notifies under the lock: the waiter is gone as soon as the waiting thread can have it.
  void Finish() {
    std::lock_guard<std::mutex> lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return finished_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
};

}  // namespace

// The thread and what runs on it. Held by the Client and its Providers; works until the Client ends
// it.
class ClientRuntime {
 public:
  explicit ClientRuntime(std::shared_ptr<ClientLoop> loop) : loop_(std::move(loop)) {}

  // Before the first Run.
  void Begin(const ClientOptions& options, ClientEvents events, OpenSocket open_socket) {
    ClientCore::Environment environment;
    environment.open_socket = std::move(open_socket);
    environment.now_ms = &ClientLoop::NowMs;
    environment.post = [loop = loop_](std::function<void()> task) { loop->Post(std::move(task)); };
    environment.wake_at = [this](int64_t at_ms) {
      loop_->WakeAt(at_ms, [this] { core_->Tick(); });
    };
    environment.seed = RandomSeed();
    core_ = std::make_unique<ClientCore>(options, std::move(events), std::move(environment));
  }

  void End() {
    YPP_CHECK(!loop_->OnThread());
    Run([this] { core_->Shutdown(); });
    loop_->Stop();
    core_.reset();
  }

  // Does not call `task` once the runtime has ended.
  void Run(const std::function<void()>& task) {
    if (loop_->OnThread()) return task();
    Waiter waiter;
    // Destroyed with the posted task, whether that was run or dropped.
    std::shared_ptr<void> finish(nullptr, [&waiter](void*) { waiter.Finish(); });
    Post([&task, finish = std::move(finish)] { task(); });
    waiter.Wait();
  }
  void Post(std::function<void()> task) { loop_->Post(std::move(task)); }

  bool OnThread() const { return loop_->OnThread(); }
  ClientCore& core() { return *core_; }

 private:
  const std::shared_ptr<ClientLoop> loop_;
  std::unique_ptr<ClientCore> core_;
};

}  // namespace transport

using transport::ClientRuntime;
using transport::ClientSession;
using transport::SessionState;

Provider::Provider(std::shared_ptr<ClientRuntime> runtime, std::shared_ptr<ClientSession> session)
    : runtime_(std::move(runtime)), session_(std::move(session)) {}

Provider::~Provider() {
  runtime_->Run([this] { runtime_->core().Detach(*session_); });
}

bool Provider::synced() const { return session_->state().Get().synced; }
bool Provider::authenticated() const { return session_->state().Get().authenticated; }
std::string Provider::scope() const { return session_->state().Get().scope; }
int Provider::unsynced_changes() const { return session_->state().Get().unsynced_changes; }
UnsyncedState Provider::unsynced() const {
  const SessionState state = session_->state().Get();
  UnsyncedState unsynced;
  unsynced.size_bytes = state.unsynced_bytes;
  if (state.unsynced_since_ms != 0) unsynced.age_ms = Client::NowMs() - state.unsynced_since_ms;
  return unsynced;
}
Origin Provider::origin() const { return session_->origin(); }

absl::Status Provider::WaitForSync(int64_t timeout_ms) {
  return WaitFor(timeout_ms, [](const SessionState& state) { return state.synced; });
}

absl::Status Provider::Flush(int64_t timeout_ms) {
  return WaitFor(timeout_ms, [](const SessionState& state) {
    return state.synced && state.unsynced_changes == 0;
  });
}

absl::Status Provider::WaitFor(int64_t timeout_ms,
                               const std::function<bool(const SessionState&)>& reached) {
  if (runtime_->OnThread())
    return absl::FailedPreconditionError("waiting on the client's thread would wait for itself");
  SessionState last;
  const bool in_time = session_->state().WaitUntil(timeout_ms, [&](const SessionState& state) {
    last = state;
    return state.denied || state.detached || reached(state);
  });
  if (last.detached) return absl::CancelledError("the client is gone");
  if (last.denied) return absl::PermissionDeniedError(last.denied_reason);
  if (in_time) return absl::OkStatus();
  return absl::DeadlineExceededError(last.authenticated ? "the server has not acknowledged yet"
                                                        : "the server could not be reached");
}

void Provider::Authenticate() {
  runtime_->Run([this] { session_->Authenticate(); });
}

void Provider::SendToken() {
  runtime_->Run([this] { session_->SendToken(); });
}

void Provider::ForceSync() {
  runtime_->Run([this] { session_->ForceSync(); });
}

void Provider::SetPaused(bool paused) {
  runtime_->Run([this, paused] { session_->SetPaused(paused); });
}

bool Provider::SendStateless(std::string_view payload) {
  bool sent = false;
  runtime_->Run([&] { sent = session_->SendStateless(payload); });
  return sent;
}

absl::Status Provider::SetAwarenessState(std::optional<std::string> json) {
  absl::Status status;
  runtime_->Run([&] { status = session_->SetAwarenessState(std::move(json)); });
  return status;
}

absl::Status Provider::SetAwarenessField(const std::string& field, const std::string& json) {
  absl::Status status;
  runtime_->Run([&] { status = session_->SetAwarenessField(field, json); });
  return status;
}

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options, ClientEvents events) {
  while (!options.url.empty() && options.url.back() == '/') options.url.pop_back();
  transport::WebSocketClientOptions socket_options;
  socket_options.url = options.url;
  socket_options.ca_file = options.ca_file;
  socket_options.headers = options.headers;
  socket_options.max_message_bytes = options.max_message_bytes;
  auto loop = std::make_shared<transport::ClientLoop>();
  absl::StatusOr<transport::OpenSocket> open_socket =
      transport::WebSocketOpener(loop->io(), socket_options);
  if (!open_socket.ok()) return open_socket.status();
  auto runtime = std::make_shared<ClientRuntime>(std::move(loop));
  runtime->Begin(options, std::move(events), *std::move(open_socket));
  return std::unique_ptr<Client>(new Client(std::move(runtime)));
}

Client::Client(std::shared_ptr<ClientRuntime> runtime) : runtime_(std::move(runtime)) {}

Client::~Client() { runtime_->End(); }

absl::StatusOr<std::unique_ptr<Provider>> Client::Attach(Doc& doc, Awareness* awareness,
                                                         ProviderOptions options,
                                                         ProviderEvents events) {
  absl::StatusOr<std::shared_ptr<ClientSession>> session;
  runtime_->Run([&] {
    session = runtime_->core().Attach(doc, awareness, std::move(options), std::move(events));
  });
  if (!session.ok()) return session.status();
  return std::unique_ptr<Provider>(new Provider(runtime_, *std::move(session)));
}

void Client::Connect() {
  runtime_->Run([this] { runtime_->core().Connect(); });
}

void Client::Disconnect() {
  runtime_->Run([this] { runtime_->core().Disconnect(); });
}

ConnectionStatus Client::status() const { return runtime_->core().status(); }

void Client::Run(const std::function<void()>& fn) { runtime_->Run(fn); }
void Client::Post(std::function<void()> fn) { runtime_->Post(std::move(fn)); }
int64_t Client::NowMs() { return transport::ClientLoop::NowMs(); }

}  // namespace ypp
