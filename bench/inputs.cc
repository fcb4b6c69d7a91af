#include "bench/inputs.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>

#include "bench/play.h"
#include "bench/public_set.h"
#include "bench/typist.h"
#include "bench/wide_characters.h"
#include "tests/eval/trace.h"

namespace ypp::bench {
namespace {

Script TraceScript(const eval::Trace& trace, uint32_t n) {
  const size_t steps =
      n == 0 ? trace.transactions.size() : std::min<size_t>(n, trace.transactions.size());
  Script script;
  for (size_t step = 0; step < steps; ++step) {
    const eval::TraceTransaction& transaction = trace.transactions[step];
    script.BeginStep(transaction.agent, transaction.received);
    for (const eval::TracePatch& patch : transaction.patches) {
      script.EditText(patch.position, patch.deleted, patch.inserted);
    }
  }
  return script;
}

Script RandomInserts(uint32_t n) {
  std::mt19937 random(1);
  Script script;
  for (uint32_t i = 0; i < n; ++i) {
    script.BeginStep(0);
    script.EditText(random() % (i + 1), 0, "x");
  }
  return script;
}

Script MapKey(uint32_t n) {
  Script script;
  for (uint32_t i = 0; i < n; ++i) {
    script.BeginStep(0);
    script.SetKey("k", i);
  }
  return script;
}

Script ArrayPrepends(uint32_t n) {
  Script script;
  for (uint32_t i = 0; i < n; ++i) {
    script.BeginStep(0);
    script.InsertValues(0, {Value(i)});
  }
  return script;
}

// Nobody knows of anybody; the authors come in any order.
Script SamePosition(uint32_t n) {
  std::vector<uint32_t> authors(n);
  std::iota(authors.begin(), authors.end(), 0);
  std::shuffle(authors.begin(), authors.end(), std::mt19937(1));
  Script script;
  for (const uint32_t author : authors) {
    script.BeginStep(author);
    script.EditText(0, 0, "x");
  }
  return script;
}

// Each author knows all that came before, and inserts one character anywhere.
Input OneInsertEach(uint32_t n) {
  Input input;
  std::mt19937 random(1);
  Replica replica;
  const Subscription updates = replica.doc.OnUpdate(
      [&](const UpdateEvent& event) { input.updates.emplace_back(event.update); });
  for (uint32_t i = 0; i < n; ++i) {
    replica.doc.set_client_id(1 + random());
    Must(replica.text.Insert(random() % (i + 1), "x"));
  }
  input.script.set_length(replica.length());
  return input;
}

bool IsRecording(std::string_view name) {
  static constexpr std::string_view kRecordings[] = {"automerge-paper", "rustcode",
                                                     "seph-blog1",      "sveltecomponent",
                                                     "friendsforever",  "clownschool"};
  return std::find(std::begin(kRecordings), std::end(kRecordings), name) != std::end(kRecordings);
}

Input Recording(std::string_view name, uint32_t n, const std::string& traces) {
  const eval::Trace trace = eval::ReadTrace(traces + "/" + std::string(name) + ".json.gz");
  Input input;
  input.script = TraceScript(trace, n);
  if (trace.agents > 1) {
    // Both may delete the same: only who plays it knows how long the text is.
    input.MakeUpdates();
  }
  if (input.script.steps() == trace.transactions.size() &&
      input.script.length() != static_cast<int64_t>(Utf16Length(trace.end_text))) {
    throw std::runtime_error(std::string(name) + ": another end text");
  }
  return input;
}

}  // namespace

void Input::MakeUpdates() {
  if (!v1.empty()) return;
  if (updates.empty()) {
    Session session(script);
    session.Run();
    updates = std::move(session.updates());
  }
  Replica all;
  for (const std::string& update : updates) Must(all.doc.ApplyUpdate(update));
  script.set_length(all.length());
  v1 = all.doc.EncodeUpdate({}, UpdateFormat::kV1);
  v2 = all.doc.EncodeUpdate({}, UpdateFormat::kV2);
}

Input MakeInput(std::string_view name, uint32_t n, const std::string& traces) {
  if (name == "one-insert-each") return OneInsertEach(n);
  if (IsRecording(name)) return Recording(name, n, traces);
  Input input;
  if (name == "typist") {
    input.script = TypistScript(n);
  } else if (name == "typists") {
    input.script = TypistsScript(n);
    input.MakeUpdates();
  } else if (name == "random-inserts") {
    input.script = RandomInserts(n);
  } else if (name == "map-key") {
    input.script = MapKey(n);
  } else if (name == "array-prepends") {
    input.script = ArrayPrepends(n);
  } else if (name == "same-position") {
    input.script = SamePosition(n);
  } else {
    input.script = PublicScript(name, n);
  }
  return input;
}

}  // namespace ypp::bench
