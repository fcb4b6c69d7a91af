#include "bench/relay/server_usage.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace ypp::bench {

int64_t CpuNs(int pid) {
  int64_t sum_ns = 0;
  std::error_code error;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
    std::ifstream in(task.path() / "schedstat");
    int64_t on_cpu_ns = 0;
    if (in >> on_cpu_ns) sum_ns += on_cpu_ns;
  }
  return sum_ns;
}

size_t ResidentBytes(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; in >> word;) {
    size_t kib = 0;
    if (word == "Rss:" && in >> kib) return kib * 1024;
  }
  return 0;
}

}  // namespace ypp::bench
