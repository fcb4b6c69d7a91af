#include "transport/relay_metrics.h"

#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace ypp::transport {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Registry;

prometheus::Counter& AddCounter(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& AddGauge(Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& AddHistogram(Registry& registry, const char* name, const char* help) {
  // From what memory takes to what nobody should wait for.
  const prometheus::Histogram::BucketBoundaries seconds = {
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, seconds);
}

// Pages, from the second field of statm.
double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double OpenFiles() {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(files), end(files)));
}

}  // namespace

RelayMetrics::RelayMetrics()
    : refusals_(BuildCounter()
                    .Name("ypp_relay_refusals_total")
                    .Help("What clients wanted and did not get, by reason.")
                    .Register(registry_)),
      http_requests_(BuildCounter()
                         .Name("ypp_relay_http_requests_total")
                         .Help("Plain HTTP requests answered, by status.")
                         .Register(registry_)),
      resident_memory_(
          AddGauge(registry_, "process_resident_memory_bytes", "Memory of the process.")),
      open_files_(AddGauge(registry_, "process_open_fds", "Open files of the process.")),
      connections(AddGauge(registry_, "ypp_relay_connections", "Open sockets.")),
      connections_opened(
          AddCounter(registry_, "ypp_relay_connections_opened_total", "Sockets that were opened.")),
      documents(AddGauge(registry_, "ypp_relay_documents", "Documents in memory.")),
      document_connections(AddGauge(registry_, "ypp_relay_document_connections",
                                    "Document connections of clients, several per socket.")),
      messages_received(AddCounter(registry_, "ypp_relay_messages_received_total",
                                   "Messages received from clients.")),
      bytes_received(
          AddCounter(registry_, "ypp_relay_bytes_received_total", "Bytes of these messages.")),
      messages_sent(
          AddCounter(registry_, "ypp_relay_messages_sent_total", "Messages sent to clients.")),
      bytes_sent(AddCounter(registry_, "ypp_relay_bytes_sent_total", "Bytes of these messages.")),
      updates(AddCounter(registry_, "ypp_relay_updates_total",
                         "Updates that changed a document, from clients and from the program.")),
      store_failures(AddCounter(registry_, "ypp_relay_store_failures_total",
                                "Loads and appends that storage could not do.")),
      store_queue(AddGauge(registry_, "ypp_relay_store_queue",
                           "Updates handed to storage and not yet on disk.")),
      hook_errors(
          AddCounter(registry_, "ypp_relay_hook_errors_total", "Hooks that ended with an error.")),
      load_seconds(AddHistogram(registry_, "ypp_relay_document_load_seconds",
                                "From the first wish for a document until it is open.")),
      append_seconds(AddHistogram(registry_, "ypp_relay_store_append_seconds",
                                  "From an update's acceptance until it is on disk.")) {}

void RelayMetrics::Refuse(std::string_view reason) {
  refusals_.Add({{"reason", std::string(reason)}}).Increment();
}

void RelayMetrics::CountHttp(int status) {
  http_requests_.Add({{"status", std::to_string(status)}}).Increment();
}

std::string RelayMetrics::Text() {
  resident_memory_.Set(ResidentBytes());
  open_files_.Set(OpenFiles());
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

}  // namespace ypp::transport
