// What is measured: the rows of the relay's table, by name.
#ifndef YPP_BENCH_RELAY_LOAD_CASE_H_
#define YPP_BENCH_RELAY_LOAD_CASE_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace ypp::bench {

struct LoadCase {
  enum class Kind {
    kTyping,     // writers type; every delivery is timed
    kIdle,       // connections come and stay
    kJoin,       // clients load one document that is there
    kAwareness,  // clients move their cursors
    kStalled,    // one client never reads what a writer sends
  };
  enum class Disturbance { kNone, kStalledReader, kFloodingWriter };

  std::string_view name;
  std::string_view what;
  Kind kind = Kind::kTyping;
  size_t documents = 1;
  size_t clients = 2;  // of each document
  size_t writers = 1;  // of these
  // Updates that each writer has sent and no other client has yet; 0: by time.
  size_t in_flight = 0;
  // Over all writers.
  double per_second = 0;
  Disturbance disturbance = Disturbance::kNone;  // on a document of its own
};

const std::vector<LoadCase>& LoadCases();
std::optional<LoadCase> FindLoadCase(std::string_view name);

}  // namespace ypp::bench

#endif  // YPP_BENCH_RELAY_LOAD_CASE_H_
