// What each attack of tests/crdt/attacks.h costs a document that it is sent to: time, the worst
// time (of the processor, so that other work on the machine does not count), bytes sent, memory at
// the worst moment, and the time it may take.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

#include "crdt/doc.h"
#include "tests/crdt/allocation_meter.h"
#include "tests/crdt/attacks.h"
#include "tests/crdt/processor_time.h"

namespace ypp {
namespace {

void Prepare(const Attack& attack, Doc& doc) {
  (void)doc.GetText("notes").Insert(0, "hello");
  for (const std::string& update : attack.before) (void)doc.ApplyUpdate(update);
}

void Strike(const Attack& attack, benchmark::State& state) {
  double worst_s = 0;
  for (auto _ : state) {
    Doc doc(DocOptions{1});
    Prepare(attack, doc);
    const double start_s = ProcessorSeconds();
    benchmark::DoNotOptimize(attack.strike(doc));
    const double took_s = ProcessorSeconds() - start_s;
    worst_s = std::max(worst_s, took_s);
    state.SetIterationTime(took_s);
  }
  Doc doc(DocOptions{1});
  Prepare(attack, doc);
  const AllocationMeter meter;
  (void)attack.strike(doc);
  state.counters["peak_bytes"] = static_cast<double>(meter.peak());
  state.counters["bytes"] = static_cast<double>(attack.size_bytes);
  state.counters["worst_ms"] = worst_s * 1e3;
  state.counters["most_ms"] = attack.most_ms;
}

}  // namespace
}  // namespace ypp

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const ypp::Attack& attack : ypp::Attacks()) {
    benchmark::RegisterBenchmark(attack.name.c_str(),
                                 [attack](benchmark::State& state) { ypp::Strike(attack, state); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
