#include "tests/simulation/network.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "codec/byte_reader.h"

namespace ypp::simulation {

using transport::ClientSocket;
using transport::MessagePtr;
using transport::Socket;
using transport::SocketEvents;

// One socket: what both ends know of it, and what is on its way between them.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Network* network, size_t participant, SocketEvents events)
      : network_(network), participant_(participant), events_(std::move(events)) {}

  size_t participant() const { return participant_; }
  bool accepted() const { return handler_ != nullptr; }

  void Connect();
  // The participant's end.
  void SendToRelay(std::string message);
  void LetGo() { events_ = {}; }
  void CloseByParticipant();
  // The relay's end.
  void SendToParticipant(std::string message);
  void CloseByRelay(uint16_t code, std::string reason);
  void SetReading(bool reading);

  void RelayLoses();
  void ParticipantLoses(uint16_t code, const std::string& reason);
  void RelayIsGone() { handler_ = nullptr; }
  void Tick() {
    if (const auto handler = handler_) handler->OnTick(network_->clock_->now_ms());
  }
  // What waited for the participant to be reachable again, or for the relay to read.
  void Resume();

 private:
  using Task = std::function<void()>;
  struct Direction {
    int64_t last_ms = 0;
    std::deque<Task> held;  // arrived, but nobody is there to take it
  };

  // In order with what went the same way before.
  void Deliver(Direction& direction, Task task);
  void Flush(Direction& direction);
  bool Held(const Direction& direction) const {
    return !network_->Reachable(participant_) || (&direction == &to_relay_ && !relay_reads_);
  }

  Network* network_;
  size_t participant_;
  SocketEvents events_;
  std::shared_ptr<transport::SocketHandler> handler_;
  Direction to_relay_;
  Direction to_participant_;
  bool relay_reads_ = true;
  bool relay_closed_ = false;
};

namespace {

class ParticipantSocket : public ClientSocket {
 public:
  explicit ParticipantSocket(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  ~ParticipantSocket() override {
    link_->LetGo();
    link_->CloseByParticipant();
  }

  void Send(std::string_view message) override { link_->SendToRelay(std::string(message)); }
  void Ping() override {}
  void Close(uint16_t, const std::string&) override { link_->CloseByParticipant(); }
  size_t buffered_bytes() const override { return 0; }

 private:
  std::shared_ptr<Link> link_;
};

class RelaySocket : public Socket {
 public:
  explicit RelaySocket(std::weak_ptr<Link> link) : link_(std::move(link)) {}

  void Send(const MessagePtr& message) override {
    if (const auto link = link_.lock()) link->SendToParticipant(message->bytes);
  }
  void Close(uint16_t code, std::string_view reason) override {
    if (const auto link = link_.lock()) link->CloseByRelay(code, std::string(reason));
  }
  void SetMaxMessageBytes(size_t) override {}
  void SetReading(bool reading) override {
    if (const auto link = link_.lock()) link->SetReading(reading);
  }

