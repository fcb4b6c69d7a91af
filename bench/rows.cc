#include "bench/rows.h"

#include <algorithm>

namespace ypp::bench {
namespace {

using Goals = std::vector<Goal>;

// What one recording of one author has to reach, as multiples of a peer.
struct Recorded {
  std::string_view name;
  uint32_t steps = 0;  // of the typist who stands in for it
  Goals replay, replay_one, load;
};

std::vector<Recorded> OneAuthor() {
  return {
      {"automerge-paper",
       259'778,
       {{"yrs", 1000}, {"dt", 1}},
       {{"yjs", 450}},
       {{"yrs", 6}, {"loro", 1}}},
      {"rustcode", 36'981, {{"yrs", 332}}, {{"yjs", 235}}, {{"yrs", 6}}},
      {"seph-blog1", 137'154, {{"yrs", 1500}}, {{"yjs", 316}}, {{"yrs", 6}}},
      {"sveltecomponent", 18'335, {{"yrs", 289}}, {}, {{"yrs", 6}}},
  };
}

class Table {
 public:
  Table(bool recordings, uint32_t most) : recordings_(recordings), most_(most) {}

  void Add(std::string_view group, std::string work, std::string_view measure,
           std::string_view input, uint32_t n, Goals goals = {}) {
    rows_.push_back({group, std::move(work), measure, input, std::min(n, most_), std::move(goals)});
  }

  // The typist stands in for a recording.
  void AddText(std::string_view group, std::string work, std::string_view measure,
               const Recorded& recorded, Goals goals) {
    work += ", ";
    work += recordings_ ? recorded.name : "typist";
    Add(group, std::move(work), measure, recordings_ ? recorded.name : "typist", recorded.steps,
        std::move(goals));
  }

  void Text();
  void TwoAuthors();
  void Algebra();
  void Growth();
  void PublicSet();
  std::vector<Row> rows() && { return std::move(rows_); }

 private:
  bool recordings_;
  uint32_t most_;
  std::vector<Row> rows_;
};

void Table::Text() {
  std::vector<Recorded> all = OneAuthor();
  if (!recordings_) all.resize(1);
  const Recorded& paper = all[0];
  for (const Recorded& one : all) AddText("text", "A1 local replay", "replay", one, one.replay);
  AddText("text", "A2 replay with update events", "replay-events", paper,
          {{"yrs", 250}, {"yjs", 100}});
  for (const Recorded& one : all) {
    AddText("text", "A3 replay in one transaction", "replay-one", one, one.replay_one);
  }
  AddText("text", "B encode V1", "encode-v1", paper, {{"yrs", 4}});
  AddText("text", "B encode V2", "encode-v2", paper, {{"yrs", 3}});
  for (const Recorded& one : all) AddText("text", "C load V1", "load-v1", one, one.load);
  AddText("text", "C load V2", "load-v2", paper, {{"yrs", 6}, {"loro", 1}});
  AddText("text", "C text after the load", "text", paper, {{"yrs", 1.7}});
  AddText("text", "D apply one by one", "apply", paper, {{"yrs", 15}});
  AddText("text", "memory held", "held-bytes", paper, {{"yrs", 2.38}});
  AddText("text", "allocations of the load", "allocations", paper, {{"yrs", 135}});
}

void Table::TwoAuthors() {
  struct Pair {
    std::string_view name;
    uint32_t steps;
  };
  const std::vector<Pair> pairs =
      recordings_ ? std::vector<Pair>{{"friendsforever", 26'078}, {"clownschool", 23'136}}
                  : std::vector<Pair>{{"typists", 26'078}};
  const auto add = [&](const char* work, std::string_view measure, double ratio) {
    for (const Pair& pair : pairs) {
      Add("two_authors", std::string(work) + ", " + std::string(pair.name), measure, pair.name,
          pair.steps, {{"yrs", ratio}});
    }
  };
  add("E load V1", "load-v1", 6);
  add("E apply one by one", "apply", 8);
  add("E live", "live", 12);
}

void Table::Algebra() {
  const Recorded paper = OneAuthor()[0];
  struct Size {
    uint32_t n;
    double ratio;
  };
  // Yrs takes minutes for all of them.
  for (const auto& [n, ratio] :
       {Size{1'000, 29}, {10'000, 250}, {50'000, 1586}, {100'000, 2760}, {259'778, 0}}) {
    Recorded first = paper;
    first.steps = n;
    AddText("algebra", "G merge updates", "merge", first,
            ratio > 0 ? Goals{{"yrs", ratio}} : Goals{});
  }
  AddText("algebra", "G diff at half", "diff", paper, {{"yrs", 8}});
  AddText("algebra", "G state vector of an update", "state-vector", paper, {{"yrs", 8}});
}

void Table::Growth() {
  constexpr uint32_t kSizes[] = {4'096, 16'384, 65'536};
  const auto add = [&](const char* work, std::string_view measure, std::string_view input) {
    for (const uint32_t n : kSizes) {
      Add("growth", work, measure, input, n, n == kSizes[1] ? Goals{{"yrs", 5}} : Goals{});
    }
  };
  add("H inserts at random positions", "replay", "random-inserts");
  add("H inserts of N clients at one position", "apply", "same-position");
  add("H one map key set N times", "replay", "map-key");
  add("H array prepends", "replay", "array-prepends");
  add("H load of N clients", "load-v1", "one-insert-each");
  add("H merge of N clients", "merge", "one-insert-each");
}

void Table::PublicSet() {
  constexpr uint32_t kN = 6'000;
  struct Benchmark {
    std::string_view name;
    std::string_view what;
    std::string_view measure;
    bool ten_times = false;  // at least ten times as fast as yrs
  };
  static constexpr Benchmark kBenchmarks[] = {
      {"B1.1", "append characters", "live"},
      {"B1.2", "insert a string", "live"},
      {"B1.3", "prepend characters", "live"},
      {"B1.4", "characters at random positions", "live", true},
      {"B1.5", "words at random positions", "live"},
      {"B1.6", "insert a string and delete it", "live"},
      {"B1.7", "insert and delete at random positions", "live", true},
      {"B1.8", "append numbers", "live"},
      {"B1.9", "insert an array of numbers", "live"},
      {"B1.10", "prepend numbers", "live"},
      {"B1.11", "numbers at random positions", "live"},
      {"B2.1", "two authors insert a string", "live"},
      {"B2.2", "two authors insert characters", "live"},
      {"B2.3", "two authors insert words", "live", true},
      {"B2.4", "two authors insert and delete", "live", true},
      {"B3.1", "many authors set a number", "apply-one"},
      {"B3.2", "many authors set an object", "apply-one"},
      {"B3.3", "many authors set a string", "apply-one"},
      {"B3.4", "many authors insert into an array", "apply-one"},
      {"B3.5", "many authors insert text", "apply-one"},
  };
  for (const Benchmark& benchmark : kBenchmarks) {
    Goals goals = {{"best", 1}};
    if (benchmark.ten_times) goals.push_back({"yrs", 10});
    Add("public_set", std::string(benchmark.name) + " " + std::string(benchmark.what),
        benchmark.measure, benchmark.name, kN, std::move(goals));
  }
  AddText("public_set", "B4 a real text", "replay-events", OneAuthor()[0],
          {{"best", 1}, {"yrs", 10}});
}

}  // namespace

std::vector<Row> Rows(bool recordings, uint32_t most) {
  Table table(recordings, most);
  table.Text();
  table.TwoAuthors();
  table.Algebra();
  table.Growth();
  table.PublicSet();
  return std::move(table).rows();
}

std::string_view UnitOf(std::string_view measure) {
  if (measure == "held-bytes") return "bytes";
  if (measure == "allocations") return "allocations";
  return "ms";
}

}  // namespace ypp::bench
