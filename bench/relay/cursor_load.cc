#include "bench/relay/cursor_load.h"

#include <string>

#include "codec/awareness_message.h"
#include "codec/byte_writer.h"

namespace ypp::bench {
namespace {

constexpr ClientId kFirstCursor = 1000;

}  // namespace

CursorLoad::CursorLoad(ClientPool* pool, const LoadCase& load_case)
    : pool_(pool), load_case_(load_case) {
  for (size_t i = 0; i < load_case.documents; ++i) {
    for (size_t j = 0; j < load_case.clients; ++j) {
      LoadClient& client = pool->Add("cursors-" + std::to_string(i));
      client.events.on_awareness = [this, own = cursors_.size()](codec::Bytes update) {
        OnAwareness(update, own);
      };
      cursors_.emplace_back().client = &client;
    }
  }
}

void CursorLoad::Pace(int64_t due_ns) {
  Move(next_);
  next_ = (next_ + 1) % cursors_.size();
  const auto step_ns = static_cast<int64_t>(1e9 / load_case_.per_second);
  pool_->loop().At(due_ns + step_ns, [this, due_ns, step_ns] { Pace(due_ns + step_ns); });
}

void CursorLoad::Move(size_t index) {
  Cursor& cursor = cursors_[index];
  const uint64_t clock = cursor.sent_ns.size();
  const std::string state = R"({"user":{"name":"Ada Lovelace","color":"#30bced"},"cursor":)" +
                            std::to_string(clock) + "}";
  codec::ByteWriter out;
  codec::WriteAwarenessUpdate(out, {{kFirstCursor + index, clock, state}});
  cursor.sent_ns.push_back(NowNs());
  cursor.client->SendAwareness(out.bytes());
  ++counts_.sent;
}

void CursorLoad::OnAwareness(codec::Bytes update, size_t own) {
  codec::ByteReader in(update);
  const int64_t now_ns = NowNs();
  ++counts_.frames;
  for (const codec::AwarenessEntry& entry : codec::ReadAwarenessUpdate(in)) {
    const size_t whose = entry.client - kFirstCursor;
    if (whose == own) continue;  // not every server sends it back
    const Cursor& cursor = cursors_.at(whose);
    counts_.delivery_ns.push_back(static_cast<float>(now_ns - cursor.sent_ns.at(entry.clock)));
    ++counts_.deliveries;
  }
}

}  // namespace ypp::bench
