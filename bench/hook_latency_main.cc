// What a hook of the plugin costs the host, in a session that has grown long: from JSON to the
// document, in a Session without a relay, in memory and with the local store. Each hook comes when
// the one before is done, as a host's do. "returns" is how long CallThen keeps the host, by the
// clock and in processor time of its thread, which others at work on the machine do not add to;
// "written" is how long it takes until `done` is called, which is what Call takes. Of the calls
// that keep the host longer than a millisecond it is said how many waited (for a lock, say: the
// hook's own doing) and how many had the processor taken away from them. At the end, what streamed
// tokens are on the wire.
//
//   hook-latency [MESSAGES [CALLS]]     (10000 and 2000)
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "crdt/doc.h"
#include "plugin/document_name.h"
#include "plugin/session.h"
#include "transport/client.h"
#include "transport/relay.h"
#include "transport/token_authenticator.h"

namespace {

using ypp::plugin::Session;

// A fast model's.
constexpr int kTokenPaceMs = 10;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "hook-latency: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::string Number(int n) { return std::to_string(n); }

// A hook's name and its two payloads.
struct HookCall {
  const char* hook;
  std::string input;
  std::string output;
};

HookCall Message(int n) {
  const std::string id = "msg_" + Number(n);
  return {
      "chat.message", R"({"sessionID":"bench","messageID":")" + id + "\"}",
      R"({"message":{"id":")" + id +
          R"(","role":"user","time":{"created":1}},"parts":[{"type":"text","text":"Please look at the )"
          R"(login flow again and say what is left to do there."}]})"};
}

HookCall Tool(int n) {
  return {"tool.execute.after",
          R"({"tool":"edit","sessionID":"bench","callID":"call_)" + Number(n) +
              R"(","args":{"filePath":"src/file)" + Number(n % 50) +
              R"(.c","oldString":"int a;","newString":"int b;"}})",
          R"({"title":"src/file.c","output":"Edit applied.","metadata":{}})"};
}

HookCall Delta(int n) {
  return {"event",
          R"({"type":"message.part.delta","properties":{"sessionID":"bench","messageID":"answer",)"
          R"("partID":"p","field":"text","delta":" word)" +
              Number(n) + "\"}}",
          "{}"};
}

double ThreadMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Microseconds, one for each call.
class Durations {
 public:
  void Add(double us) { all_.push_back(us); }
  // `part`: 0.5 for the median.
  double At(double part) {
    std::sort(all_.begin(), all_.end());
    return all_[static_cast<size_t>(part * static_cast<double>(all_.size() - 1))];
  }

 private:
  std::vector<double> all_;
};

// Counts calls that are done.
class Written {
 public:
  void Add() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void WaitFor(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

void CallThen(Session& session, const HookCall& call, Written& written) {
  session.hooks().CallThen(call.hook, call.input, call.output, [&](const absl::Status& status) {
    Check(status);
    written.Add();
  });
}

// How often this thread gave its processor up to wait for something, and how often it was taken
// away.
struct Switches {
  long waited = 0;
  long preempted = 0;
};
Switches ThreadSwitches() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {usage.ru_nvcsw, usage.ru_nivcsw};
}

// The calls that kept their host longer than they may.
struct SlowCalls {
  static constexpr double kGoalUs = 1'000;

  void Note(double us, const Switches& before, const Switches& after) {
    if (us <= kGoalUs) return;
    ++all;
    if (after.waited != before.waited) ++waited;
    if (after.preempted != before.preempted) ++preempted;
  }

  int all = 0;
  int waited = 0;
  int preempted = 0;
};

double MicrosecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

void Measure(Session& session, const char* store, const char* name, int calls,
             const std::function<HookCall(int)>& make) {
  Durations returns, cpu, written_after;
  SlowCalls slow;
  Written written;
  for (int i = 0; i < calls; ++i) {
    const HookCall call = make(i);
    const Switches before = ThreadSwitches();
    const double cpu_start = ThreadMicroseconds();
    const auto start = std::chrono::steady_clock::now();
    CallThen(session, call, written);
    const double us = MicrosecondsSince(start);
    cpu.Add(ThreadMicroseconds() - cpu_start);
    slow.Note(us, before, ThreadSwitches());
    returns.Add(us);
    written.WaitFor(i + 1);
    written_after.Add(MicrosecondsSince(start));
  }
  std::printf(
      "%-7s %-20s returns p50 %6.0f us p99 %6.0f us (processor %4.0f us, %4.0f us)   "
      "written p50 %6.0f us p99 %6.0f us   above 1 ms: %d (%d waited, %d were preempted)\n",
      store, name, returns.At(0.5), returns.At(0.99), cpu.At(0.5), cpu.At(0.99),
      written_after.At(0.5), written_after.At(0.99), slow.all, slow.waited, slow.preempted);
}

// All at once, as after a pause of the host.
void MeasureBurst(Session& session, const char* store, int calls,
                  const std::function<HookCall(int)>& make) {
  Written written;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) CallThen(session, make(i), written);
  const double returned_us = MicrosecondsSince(start);
  written.WaitFor(calls);
  std::printf("%-7s %d tokens at once: returned after %.1f ms, written after %.1f ms\n", store,
              calls, returned_us / 1e3, MicrosecondsSince(start) / 1e3);
}

