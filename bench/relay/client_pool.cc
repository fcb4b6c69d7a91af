#include "bench/relay/client_pool.h"

#include <utility>

namespace ypp::bench {
namespace {

// Connecting at a time: enough to keep a server busy, too few to overrun its backlog.
constexpr size_t kWindow = 50;

}  // namespace

LoadClient& ClientPool::Add(std::string document) {
  clients_.push_back(std::make_unique<LoadClient>(&loop_, std::move(document)));
  clients_.back()->events.on_synced = [this] { ++synced_; };
  return *clients_.back();
}

absl::Status ClientPool::ConnectAll(int64_t patience_ns) {
  const int64_t deadline_ns = NowNs() + patience_ns;
  const auto step = [this] {
    while (connected_ < clients_.size() && connected_ < synced_ + kWindow) {
      clients_[connected_]->Connect(port_, connected_);
      ++connected_;
    }
    return synced_ == clients_.size();
  };
  if (loop_.RunUntil(step, deadline_ns)) return absl::OkStatus();
  if (absl::Status status = Check(); !status.ok()) return status;
  return absl::UnavailableError(std::to_string(clients_.size() - synced_) +
                                " clients were not synced in time");
}

absl::Status ClientPool::Check() const {
  for (const auto& client : clients_) {
    if (!client->failure().empty()) return absl::UnavailableError(client->failure());
  }
  return absl::OkStatus();
}

}  // namespace ypp::bench
