// The attacks that crash, hang or starve other engines, each as bytes and as what has to become of
// them. For the test that holds every one to it, and for the benchmark that says what it costs
// (bench/attack_bench.cc).
#ifndef YPP_TESTS_CRDT_ATTACKS_H_
#define YPP_TESTS_CRDT_ATTACKS_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "crdt/doc.h"

namespace ypp {

struct Attack {
  std::string name;
  // Made by honest or hostile peers before it; not measured.
  std::vector<std::string> before;
  size_t size_bytes = 0;
  std::function<absl::Status(Doc&)> strike;
  enum class Outcome {
    kRefused,  // an error, and the document is what it was
    kTaken,    // without harm: every invariant holds
    kWaits,    // kept for later, shown to nobody
  } outcome = Outcome::kRefused;
  // Of one strike, on a machine of today.
  double most_ms = 1;
  // Beyond the bytes themselves; what a refused one may take while it is looked at.
  size_t most_peak_bytes = 4096;
};

std::vector<Attack> Attacks();

inline std::ostream& operator<<(std::ostream& out, const Attack& attack) {
  return out << attack.name;
}

}  // namespace ypp

#endif  // YPP_TESTS_CRDT_ATTACKS_H_