void Run(const char* store, const std::string& directory, int messages, int calls) {
  ypp::plugin::SessionOptions options;
  options.relay_url = "ws://127.0.0.1:1";
  options.token = "bench";
  options.session_id = "bench";
  options.connect = false;
  options.local_persistence_path = directory;
  auto opened = Session::Open(options);
  Check(opened.status());
  Session& session = **opened;
  Written written;
  for (int i = 0; i < messages; ++i) CallThen(session, Message(i), written);
  written.WaitFor(messages);
  Measure(session, store, "chat.message", calls, [&](int i) { return Message(messages + i); });
  Measure(session, store, "tool.execute.after", calls, [&](int i) { return Tool(i); });
  Measure(session, store, "message.part.delta", calls, [&](int i) { return Delta(i); });
  MeasureBurst(session, store, calls, [&](int i) { return Delta(calls + i); });
}

// A client's frame around a message: two bytes, those of a longer length, and the mask.
size_t FrameBytes(size_t message_bytes) {
  return message_bytes + 6 + (message_bytes < 126 ? 0 : message_bytes < 65'536 ? 2 : 8);
}

// The same that a Session does, with an eye on the connection. A token comes every `pace_ms`.
void CountOnTheWire(int tokens, int pace_ms, int64_t send_delay_ms) {
  ypp::RelayOptions relay_options;
  relay_options.listen = "127.0.0.1:0";
  relay_options.authenticator = *ypp::transport::TokenAuthenticator::Parse(R"({"bench": {}})");
  relay_options.log = ypp::transport::SilentLog();
  auto relay = ypp::Relay::Start(std::move(relay_options));
  Check(relay.status());
  std::atomic<size_t> messages = 0, payload = 0, frames = 0;
  ypp::ClientOptions client_options;
  client_options.url = (*relay)->url();
  ypp::ClientEvents events;
  events.on_outgoing_message = [&](const std::string& message) {
    ++messages;
    payload += message.size();
    frames += FrameBytes(message.size());
  };
  ypp::Doc doc;
  auto client = ypp::Client::Create(std::move(client_options), std::move(events));
  Check(client.status());
  ypp::plugin::SessionDocument document(doc);
  ypp::plugin::Hooks hooks(document,
                           {"bench",
                            {"host", "terminal"},
                            "",
                            "",
                            [] { return int64_t{1}; },
                            [&](const std::function<void()>& fn) { (*client)->Run(fn); }});
  ypp::ProviderOptions provider_options;
  provider_options.document = *ypp::plugin::SessionDocumentName("bench", "bench");
  provider_options.token = "bench";
  provider_options.flush_delay_ms = send_delay_ms;
  auto provider = (*client)->Attach(doc, nullptr, std::move(provider_options));
  Check(provider.status());
  const auto call = [&hooks](const HookCall& hook) {
    Check(hooks.Call(hook.hook, hook.input, hook.output));
  };
  call(Message(0));
  call(Delta(0));
  Check((*provider)->Flush(10'000));
  messages = payload = frames = 0;
  size_t updates = 0;
  ypp::Subscription count;
  (*client)->Run([&] {
    count =
        doc.OnUpdate([&updates](const ypp::UpdateEvent& event) { updates += event.update.size(); });
  });
  auto next = std::chrono::steady_clock::now();
  for (int i = 1; i <= tokens; ++i) {
    std::this_thread::sleep_until(next);
    next += std::chrono::milliseconds(pace_ms);
    call(Delta(i));
  }
  Check((*provider)->Flush(10'000));
  std::printf(
      "%d tokens, one in %d ms, sent after %d ms: %zu bytes of updates, %zu messages of %zu bytes, "
      "%zu with their frames\n",
      tokens, pace_ms, static_cast<int>(send_delay_ms), updates, messages.load(), payload.load(),
      frames.load());
  (*client)->Run([&] { count.Cancel(); });
}

}  // namespace

int main(int argc, char** argv) {
  const int messages = argc > 1 ? std::atoi(argv[1]) : 10'000;
  const int calls = argc > 2 ? std::atoi(argv[2]) : 2'000;
  if (messages < 0 || calls < 1) return 2;
  Run("memory", "", messages, calls);
  const std::string directory =
      std::filesystem::temp_directory_path() / ("ypp-hook-latency-" + std::to_string(getpid()));
  Run("disk", directory, messages, calls);
  std::filesystem::remove_all(directory);
  const int64_t send_delay_ms = ypp::plugin::SessionOptions().send_delay_ms;
  CountOnTheWire(calls, kTokenPaceMs, 0);
  CountOnTheWire(calls, kTokenPaceMs, send_delay_ms);
  return 0;
}
