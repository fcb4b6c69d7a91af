// What a hook of the plugin costs the host, in a session that has grown long: the whole call, from
// JSON to the document, in a Session without a relay. Once in memory and once with the local store,
// where each call waits for the disk. Beside the time that went by stands the processor time of all
// threads, which others at work on the machine do not add to.
//
//   hook-latency [MESSAGES [CALLS]]     (10000 and 2000)
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "crdt/doc.h"
#include "plugin/session.h"

namespace {

using ypp::plugin::Session;

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "hook-latency: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::string Number(int n) { return std::to_string(n); }

absl::Status Message(Session& session, int n) {
  const std::string id = "msg_" + Number(n);
  return session.hooks().ChatMessage(
      R"({"sessionID":"bench","messageID":")" + id + "\"}",
      R"({"message":{"id":")" + id +
          R"(","role":"user","time":{"created":1}},"parts":[{"type":"text","text":"Please look at the )"
          R"(login flow again and say what is left to do there."}]})");
}

absl::Status Tool(Session& session, int n) {
  return session.hooks().ToolExecuteAfter(
      R"({"tool":"edit","sessionID":"bench","callID":"call_)" + Number(n) +
          R"(","args":{"filePath":"src/file)" + Number(n % 50) +
          R"(.c","oldString":"int a;","newString":"int b;"}})",
      R"({"title":"src/file.c","output":"Edit applied.","metadata":{}})");
}

absl::Status Delta(Session& session, int n) {
  return session.hooks().Event(
      R"({"type":"message.part.delta","properties":{"sessionID":"bench","messageID":"answer",)"
      R"("partID":"p","field":"text","delta":" word)" +
      Number(n) + "\"}}");
}

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double At(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<size_t>(part * static_cast<double>(sorted.size() - 1))];
}

void Measure(const char* store, const char* name, int calls,
             const std::function<absl::Status(int)>& call) {
  std::vector<double> elapsed, cpu;
  for (int i = 0; i < calls; ++i) {
    const double cpu_start = CpuMicroseconds();
    const auto start = std::chrono::steady_clock::now();
    Check(call(i));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    elapsed.push_back(took.count());
    cpu.push_back(CpuMicroseconds() - cpu_start);
  }
  std::sort(elapsed.begin(), elapsed.end());
  std::sort(cpu.begin(), cpu.end());
  std::printf("%-8s %-20s p50 %8.1f us  p99 %8.1f us   processor p50 %6.1f us  p99 %6.1f us\n",
              store, name, At(elapsed, 0.5), At(elapsed, 0.99), At(cpu, 0.5), At(cpu, 0.99));
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
  for (int i = 0; i < messages; ++i) Check(Message(session, i));
  Measure(store, "chat.message", calls, [&](int i) { return Message(session, messages + i); });
  Measure(store, "tool.execute.after", calls, [&](int i) { return Tool(session, i); });
  size_t bytes = 0;
  ypp::Subscription count;
  session.Read([&](const ypp::plugin::SessionDocument& document) {
    count = document.doc().OnUpdate(
        [&bytes](const ypp::UpdateEvent& event) { bytes += event.update.size(); });
  });
  Measure(store, "message.part.delta", calls, [&](int i) { return Delta(session, i); });
  std::printf("%-8s %d streamed tokens are %zu bytes of updates\n", store, calls, bytes);
  session.Read([&](const ypp::plugin::SessionDocument&) { count.Cancel(); });
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
  return 0;
}
