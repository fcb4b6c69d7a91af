// Any bytes as an awareness update to somebody who knows two others: refused and nothing changed,
// or taken in, and then a third one who hears of it sees the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "crdt/awareness.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ypp::Awareness neighbour(2);
  YPP_CHECK(neighbour.SetLocalState(R"({"name":"ada"})", 0).ok());
  ypp::Awareness awareness(1);
  // The state at clock 0, which everybody begins with, is told to nobody.
  YPP_CHECK(awareness.SetLocalState("1", 0).ok());
  YPP_CHECK(awareness.ApplyUpdate(ypp::codec::AsBytes(neighbour.EncodeUpdate()), {}, 0).ok());
  const std::string before = awareness.EncodeUpdate();
  if (!awareness.ApplyUpdate({data, size}, {}, 1).ok()) {
    YPP_CHECK(awareness.EncodeUpdate() == before);
    return 0;
  }
  ypp::Awareness third(3);
  YPP_CHECK(third.SetLocalState(std::nullopt, 1).ok());
  YPP_CHECK(third.ApplyUpdate(ypp::codec::AsBytes(awareness.EncodeUpdate()), {}, 1).ok());
  auto seen = third.states();
  auto shown = awareness.states();
  seen.erase(3);
  shown.erase(3);  // to the third one that is itself
  YPP_CHECK(seen == shown);

  awareness.Tick(2 * ypp::kAwarenessTimeoutMs);
  YPP_CHECK(awareness.states().size() <= 1);
  return 0;
}
