#include "bench/relay/typing_load.h"

#include <algorithm>

#include "codec/update_algebra.h"

namespace ypp::bench {
namespace {

// Enough to keep a server from ever being idle.
constexpr size_t kFloodInFlight = 64;
constexpr size_t kFloodBytes = 1'000;

}  // namespace

TypingLoad::TypingLoad(ClientPool* pool, const LoadCase& load_case)
    : pool_(pool), load_case_(load_case) {
  for (size_t i = 0; i < load_case.documents; ++i) {
    for (size_t j = 0; j < load_case.clients; ++j) {
      LoadClient& client = pool->Add(DocumentName(i));
      Writer* own = nullptr;
      if (j < load_case.writers) {
        writers_.push_back(std::make_unique<Writer>(kFirstAuthor + writers_.size()));
        own = writers_.back().get();
        own->client = &client;
        client.events.on_acknowledged = [this, own] { OnAcknowledged(*own); };
      }
      client.events.on_update = [this, own](codec::Bytes update) { OnUpdate(update, own); };
    }
  }
}

std::string TypingLoad::DocumentName(size_t number) { return "typing-" + std::to_string(number); }

void TypingLoad::Take(std::string_view update) {
  for (const auto& writer : writers_) writer->author.Take(update);
}

void TypingLoad::Start() {
  pacing_ = load_case_.in_flight == 0;
  if (pacing_) return Pace(NowNs());
  for (const auto& writer : writers_) FillUp(*writer);
}

void TypingLoad::Type(Writer& writer) {
  const int64_t now_ns = NowNs();
  writer.unacknowledged_ns.push_back(now_ns);
  writer.client->SendUpdate(writer.author.Type(now_ns));
  ++counts_.sent;
}

void TypingLoad::FillUp(Writer& writer) {
  while (writer.author.typed() < writer.arrived + load_case_.in_flight) Type(writer);
}

void TypingLoad::Pace(int64_t due_ns) {
  if (!pacing_) return;
  Type(*writers_[next_]);
  next_ = (next_ + 1) % writers_.size();
  const auto step_ns = static_cast<int64_t>(1e9 / load_case_.per_second);
  pool_->loop().At(due_ns + step_ns, [this, due_ns, step_ns] { Pace(due_ns + step_ns); });
}

void TypingLoad::OnAcknowledged(Writer& writer) {
  counts_.acknowledgement_ns.push_back(
      static_cast<float>(NowNs() - writer.unacknowledged_ns.front()));
  writer.unacknowledged_ns.pop_front();
}

void TypingLoad::OnUpdate(codec::Bytes update, Writer* own) {
  if (codec::AsText(update) != parsed_) Parse(update);
  const int64_t now_ns = NowNs();
  ++counts_.frames;
  for (const Typed& typed : typed_) {
    Writer& writer = *writers_[typed.writer];
    if (&writer == own) continue;  // not every server sends it back, and nobody waits for it
    const uint32_t to = std::min(typed.to, writer.author.typed());
    for (uint32_t clock = typed.from; clock < to; ++clock) {
      counts_.delivery_ns.push_back(static_cast<float>(now_ns - writer.author.sent_ns(clock)));
      ++counts_.deliveries;
    }
    writer.arrived = std::max(writer.arrived, to);
    if (load_case_.in_flight > 0) FillUp(writer);
  }
}

void TypingLoad::Parse(codec::Bytes update) {
  parsed_ = codec::AsText(update);
  typed_.clear();
  const absl::StatusOr<UpdateMeta> meta = ParseUpdateMeta(update, UpdateFormat::kV1);
  if (!meta.ok()) return;
  for (size_t i = 0; i < meta->from.size(); ++i) {
    const auto [client, from] = meta->from[i];
    if (client < kFirstAuthor || client >= kFirstAuthor + writers_.size()) continue;
    typed_.push_back({static_cast<size_t>(client - kFirstAuthor), static_cast<uint32_t>(from),
                      static_cast<uint32_t>(meta->to[i].second)});
  }
}

TypingLoad::Disturber::Disturber(ClientPool* pool, LoadCase::Disturbance disturbance)
    : disturbance_(disturbance), author_(1) {
  if (disturbance == LoadCase::Disturbance::kNone) return;
  writer_ = &pool->Add("disturbed");
  reader_ = &pool->Add("disturbed");
  writer_->events.on_acknowledged = [this] { Send(); };
}

void TypingLoad::Disturber::Start() {
  if (writer_ == nullptr) return;
  if (disturbance_ == LoadCase::Disturbance::kStalledReader) {
    reader_->StopReading();
    Send();
    return;
  }
  for (size_t i = 0; i < kFloodInFlight; ++i) Send();
}

void TypingLoad::Disturber::Send() { writer_->SendUpdate(author_.Replace(kFloodBytes)); }

}  // namespace ypp::bench
