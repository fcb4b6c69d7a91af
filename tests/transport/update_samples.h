// Updates for tests, made by documents or written out byte by byte.
#ifndef YPP_TESTS_TRANSPORT_UPDATE_SAMPLES_H_
#define YPP_TESTS_TRANSPORT_UPDATE_SAMPLES_H_

#include <string>
#include <string_view>
#include <vector>

#include "codec/awareness_message.h"
#include "codec/byte_writer.h"
#include "crdt/doc.h"

namespace ypp::transport {

// No structs, no deletions.
inline std::string EmptyUpdate() { return std::string(2, '\0'); }

// Says of itself that it has one client section, and ends there.
inline std::string CorruptUpdate() { return std::string("\x01\x01\xe9\x07\x00\x84\xff", 7); }

// What appending each of `pieces` to the text `t` gives, one update per piece.
inline std::vector<std::string> TypingUpdates(ClientId client,
                                              const std::vector<std::string>& pieces) {
  Doc doc(DocOptions{client});
  std::vector<std::string> updates;
  const Subscription subscription =
      doc.OnUpdate([&updates](const UpdateEvent& event) { updates.emplace_back(event.update); });
  Text text = doc.GetText("t");
  for (const std::string& piece : pieces) text.Append(piece).IgnoreError();
  return updates;
}

inline std::string TextOf(const std::string& state) {
  Doc doc;
  if (!doc.ApplyUpdate(state).ok()) return "(refused)";
  return doc.GetText("t").ToString();
}

inline std::string AwarenessUpdate(ClientId client, uint64_t clock, std::string_view state) {
  codec::ByteWriter out;
  codec::WriteAwarenessUpdate(out, {{client, clock, state}});
  return out.Take();
}

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_UPDATE_SAMPLES_H_
