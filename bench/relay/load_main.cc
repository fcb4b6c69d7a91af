// The load generator of bench/relay_compare, which see: runs one case against a server that is
// there, and prints its figures as a line of JSON.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "bench/relay/load_case.h"
#include "bench/relay/load_run.h"

int main(int argc, char** argv) {
  CLI::App app("Puts load on a Hocuspocus server and measures it.", "ypp-relay-load");
  std::string name;
  bool list = false;
  double seconds = 5;
  ypp::bench::LoadTarget target;
  app.add_option("--case", name, "which; --list names them");
  app.add_flag("--list", list, "prints the cases as lines of JSON");
  app.add_option("--port", target.port, "of the server, on 127.0.0.1");
  app.add_option("--pid", target.pid, "of the server, for its processor time and memory");
  app.add_option("--seconds", seconds, "to measure for")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  if (list) {
    for (const ypp::bench::LoadCase& load_case : ypp::bench::LoadCases()) {
      std::printf("{\"name\":\"%s\",\"what\":\"%s\"}\n", std::string(load_case.name).c_str(),
                  std::string(load_case.what).c_str());
    }
    return 0;
  }
  const auto load_case = ypp::bench::FindLoadCase(name);
  if (!load_case) {
    std::fprintf(stderr, "ypp-relay-load: no such case: %s\n", name.c_str());
    return 2;
  }
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  const auto figures = ypp::bench::RunLoad(*load_case, target, seconds);
  if (!figures.ok()) {
    std::fprintf(stderr, "ypp-relay-load: %s\n", std::string(figures.status().message()).c_str());
    return 1;
  }
  std::string line;
  for (const auto& [figure, value] : *figures) {
    line += (line.empty() ? "{\"" : ",\"") + figure + "\":" + std::to_string(value);
  }
  std::printf("%s}\n", line.c_str());
  return 0;
}