 private:
  std::weak_ptr<Link> link_;
};

}  // namespace

void Link::Deliver(Direction& direction, Task task) {
  direction.last_ms = std::max(direction.last_ms, network_->clock_->now_ms() + network_->DelayMs());
  // Things of one moment keep their order.
  network_->clock_->At(direction.last_ms,
                       [self = shared_from_this(), &direction, task = std::move(task)] {
                         if (self->Held(direction) || !direction.held.empty()) {
                           direction.held.push_back(task);
                         } else {
                           task();
                         }
                       });
}

void Link::Resume() {
  for (Direction* const direction : {&to_relay_, &to_participant_}) {
    if (direction->held.empty()) continue;
    network_->clock_->After(0, [self = shared_from_this(), direction] { self->Flush(*direction); });
  }
}

void Link::Flush(Direction& direction) {
  while (!direction.held.empty() && !Held(direction)) {
    const Task task = std::move(direction.held.front());
    direction.held.pop_front();
    task();
  }
}

void Link::Connect() {
  Deliver(to_relay_, [this] {
    if (!events_.on_open) return;
    if (network_->accept_)
      handler_ = network_->accept_(std::make_shared<RelaySocket>(weak_from_this()));
    if (handler_ == nullptr) return ParticipantLoses(transport::kCloseAbnormal, "refused");
    Deliver(to_participant_, [this] {
      if (events_.on_open) events_.on_open();
    });
  });
}

void Link::SendToRelay(std::string message) {
  Deliver(to_relay_, [this, message = std::move(message)] {
    if (handler_ == nullptr || relay_closed_) return;
    const auto handler = handler_;
    handler->OnMessage(codec::AsBytes(message));
  });
}

void Link::SendToParticipant(std::string message) {
  if (relay_closed_) return;
  Deliver(to_participant_, [this, message = std::move(message)] {
    const auto on_message = events_.on_message;
    if (on_message) on_message(message);
  });
}

void Link::CloseByParticipant() {
  Deliver(to_relay_, [this] { RelayLoses(); });
}

void Link::CloseByRelay(uint16_t code, std::string reason) {
  if (std::exchange(relay_closed_, true)) return;
  Deliver(to_participant_,
          [this, code, reason = std::move(reason)] { ParticipantLoses(code, reason); });
  network_->clock_->After(1, [self = shared_from_this()] { self->RelayLoses(); });
}

void Link::SetReading(bool reading) {
  relay_reads_ = reading;
  if (reading) Resume();
}

void Link::RelayLoses() {
  if (const auto handler = std::exchange(handler_, nullptr)) handler->OnClosed();
}

void Link::ParticipantLoses(uint16_t code, const std::string& reason) {
  const SocketEvents events = std::exchange(events_, {});
  if (events.on_close) events.on_close(code, reason);
}

transport::OpenSocket Network::OpenerOf(size_t participant) {
  return [this, participant](SocketEvents events) -> std::unique_ptr<ClientSocket> {
    auto link = std::make_shared<Link>(this, participant, std::move(events));
    links_.push_back(link);
    link->Connect();
    return std::make_unique<ParticipantSocket>(std::move(link));
  };
}

bool Network::Reachable(size_t participant) const {
  return participant >= unreachable_.size() || !unreachable_[participant];
}

void Network::SetReachable(size_t participant, bool reachable) {
  if (unreachable_.size() <= participant) unreachable_.resize(participant + 1);
  unreachable_[participant] = !reachable;
  if (!reachable) return;
  for (const auto& weak : std::vector<std::weak_ptr<Link>>(links_)) {
    if (const auto link = weak.lock(); link != nullptr && link->participant() == participant)
      link->Resume();
  }
}

void Network::CutLinksOf(size_t participant, Cut cut) {
  for (const auto& weak : std::vector<std::weak_ptr<Link>>(links_)) {
    const auto link = weak.lock();
    if (link == nullptr || link->participant() != participant) continue;
    if (cut != Cut::kOnlyParticipantHears) clock_->After(DelayMs(), [link] { link->RelayLoses(); });
    if (cut != Cut::kOnlyRelayHears) {
      clock_->After(DelayMs(),
                    [link] { link->ParticipantLoses(transport::kCloseAbnormal, "cut"); });
    }
  }
}

void Network::LoseRelay() {
  accept_ = nullptr;
  for (const auto& weak : links_) {
    const auto link = weak.lock();
    if (link == nullptr || !link->accepted()) continue;
    link->RelayIsGone();
    // A machine that lost its power sends nothing: one hears of it when it is up again and knows no
    // such socket.
    clock_->After(chance_->Between(0, 5'000),
                  [link] { link->ParticipantLoses(transport::kCloseAbnormal, "reset"); });
  }
}

void Network::Tick() {
  std::erase_if(links_, [](const std::weak_ptr<Link>& link) { return link.expired(); });
  for (const auto& weak : std::vector<std::weak_ptr<Link>>(links_)) {
    if (const auto link = weak.lock()) link->Tick();
  }
}

}  // namespace ypp::simulation
