#include "bench/measures.h"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/play.h"
#include "bench/stopwatch.h"
#include "codec/update_algebra.h"
#include "tests/crdt/allocation_meter.h"

namespace ypp::bench {
namespace {

// The compiler must not leave out what nobody looks at.
volatile size_t sink;

void CheckLength(const Replica& replica, const Input& input) {
  if (replica.length() != input.script.length()) throw std::runtime_error("another end content");
}

Measure Replay(Input& input) {
  return [&input] {
    const Stopwatch stopwatch;
    Replica replica;
    for (uint32_t step = 0; step < input.script.steps(); ++step) replica.Make(input.script, step);
    const double ms = stopwatch.ms();
    CheckLength(replica, input);
    return Sample{ms, 0};
  };
}

Measure ReplayWithEvents(Input& input) {
  return [&input] {
    const Stopwatch stopwatch;
    Replica replica;
    size_t bytes = 0;
    const Subscription updates =
        replica.doc.OnUpdate([&](const UpdateEvent& event) { bytes += event.update.size(); });
    for (uint32_t step = 0; step < input.script.steps(); ++step) replica.Make(input.script, step);
    const double ms = stopwatch.ms();
    CheckLength(replica, input);
    return Sample{ms, bytes};
  };
}

Measure ReplayInOneTransaction(Input& input) {
  return [&input] {
    const Stopwatch stopwatch;
    Replica replica;
    {
      Transaction transaction(replica.doc);
      for (uint32_t step = 0; step < input.script.steps(); ++step) {
        for (const Edit& edit : input.script.edits(step)) replica.Make(input.script, edit);
      }
    }
    const double ms = stopwatch.ms();
    CheckLength(replica, input);
    return Sample{ms, 0};
  };
}

template <UpdateFormat format>
const std::string& State(Input& input) {
  input.MakeUpdates();
  return format == UpdateFormat::kV1 ? input.v1 : input.v2;
}

std::shared_ptr<Replica> Loaded(Input& input) {
  auto replica = std::make_shared<Replica>();
  Must(replica->doc.ApplyUpdate(State<UpdateFormat::kV1>(input)));
  CheckLength(*replica, input);
  return replica;
}

template <UpdateFormat format>
Measure Encode(Input& input) {
  return [replica = Loaded(input)] {
    const Stopwatch stopwatch;
    const std::string update = replica->doc.EncodeUpdate({}, format);
    return Sample{stopwatch.ms(), update.size()};
  };
}

template <UpdateFormat format>
Measure Load(Input& input) {
  State<format>(input);
  return [&input] {
    const std::string& state = State<format>(input);
    const Stopwatch stopwatch;
    Replica replica;
    Must(replica.doc.ApplyUpdate(state, {}, format));
    const double ms = stopwatch.ms();
    CheckLength(replica, input);
    return Sample{ms, state.size()};
  };
}

Measure ReadText(Input& input) {
  return [replica = Loaded(input)] {
    const Stopwatch stopwatch;
    const std::string text = replica->text.ToString();
    return Sample{stopwatch.ms(), text.size()};
  };
}

size_t TotalBytes(const std::vector<std::string>& updates) {
  size_t bytes = 0;
  for (const std::string& update : updates) bytes += update.size();
  return bytes;
}

Measure Apply(Input& input) {
  input.MakeUpdates();
  return [&input] {
    const Stopwatch stopwatch;
    Replica replica;
    for (const std::string& update : input.updates) Must(replica.doc.ApplyUpdate(update));
    const double ms = stopwatch.ms();
    CheckLength(replica, input);
    return Sample{ms, TotalBytes(input.updates)};
  };
}

Measure ApplyInOneTransaction(Input& input) {
  input.MakeUpdates();
  return [&input] {
    const Stopwatch stopwatch;
    Replica replica;
    {
      Transaction transaction(replica.doc);
      for (const std::string& update : input.updates) Must(replica.doc.ApplyUpdate(update));
    }
    sink = replica.Read();
    const double ms = stopwatch.ms();
    CheckLength(replica, input);
    return Sample{ms, TotalBytes(input.updates)};
  };
}

Measure Live(Input& input) {
  input.MakeUpdates();
  if (input.script.agents() < 2) throw std::runtime_error("live needs two authors");
  return [&input] {
    const Stopwatch stopwatch;
    Session session(input.script);
    session.Run();
    sink = session.replica(0).Read() + session.replica(1).Read();
    return Sample{stopwatch.ms(), TotalBytes(session.updates())};
  };
}

Measure Merge(Input& input) {
  input.MakeUpdates();
  return [&input] {
    std::vector<codec::Bytes> updates;
    for (const std::string& update : input.updates) updates.push_back(codec::AsBytes(update));
    const Stopwatch stopwatch;
    const auto merged = MergeUpdates(updates, UpdateFormat::kV1);
    const double ms = stopwatch.ms();
    Must(merged.status());
    return Sample{ms, merged->size()};
  };
}

// What somebody has who knows the first half of every author's clock.
StateVector HalfOf(const StateVector& known) {
  StateVector half;
  for (const auto& [client, clock] : known.entries()) half.Set(client, clock / 2);
  return half;
}

Measure Diff(Input& input) {
  const std::string& state = State<UpdateFormat::kV1>(input);
  auto known = StateVectorFromUpdate(codec::AsBytes(state), UpdateFormat::kV1);
  Must(known.status());
  return [&state, half = HalfOf(*known)] {
    const Stopwatch stopwatch;
    const auto diff = DiffUpdate(codec::AsBytes(state), half, UpdateFormat::kV1);
    const double ms = stopwatch.ms();
    Must(diff.status());
    return Sample{ms, diff->size()};
  };
}

Measure StateVectorOfUpdate(Input& input) {
  const std::string& state = State<UpdateFormat::kV1>(input);
  return [&state] {
    const Stopwatch stopwatch;
    const auto known = StateVectorFromUpdate(codec::AsBytes(state), UpdateFormat::kV1);
    const double ms = stopwatch.ms();
    Must(known.status());
    return Sample{ms, state.size()};
  };
}

Measure HeldBytes(Input& input) {
  State<UpdateFormat::kV1>(input);
  return [&input] {
    const AllocationMeter meter;
    Doc doc;
    Must(doc.ApplyUpdate(input.v1));
    return Sample{static_cast<double>(meter.held()), input.v1.size()};
  };
}

Measure Allocations(Input& input) {
  State<UpdateFormat::kV1>(input);
  return [&input] {
    const AllocationMeter meter;
    Doc doc;
    Must(doc.ApplyUpdate(input.v1));
    return Sample{static_cast<double>(meter.allocations()), input.v1.size()};
  };
}

}  // namespace

Measure PrepareMeasure(std::string_view name, Input& input) {
  static const std::map<std::string_view, Measure (*)(Input&)> measures = {
      {"replay", Replay},
      {"replay-events", ReplayWithEvents},
      {"replay-one", ReplayInOneTransaction},
      {"encode-v1", Encode<UpdateFormat::kV1>},
      {"encode-v2", Encode<UpdateFormat::kV2>},
      {"load-v1", Load<UpdateFormat::kV1>},
      {"load-v2", Load<UpdateFormat::kV2>},
      {"text", ReadText},
      {"apply", Apply},
      {"apply-one", ApplyInOneTransaction},
      {"live", Live},
      {"merge", Merge},
      {"diff", Diff},
      {"state-vector", StateVectorOfUpdate},
      {"held-bytes", HeldBytes},
      {"allocations", Allocations},
  };
  const auto found = measures.find(name);
  return found == measures.end() ? nullptr : found->second(input);
}

}  // namespace ypp::bench
