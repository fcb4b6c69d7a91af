#include "bench/bench_main.h"

#include <benchmark/benchmark.h>

#include <charconv>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "bench/inputs.h"
#include "bench/measures.h"
#include "bench/rows.h"
#include "tests/crdt/allocation_meter.h"

namespace ypp::bench {
namespace {

struct Options {
  std::string traces;
  uint32_t most = UINT32_MAX;
};

// Takes ours out of the arguments and leaves the rest. Throws std::runtime_error.
Options TakeOptions(int* argc, char** argv) {
  Options options;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--traces=")) {
      options.traces = argument.substr(9);
    } else if (argument.starts_with("--most=")) {
      const std::string_view digits = argument.substr(7);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), options.most);
      if (error != std::errc() || end != digits.data() + digits.size()) {
        throw std::runtime_error("--most needs a number");
      }
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  return options;
}

// Rows of the same input follow each other, so only the last one is kept.
class LastInput {
 public:
  explicit LastInput(std::string traces) : traces_(std::move(traces)) {}

  Input& Get(const Row& row) {
    std::string key = std::string(row.input) + "/" + std::to_string(row.n);
    if (input_ == nullptr || key != key_) {
      input_ = std::make_unique<Input>(MakeInput(row.input, row.n, traces_));
      key_ = std::move(key);
    }
    return *input_;
  }

 private:
  std::string traces_;
  std::string key_;
  std::unique_ptr<Input> input_;
};

void RunRow(const Row& row, LastInput& inputs, benchmark::State& state) {
  const Measure measure = PrepareMeasure(row.measure, inputs.Get(row));
  Sample sample;
  for (auto _ : state) {
    sample = measure();
    state.SetIterationTime(UnitOf(row.measure) == "ms" ? sample.value / 1e3 : 0);
  }
  // The meter takes time, so it has a round of its own.
  const AllocationMeter meter;
  sample = measure();
  state.counters["bytes"] = static_cast<double>(sample.bytes);
  state.counters["allocations"] = static_cast<double>(meter.allocations());
  state.counters["peak_bytes"] = static_cast<double>(meter.peak());
  if (UnitOf(row.measure) != "ms") state.counters[std::string(UnitOf(row.measure))] = sample.value;
}

}  // namespace

int BenchMain(std::string_view group, int argc, char** argv) {
  try {
    const Options options = TakeOptions(&argc, argv);
    LastInput inputs(options.traces);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    for (const Row& row : Rows(!options.traces.empty(), options.most)) {
      if (row.group != group) continue;
      const std::string name = row.work + "/" + std::to_string(row.n);
      benchmark::internal::Benchmark* const benchmark = benchmark::RegisterBenchmark(
          name.c_str(), [row, &inputs](benchmark::State& state) { RunRow(row, inputs, state); });
      benchmark->UseManualTime()->Unit(benchmark::kMillisecond);
      // What is counted is the same each time.
      if (UnitOf(row.measure) != "ms") benchmark->Iterations(1);
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace ypp::bench
