// The clients of a run, and their loop.
#ifndef YPP_BENCH_RELAY_CLIENT_POOL_H_
#define YPP_BENCH_RELAY_CLIENT_POOL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/relay/load_client.h"
#include "bench/relay/load_loop.h"

namespace ypp::bench {

class ClientPool {
 public:
  explicit ClientPool(uint16_t port) : port_(port) {}

  LoadLoop& loop() { return loop_; }
  // Not connected yet. It lives as long as the pool.
  LoadClient& Add(std::string document);
  // Connects those that are not, some at a time, until all are synced.
  absl::Status ConnectAll(int64_t patience_ns);
  size_t size() const { return clients_.size(); }
  // Unavailable with the first client's failure.
  absl::Status Check() const;

 private:
  LoadLoop loop_;
  uint16_t port_;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  size_t connected_ = 0;
  size_t synced_ = 0;
};

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_CLIENT_POOL_H_
