// How the cost of an update grows with what it should not depend on: the same load, measured again
// and again while something else grows.
#ifndef YPP_BENCH_RELAY_GROWTH_RUN_H_
#define YPP_BENCH_RELAY_GROWTH_RUN_H_

#include <functional>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "bench/relay/measuring.h"

namespace ypp::bench {

enum class Growth {
  kDocument,     // the document that is typed into, up to 50 MB
  kConnections,  // idle connections beside those that type, up to 20,000 or what may be opened
};

std::optional<Growth> FindGrowth(std::string_view name);

// Tells each step's figures, with what had grown: "document_bytes", or "connections" and the limit
// "open_files". `seconds` of measuring for each.
absl::Status RunGrowth(Growth growth, const LoadTarget& target, double seconds,
                       const std::function<void(const Figures&)>& tell);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_GROWTH_RUN_H_
