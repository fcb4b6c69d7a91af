#include "bench/relay/growth_run.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "bench/relay/client_pool.h"
#include "bench/relay/load_case.h"
#include "bench/relay/typing_load.h"
#include "transport/open_files.h"

namespace ypp::bench {
namespace {

constexpr int64_t kPatienceNs = 300'000'000'000;
// A server may still have something to do with what has grown, as to store it.
constexpr int64_t kSettleNs = 3'000'000'000;
// For what is on its way when nobody types any more.
constexpr int64_t kArriveNs = 500'000'000;

absl::StatusOr<Figures> MeasureStep(ClientPool& pool, const LoadTarget& target, double seconds,
                                    TypingLoad& load) {
  pool.loop().RunFor(kSettleNs);
  load.Start();
  absl::StatusOr<Figures> figures = Measure(pool, target, seconds, load.counts());
  load.Stop();
  pool.loop().RunFor(kArriveNs);
  return figures;
}

// Has the text grow until the whole document is as large, on the server and with those who type.
absl::Status GrowDocument(ClientPool& pool, LoadClient& writer, ScatteredText& text,
                          size_t size_bytes, TypingLoad& load) {
  constexpr size_t kInsertions = 20'000;  // less than half a megabyte
  while (text.size_bytes() < size_bytes) {
    const std::string update = text.Grow(kInsertions);
    bool stored = false;
    writer.events.on_acknowledged = [&stored] { stored = true; };
    writer.SendUpdate(update);
    const bool in_time = pool.loop().RunUntil([&stored] { return stored; }, NowNs() + kPatienceNs);
    writer.events.on_acknowledged = nullptr;
    if (!in_time) return absl::UnavailableError("the document is not acknowledged");
    load.Take(update);
  }
  return pool.Check();
}

absl::Status RunDocument(const LoadTarget& target, double seconds,
                         const std::function<void(const Figures&)>& tell) {
  const LoadCase load_case = {"", "", LoadCase::Kind::kTyping, 1, 2, 1, 0, 500};
  ClientPool pool(target.port);
  TypingLoad load(&pool, load_case);
  LoadClient& writer = pool.Add(TypingLoad::DocumentName(0));
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  ScatteredText text;
  for (const size_t megabytes : {0, 1, 2, 5, 10, 20, 35, 50}) {
    const size_t size_bytes = std::max<size_t>(megabytes * 1'000'000, 10'000);
    absl::Status grown = GrowDocument(pool, writer, text, size_bytes, load);
    if (!grown.ok()) return grown;
    const absl::StatusOr<Figures> measured = MeasureStep(pool, target, seconds, load);
    if (!measured.ok()) return measured.status();
    Figures figures = {{"document_bytes", static_cast<double>(text.size_bytes())}};
    figures.insert(figures.end(), measured->begin(), measured->end());
    tell(figures);
  }
  return absl::OkStatus();
}

absl::Status RunConnections(const LoadTarget& target, double seconds,
                            const std::function<void(const Figures&)>& tell) {
  constexpr size_t kIdlePerDocument = 10;
  const LoadCase load_case = {"", "", LoadCase::Kind::kTyping, 50, 2, 2, 0, 500};
  const size_t open_files = transport::RaiseOpenFilesLimit();
  const size_t most = std::min<size_t>(20'000, transport::ConnectionsWithin(open_files));
  ClientPool pool(target.port);
  TypingLoad load(&pool, load_case);
  for (const size_t wanted : {100, 1'000, 2'500, 5'000, 10'000, 15'000, 20'000}) {
    const size_t connections = std::min(wanted, most);
    while (pool.size() < connections) {
      pool.Add("idle-" + std::to_string(pool.size() / kIdlePerDocument));
    }
    if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
    const absl::StatusOr<Figures> measured = MeasureStep(pool, target, seconds, load);
    if (!measured.ok()) return measured.status();
    Figures figures = {{"connections", static_cast<double>(connections)},
                       {"open_files", static_cast<double>(open_files)}};
    figures.insert(figures.end(), measured->begin(), measured->end());
    tell(figures);
    if (connections == most) break;
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<Growth> FindGrowth(std::string_view name) {
  if (name == "document") return Growth::kDocument;
  if (name == "connections") return Growth::kConnections;
  return std::nullopt;
}

absl::Status RunGrowth(Growth growth, const LoadTarget& target, double seconds,
                       const std::function<void(const Figures&)>& tell) {
  return growth == Growth::kDocument ? RunDocument(target, seconds, tell)
                                     : RunConnections(target, seconds, tell);
}

}  // namespace ypp::bench
