#include "transport/client_core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "codec/byte_reader.h"
#include "codec/utf.h"
#include "transport/frame.h"

namespace ypp::transport {
namespace {

// How long the server's answer to a CLOSE is waited for. It answers at once unless it is busy with
// the document's earlier messages.
constexpr int64_t kLeavingMs = 5'000;
// A Hocuspocus server closes a socket that brought no protocol message for 60 s; WebSocket pings do
// not count. A client that shows no awareness may have nothing to say for longer than that.
constexpr int64_t kKeepAliveMs = 25'000;
// Long names are no use to anyone and would be part of every message.
constexpr size_t kMaxDocumentNameBytes = 4'096;

ClientConnection::Options ConnectionOptions(const ClientOptions& options) {
  ClientConnection::Options connection;
  connection.backoff = options.backoff;
  connection.message_reconnect_timeout_ms = options.message_reconnect_timeout_ms;
  return connection;
}

}  // namespace

ClientCore::ClientCore(const ClientOptions& options, ClientEvents events, Environment environment)
    : options_(options),
      events_(std::make_shared<const ClientEvents>(std::move(events))),
      environment_(std::move(environment)),
      random_(environment_.seed),
      connection_(ConnectionOptions(options), environment_.open_socket, environment_.now_ms,
                  random_(), this),
      connect_(options.connect) {}

ClientCore::~ClientCore() = default;

template <typename Callback, typename... Args>
void ClientCore::Emit(Callback ClientEvents::*callback, Args... args) {
  if (!((*events_).*callback)) return;
  environment_.post([events = events_, callback, args...] { ((*events).*callback)(args...); });
}

absl::StatusOr<std::shared_ptr<ClientSession>> ClientCore::Attach(Doc& doc, Awareness* awareness,
                                                                  ProviderOptions options,
                                                                  ProviderEvents events) {
  const std::string& name = options.document;
  if (name.empty() || name.size() > kMaxDocumentNameBytes || name.find('\0') != std::string::npos ||
      !codec::IsValidUtf8(name))
    return absl::InvalidArgumentError(absl::StrCat(
        "a document's name is 1 to ", kMaxDocumentNameBytes, " bytes of UTF-8 without NUL"));
  const std::string address = options.session_awareness ? JoinAddress(name, NewSessionId()) : name;
  if (Find(address) != nullptr)
    return absl::AlreadyExistsError(absl::StrCat("the document is attached already: ", name));
  auto session = std::make_shared<ClientSession>(static_cast<ClientSession::Host&>(*this),
                                                 environment_.post, address, std::move(options),
                                                 std::move(events), doc, awareness, random_());
  session->Open();
  sessions_.push_back(session);
  Reschedule();
  return session;
}

void ClientCore::Detach(ClientSession& session) {
  if (session.Detach()) leaving_until_ms_[session.address()] = NowMs() + kLeavingMs;
  sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(),
                                 [&](const auto& each) { return each.get() == &session; }),
                  sessions_.end());
  Reschedule();
}

void ClientCore::Connect() {
  connect_ = true;
  Reschedule();
}

void ClientCore::Disconnect() {
  connect_ = false;
  for (const std::shared_ptr<ClientSession>& session : sessions_) session->SayGoodbye();
  LeaveSocket();
}

void ClientCore::Shutdown() {
  connect_ = false;
  for (const std::shared_ptr<ClientSession>& session : std::exchange(sessions_, {}))
    session->Detach();
  LeaveSocket();
}

void ClientCore::LeaveSocket() {
  wanted_ = false;
  connection_.SetWanted(false);
  leaving_until_ms_.clear();
  for (const std::shared_ptr<ClientSession>& session : Sessions(sessions_))
    session->HandleSocketLost();
}

void ClientCore::Send(std::string_view message) {
  sent_at_ms_ = NowMs();
  // Copied only for somebody.
  if (events_->on_outgoing_message) Emit(&ClientEvents::on_outgoing_message, std::string(message));
  connection_.Send(message);
}

// Asking who is there is the smallest message of all and changes nothing; Node's server does not
// even answer it.
void ClientCore::KeepAlive() {
  if (status_ != ConnectionStatus::kConnected || NowMs() < sent_at_ms_ + kKeepAliveMs) return;
  for (const std::shared_ptr<ClientSession>& session : sessions_) {
    if (session->state().Get().authenticated) return Send(WriteQueryAwareness(session->address()));
  }
  // No document is open on this socket; it has no claim to be kept.
  sent_at_ms_ = NowMs();
}

