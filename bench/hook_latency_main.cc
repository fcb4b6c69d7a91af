// What a hook of the plugin costs the host, in a session that has grown long: the whole call, from
// JSON to the document, in a Session without a relay. In memory; with the local store, where Call
// waits for the disk; and with CallThen, which does not. Beside the time that went by stands the
// processor time of all threads, which others at work on the machine do not add to. At the end,
// what streamed tokens are on the wire.
//
//   hook-latency [MESSAGES [CALLS]]     (10000 and 2000)
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

absl::Status Call(ypp::plugin::Hooks& hooks, const HookCall& call) {
  return hooks.Call(call.hook, call.input, call.output);
}

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double At(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void Measure(const char* store, const char* name, int calls, const std::function<void(int)>& call) {
  std::vector<double> elapsed, cpu;
  for (int i = 0; i < calls; ++i) {
    const double cpu_start = CpuMicroseconds();
    const auto start = std::chrono::steady_clock::now();
    call(i);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    elapsed.push_back(took.count());
    cpu.push_back(CpuMicroseconds() - cpu_start);
  }
  std::sort(elapsed.begin(), elapsed.end());
  std::sort(cpu.begin(), cpu.end());
  std::printf("%-12s %-20s p50 %8.1f us  p99 %8.1f us   processor p50 %6.1f us  p99 %6.1f us\n",
              store, name, At(elapsed, 0.5), At(elapsed, 0.99), At(cpu, 0.5), At(cpu, 0.99));
}

// Counts calls that are on the disk.
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

void MeasureThen(Session& session, const char* name, int calls,
                 const std::function<HookCall(int)>& make) {
  Written written;
  const auto start = std::chrono::steady_clock::now();
  Measure("disk, later", name, calls, [&](int i) {
    const HookCall call = make(i);
    session.hooks().CallThen(call.hook, call.input, call.output, [&](const absl::Status& status) {
      Check(status);
      written.Add();
    });
  });
  written.WaitFor(calls);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  std::printf("%-12s %d calls were on the disk after %.0f ms\n", "disk, later", calls,
              took.count());
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
  const auto call = [&session](const HookCall& hook) { Check(Call(session.hooks(), hook)); };
  Written written;
  for (int i = 0; i < messages; ++i) {
    const HookCall message = Message(i);
    session.hooks().CallThen(message.hook, message.input, message.output,
                             [&](const absl::Status& status) {
                               Check(status);
                               written.Add();
                             });
  }
  written.WaitFor(messages);
  Measure(store, "chat.message", calls, [&](int i) { call(Message(messages + i)); });
  Measure(store, "tool.execute.after", calls, [&](int i) { call(Tool(i)); });
  Measure(store, "message.part.delta", calls, [&](int i) { call(Delta(i)); });
  if (directory.empty()) return;
  MeasureThen(session, "chat.message", calls, [&](int i) { return Message(messages + calls + i); });
  MeasureThen(session, "tool.execute.after", calls, [&](int i) { return Tool(calls + i); });
  MeasureThen(session, "message.part.delta", calls, [&](int i) { return Delta(calls + i); });
}

// A client's frame around a message: two bytes, those of a longer length, and the mask.
size_t FrameBytes(size_t message_bytes) {
  return message_bytes + 6 + (message_bytes < 126 ? 0 : message_bytes < 65'536 ? 2 : 8);
}

// The same that a Session does, with an eye on the connection.
void CountOnTheWire(int tokens) {
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
                            [] { return int64_t{1}; },
                            [&](const std::function<void()>& fn) { (*client)->Run(fn); }});
  ypp::ProviderOptions provider_options;
  provider_options.document = *ypp::plugin::SessionDocumentName("bench", "bench");
  provider_options.token = "bench";
  auto provider = (*client)->Attach(doc, nullptr, std::move(provider_options));
  Check(provider.status());
  Check(Call(hooks, Message(0)));
  Check(Call(hooks, Delta(0)));
  Check((*provider)->Flush(10'000));
  messages = payload = frames = 0;
  size_t updates = 0;
  ypp::Subscription count;
  (*client)->Run([&] {
    count =
        doc.OnUpdate([&updates](const ypp::UpdateEvent& event) { updates += event.update.size(); });
  });
  for (int i = 1; i <= tokens; ++i) Check(Call(hooks, Delta(i)));
  Check((*provider)->Flush(10'000));
  std::printf(
      "%d streamed tokens: %zu bytes of updates, %zu messages of %zu bytes, %zu with their "
      "frames\n",
      tokens, updates, messages.load(), payload.load(), frames.load());
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
  CountOnTheWire(calls);
  return 0;
}
