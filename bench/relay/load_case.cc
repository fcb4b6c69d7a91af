#include "bench/relay/load_case.h"

namespace ypp::bench {

const std::vector<LoadCase>& LoadCases() {
  using Kind = LoadCase::Kind;
  using Disturbance = LoadCase::Disturbance;
  static const std::vector<LoadCase> cases = {
      {"a1", "one writer to 100 readers, one update in flight", Kind::kTyping, 1, 101, 1, 1},
      {"a2", "one writer to 100 readers, 32 in flight", Kind::kTyping, 1, 101, 1, 32},
      {"b1", "200 documents x 2 writers, one in flight each", Kind::kTyping, 200, 2, 2, 1},
      {"b2", "200 documents x 2 writers, 8 in flight each", Kind::kTyping, 200, 2, 2, 8},
      {"c1", "2,000 idle connections on 2,000 documents", Kind::kIdle, 2000, 1, 0},
      {"c2", "2,000 idle connections on 20 documents", Kind::kIdle, 20, 100, 0},
      // As many as a common limit of 20,000 descriptors allows.
      {"c3", "19,000 idle connections on 1,900 documents", Kind::kIdle, 1900, 10, 0},
      {"d1", "500 updates/s over 50 documents x 2", Kind::kTyping, 50, 2, 2, 0, 500},
      {"d2", "20 updates/s to 101 clients", Kind::kTyping, 1, 101, 1, 0, 20},
      {"d3", "100 writers x 5/s on one document", Kind::kTyping, 1, 100, 100, 0, 500},
      {"e1", "50 clients load one document of 54,812 structs", Kind::kJoin, 1, 50, 0},
      {"f1", "awareness 500/s on one document x 50", Kind::kAwareness, 1, 50, 50, 0, 500},
      {"f2", "awareness 1,000/s over 50 documents x 2", Kind::kAwareness, 50, 2, 2, 0, 1000},
      {"g1", "one reader never reads 200 MB", Kind::kStalled, 1, 2, 1, 4},
      {"h1", "d1 while a reader elsewhere never reads", Kind::kTyping, 50, 2, 2, 0, 500,
       Disturbance::kStalledReader},
      {"h2", "d1 while a writer elsewhere floods", Kind::kTyping, 50, 2, 2, 0, 500,
       Disturbance::kFloodingWriter},
  };
  return cases;
}

std::optional<LoadCase> FindLoadCase(std::string_view name) {
  for (const LoadCase& load_case : LoadCases()) {
    if (load_case.name == name) return load_case;
  }
  return std::nullopt;
}

}  // namespace ypp::bench
