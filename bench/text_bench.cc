// One author typing a text: replay, encode, load, apply one by one. The typist is seeded and made up: bursts of typing, backspacing, and jumps
// to somewhere else.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "crdt/doc.h"

namespace ypp {
namespace {

struct Edit {
  uint32_t index = 0;
  uint32_t deleted = 0;
  char inserted = 0;  // 0: nothing
};

constexpr int kEdits = 50'000;

const std::vector<Edit>& Session() {
  static const std::vector<Edit> session = [] {
    std::mt19937 random(1);
    std::vector<Edit> edits;
    uint32_t length = 0;
    uint32_t cursor = 0;
    while (edits.size() < kEdits) {
      if (random() % 40 == 0) cursor = random() % (length + 1);
      if (cursor > 0 && random() % 6 == 0) {
        edits.push_back({--cursor, 1, 0});
        --length;
      } else {
        edits.push_back({cursor++, 0, static_cast<char>('a' + random() % 26)});
        ++length;
      }
    }
    return edits;
  }();
  return session;
}

void Type(Doc& doc, const Edit& edit) {
  Text text = doc.GetText("t");
  if (edit.deleted > 0) (void)text.Delete(edit.index, edit.deleted);
  if (edit.inserted != 0) (void)text.Insert(edit.index, std::string_view(&edit.inserted, 1));
}

std::string FullState(UpdateFormat format) {
  Doc doc;
  for (const Edit& edit : Session()) Type(doc, edit);
  return doc.EncodeUpdate({}, format);
}

void BM_LocalReplay(benchmark::State& state) {
  for (auto _ : state) {
    Doc doc;
    for (const Edit& edit : Session()) Type(doc, edit);
    benchmark::DoNotOptimize(doc.GetText("t").length());
  }
  state.SetItemsProcessed(state.iterations() * kEdits);
}
BENCHMARK(BM_LocalReplay)->Unit(benchmark::kMillisecond);

void BM_LocalReplayWithUpdateEvents(benchmark::State& state) {
  for (auto _ : state) {
    Doc doc;
    size_t bytes = 0;
    const Subscription updates =
        doc.OnUpdate([&](const UpdateEvent& event) { bytes += event.update.size(); });
    for (const Edit& edit : Session()) Type(doc, edit);
    benchmark::DoNotOptimize(bytes);
  }
  state.SetItemsProcessed(state.iterations() * kEdits);
}
BENCHMARK(BM_LocalReplayWithUpdateEvents)->Unit(benchmark::kMillisecond);

void BM_Encode(benchmark::State& state) {
  const UpdateFormat format = static_cast<UpdateFormat>(state.range(0));
  Doc doc;
  for (const Edit& edit : Session()) Type(doc, edit);
  size_t size = 0;
  for (auto _ : state) size = doc.EncodeUpdate({}, format).size();
  state.counters["bytes"] = static_cast<double>(size);
}
BENCHMARK(BM_Encode)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

void BM_Load(benchmark::State& state) {
  const UpdateFormat format = static_cast<UpdateFormat>(state.range(0));
  const std::string update = FullState(format);
  for (auto _ : state) {
    Doc doc;
    benchmark::DoNotOptimize(doc.ApplyUpdate(update, {}, format).ok());
  }
}
BENCHMARK(BM_Load)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond);

void BM_ApplyOneByOne(benchmark::State& state) {
  std::vector<std::string> updates;
  {
    Doc doc;
    const Subscription collect =
        doc.OnUpdate([&](const UpdateEvent& event) { updates.emplace_back(event.update); });
    for (const Edit& edit : Session()) Type(doc, edit);
  }
  for (auto _ : state) {
    Doc doc;
    for (const std::string& update : updates) {
      benchmark::DoNotOptimize(doc.ApplyUpdate(update).ok());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(updates.size()));
}
BENCHMARK(BM_ApplyOneByOne)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ypp
