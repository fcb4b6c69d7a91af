// ypp-simulate: many runs of the simulation, each of a seed.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <string>

#include "absl/strings/escaping.h"
#include "codec/any.h"
#include "codec/json.h"
#include "tests/simulation/simulation.h"

namespace {

using ypp::Any;
using ypp::simulation::Outcome;

// For Yjs, which is to find the same text in the same updates: one JSON object for each document.
void Print(const Outcome& outcome) {
  for (const Outcome::Document& document : outcome.documents) {
    Any::Array updates;
    for (const std::string& update : document.updates)
      updates.push_back(absl::Base64Escape(update));
    std::cout << ypp::codec::ToJson(
                     Any::Object{{"updates", std::move(updates)}, {"text", document.text}})
              << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Simulates clients, a relay and its disk under faults, each run of one seed. Exits with 1 "
      "when something was lost, "
      "stuck or unequal.");
  uint64_t first = 1;
  uint64_t seeds = 1000;
  bool print = false;
  bool quiet = false;
  app.add_option("--seed", first, "the first seed")->capture_default_str();
  app.add_option("--seeds", seeds, "how many, one after another")->capture_default_str();
  app.add_flag("--print", print, "print each document's updates (base64) and text as JSON lines");
  app.add_flag("--quiet", quiet, "no progress");
  CLI11_PARSE(app, argc, argv);

  ypp::simulation::Events events;
  uint64_t failed = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    const Outcome outcome = ypp::simulation::Simulate(seed);
    events += outcome.events;
    if (print) Print(outcome);
    if (!outcome.failure.empty()) {
      ++failed;
      std::cerr << "seed " << seed << ": " << outcome.failure << "\n  again: " << argv[0]
                << " --seed " << seed << " --seeds 1\n";
    }
    if (!quiet && (seed - first + 1) % 100 == 0)
      std::cerr << seed - first + 1 << " of " << seeds << " seeds\n";
  }
  std::cerr << seeds << " seeds, " << failed << " failed: " << events.edits << " edits, "
            << events.acknowledged_clocks << " clocks acknowledged; " << events.cuts << " cuts, "
            << events.partitions << " partitions, " << events.repeated << " updates repeated, "
            << events.gossip << " past the relay, " << events.relay_kills << " relays and "
            << events.participant_kills << " participants killed, " << events.disk_failures
            << " disk errors, " << events.full_disks << " times full, " << events.torn_writes
            << " torn writes\n";
  return failed == 0 ? 0 : 1;
}
