// A host written against the installed library: it records a turn while there is no network, and
// reads it back.
#include <cstdio>
#include <memory>

#include "plugin/session.h"

int main() {
  ypp::plugin::SessionOptions options;
  options.relay_url = "ws://127.0.0.1:1";
  options.token = "a-token";
  options.session_id = "s1";
  options.connect = false;
  auto session = ypp::plugin::Session::Open(options);
  if (!session.ok()) {
    std::fprintf(stderr, "%s\n", session.status().ToString().c_str());
    return 1;
  }
  const absl::Status recorded = (*session)->hooks().ChatMessage(
      R"({"sessionID":"s1","messageID":"m1"})",
      R"({"message":{"id":"m1","role":"user"},"parts":[{"id":"p1","type":"text","text":"Hello"}]})");
  if (!recorded.ok()) {
    std::fprintf(stderr, "%s\n", recorded.ToString().c_str());
    return 1;
  }
  bool there = false;
  (*session)->Read([&](const ypp::plugin::SessionDocument& document) {
    there = document.message_count() == 1 && document.ReadMessage(0).id == "m1";
  });
  std::puts(there ? "the turn is recorded" : "the turn is missing");
  return there ? 0 : 1;
}
