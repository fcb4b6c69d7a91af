#include "bench/relay/load_run.h"

#include <algorithm>
#include <functional>

#include "bench/relay/client_pool.h"
#include "bench/relay/cursor_load.h"
#include "bench/relay/server_usage.h"
#include "bench/relay/typing_load.h"

namespace ypp::bench {
namespace {

constexpr int64_t kPatienceNs = 60'000'000'000;

absl::StatusOr<Figures> RunTyping(const LoadCase& load_case, const LoadTarget& target,
                                  double seconds) {
  ClientPool pool(target.port);
  TypingLoad load(&pool, load_case);
  TypingLoad::Disturber disturber(&pool, load_case.disturbance);
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  disturber.Start();
  load.Start();
  return Measure(pool, target, seconds, load.counts());
}

absl::StatusOr<Figures> RunAwareness(const LoadCase& load_case, const LoadTarget& target,
                                     double seconds) {
  ClientPool pool(target.port);
  CursorLoad load(&pool, load_case);
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  load.Start();
  return Measure(pool, target, seconds, load.counts());
}

absl::StatusOr<Figures> RunIdle(const LoadCase& load_case, const LoadTarget& target) {
  constexpr size_t kFirst = 100;  // so that what a server sets up once is not counted
  constexpr int64_t kSettleNs = 1'000'000'000;
  ClientPool pool(target.port);
  for (size_t i = 0; i < kFirst; ++i) pool.Add("first-" + std::to_string(i));
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  pool.loop().RunFor(kSettleNs);
  const size_t before_bytes = ResidentBytes(target.pid);
  const int64_t cpu_ns = CpuNs(target.pid);
  for (size_t i = 0; i < load_case.clients; ++i) {
    for (size_t j = 0; j < load_case.documents; ++j) pool.Add("idle-" + std::to_string(j));
  }
  const int64_t start_ns = NowNs();
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  const double took_ns = static_cast<double>(NowNs() - start_ns);
  const double used_ns = static_cast<double>(CpuNs(target.pid) - cpu_ns);
  pool.loop().RunFor(kSettleNs);
  const double connections = static_cast<double>(load_case.documents * load_case.clients);
  const double grown_bytes =
      static_cast<double>(ResidentBytes(target.pid)) - static_cast<double>(before_bytes);
  if (absl::Status status = pool.Check(); !status.ok()) return status;
  return Figures{{"connects_per_s", connections * kNsPerSecond / took_ns},
                 {"cpu_us", used_ns / kNsPerUs / connections},
                 {"kib_per_connection", grown_bytes / 1024 / connections}};
}

absl::StatusOr<Figures> RunJoin(const LoadCase& load_case, const LoadTarget& target) {
  constexpr size_t kInsertions = 54'812;
  ClientPool pool(target.port);
  LoadClient& first = pool.Add("large");
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  bool stored = false;
  first.events.on_acknowledged = [&stored] { stored = true; };
  const std::string document = ScatteredText().Grow(kInsertions);
  first.SendUpdate(document);
  if (!pool.loop().RunUntil([&stored] { return stored; }, NowNs() + kPatienceNs)) {
    return absl::UnavailableError("the document is not acknowledged");
  }
  pool.loop().RunFor(200'000'000);  // whatever follows from it
  std::vector<LoadClient*> clients;
  for (size_t i = 0; i < load_case.clients; ++i) clients.push_back(&pool.Add("large"));
  const int64_t cpu_ns = CpuNs(target.pid);
  const int64_t start_ns = NowNs();
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  const double took_ns = static_cast<double>(NowNs() - start_ns);
  const double used_ns = static_cast<double>(CpuNs(target.pid) - cpu_ns);
  for (const LoadClient* client : clients) {
    if (client->document_bytes() < document.size() / 2) {
      return absl::UnavailableError("a client did not get the document");
    }
  }
  return Figures{{"seconds", took_ns / kNsPerSecond},
                 {"cpu_us", used_ns / kNsPerUs / static_cast<double>(clients.size())},
                 {"document_bytes", static_cast<double>(document.size())}};
}

// One client stops to read; what a server keeps for it is what it grows by.
absl::StatusOr<Figures> RunStalled(const LoadTarget& target, size_t in_flight) {
  constexpr size_t kUpdateBytes = 100'000;
  constexpr size_t kUpdates = 2'000;
  constexpr int64_t kSampleNs = 50'000'000;
  ClientPool pool(target.port);
  LoadClient& writer = pool.Add("stalled");
  LoadClient& reader = pool.Add("stalled");
  if (absl::Status status = pool.ConnectAll(kPatienceNs); !status.ok()) return status;
  reader.StopReading();
  Author author(kFirstAuthor);
  size_t sent = 0;
  size_t acknowledged = 0;
  const auto send_more = [&] {
    while (sent < kUpdates && sent < acknowledged + in_flight) {
      writer.SendUpdate(author.Replace(kUpdateBytes));
      ++sent;
    }
  };
  writer.events.on_acknowledged = [&] {
    ++acknowledged;
    send_more();
  };
  const size_t before_bytes = ResidentBytes(target.pid);
  size_t most_bytes = before_bytes;
  const int64_t deadline_ns = NowNs() + kPatienceNs;
  send_more();
  while (acknowledged < kUpdates && writer.failure().empty() && NowNs() < deadline_ns) {
    pool.loop().RunUntil([&] { return acknowledged == kUpdates; },
                         std::min(NowNs() + kSampleNs, deadline_ns));
    most_bytes = std::max(most_bytes, ResidentBytes(target.pid));
  }
  if (acknowledged < kUpdates) return absl::UnavailableError("the writer was held up");
  return Figures{{"grown_mib", static_cast<double>(most_bytes - before_bytes) / (1 << 20)}};
}

}  // namespace

absl::StatusOr<Figures> RunLoad(const LoadCase& load_case, const LoadTarget& target,
                                double seconds) {
  switch (load_case.kind) {
    case LoadCase::Kind::kTyping:
      return RunTyping(load_case, target, seconds);
    case LoadCase::Kind::kIdle:
      return RunIdle(load_case, target);
    case LoadCase::Kind::kJoin:
      return RunJoin(load_case, target);
    case LoadCase::Kind::kAwareness:
      return RunAwareness(load_case, target, seconds);
    case LoadCase::Kind::kStalled:
      return RunStalled(target, load_case.in_flight);
  }
  return absl::InvalidArgumentError("no such kind");
}

}  // namespace ypp::bench
