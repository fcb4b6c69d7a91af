// What a relay counts and measures, for /metrics. Names and meanings: PROTOCOL.md, "Metrics".
// Thread-safe, as prometheus-cpp is.
#ifndef YPP_TRANSPORT_RELAY_METRICS_H_
#define YPP_TRANSPORT_RELAY_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ypp::transport {

class RelayMetrics {
 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& refusals_;
  prometheus::Family<prometheus::Counter>& http_requests_;
  prometheus::Gauge& resident_memory_;
  prometheus::Gauge& open_files_;

 public:
  RelayMetrics();
  RelayMetrics(const RelayMetrics&) = delete;
  RelayMetrics& operator=(const RelayMetrics&) = delete;

  // Something a client wanted and did not get. `reason` is one of a fixed set, words joined by _.
  void Refuse(std::string_view reason);
  void CountHttp(int status);

  // In the text format of Prometheus, with what the system knows of the process.
  std::string Text();

  prometheus::Gauge& connections;
  prometheus::Counter& connections_opened;
  prometheus::Gauge& documents;
  prometheus::Gauge& document_connections;
  prometheus::Counter& messages_received;
  prometheus::Counter& bytes_received;
  prometheus::Counter& messages_sent;
  prometheus::Counter& bytes_sent;
  prometheus::Counter& updates;
  prometheus::Counter& store_failures;
  prometheus::Gauge& store_queue;
  prometheus::Counter& hook_errors;
  prometheus::Histogram& load_seconds;
  prometheus::Histogram& append_seconds;
};

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_RELAY_METRICS_H_