void ClientCore::Tick() {
  connection_.Tick();
  KeepAlive();
  for (const std::shared_ptr<ClientSession>& session : Sessions(sessions_)) session->Tick();
  Settle();
}

void ClientCore::Reschedule() {
  if (std::exchange(settle_posted_, true)) return;
  environment_.post([this] { Settle(); });
}

void ClientCore::Settle() {
  settle_posted_ = false;
  const bool wanted =
      connect_ && std::any_of(sessions_.begin(), sessions_.end(),
                              [](const auto& session) { return session->wants_socket(); });
  if (wanted != wanted_) {
    if (wanted) {
      wanted_ = true;
      connection_.SetWanted(true);
    } else {
      LeaveSocket();
    }
  }
  for (auto it = leaving_until_ms_.begin(); it != leaving_until_ms_.end();)
    it = NowMs() >= it->second ? leaving_until_ms_.erase(it) : std::next(it);
  for (const std::shared_ptr<ClientSession>& session : Sessions(sessions_)) TrySession(*session);
  environment_.wake_at(next_deadline_ms());
}

void ClientCore::TrySession(ClientSession& session) {
  const bool is_retry = session.TakeRetry();
  if (!connection_.open()) return;
  const bool others_on_socket =
      std::any_of(sessions_.begin(), sessions_.end(),
                  [&](const auto& other) { return other.get() != &session && other->on_socket(); });
  // A fresh socket carries nothing of the connection that went wrong. With other documents on it
  // their connection is worth more.
  if (is_retry && !others_on_socket) return connection_.Reconnect("the document starts over");
  if (leaving_until_ms_.find(session.address()) == leaving_until_ms_.end()) session.Start();
}

int64_t ClientCore::next_deadline_ms() const {
  int64_t at = connection_.next_deadline_ms();
  if (status_ == ConnectionStatus::kConnected) at = std::min(at, sent_at_ms_ + kKeepAliveMs);
  for (const std::shared_ptr<ClientSession>& session : sessions_)
    at = std::min(at, session->next_deadline_ms());
  for (const auto& [address, until_ms] : leaving_until_ms_) at = std::min(at, until_ms);
  return at;
}

ClientSession* ClientCore::Find(std::string_view address) {
  for (const std::shared_ptr<ClientSession>& session : sessions_) {
    if (session->address() == address) return session.get();
  }
  return nullptr;
}

// Base 36, as Hocuspocus' provider makes them.
std::string ClientCore::NewSessionId() {
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string id;
  for (uint64_t rest = random_(); rest != 0; rest /= kDigits.size())
    id.push_back(kDigits[rest % kDigits.size()]);
  return id;
}

void ClientCore::OnStatus(ConnectionStatus status) {
  status_ = status;
  Emit(&ClientEvents::on_status, status);
  Reschedule();
}

void ClientCore::OnSocketOpen() {
  for (const std::shared_ptr<ClientSession>& session : Sessions(sessions_)) session->Start();
  Reschedule();
}

bool ClientCore::OnMessage(std::string_view message) {
  if (events_->on_message) Emit(&ClientEvents::on_message, std::string(message));
  const Frame frame = ReadFrame(codec::AsBytes(message));
  switch (frame.shape) {
    case FrameShape::kPing:
      if (!congested()) Send(WritePong());
      return true;
    case FrameShape::kPong:
      return true;
    case FrameShape::kBadAddress:
    case FrameShape::kBadType:
      return false;
    case FrameShape::kMessage:
      break;
  }
  if (frame.type == MessageType::kClose) {
    const auto leaving = leaving_until_ms_.find(frame.address);
    if (leaving != leaving_until_ms_.end()) {
      leaving_until_ms_.erase(leaving);
      Reschedule();
      return true;
    }
  }
  if (ClientSession* found = Find(frame.address)) {
    const std::shared_ptr<ClientSession> session = found->shared_from_this();
    session->HandleFrame(frame);
  }
  return true;
}

void ClientCore::OnSocketLost(uint16_t code, const std::string& reason) {
  leaving_until_ms_.clear();
  for (const std::shared_ptr<ClientSession>& session : Sessions(sessions_))
    session->HandleSocketLost();
  Emit(&ClientEvents::on_disconnect, code, reason);
  Reschedule();
}

void ClientCore::OnGaveUp() {
  connect_ = false;
  wanted_ = false;
  Emit(&ClientEvents::on_gave_up);
}

}  // namespace ypp::transport
