// The load generator of bench/relay_compare, which see: runs one case against a server that is
// there, and prints its figures as a line of JSON; of a growth, a line for each step.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "bench/relay/floor_server.h"
#include "bench/relay/growth_run.h"
#include "bench/relay/load_case.h"
#include "bench/relay/load_run.h"
#include "transport/open_files.h"

namespace {

using ypp::bench::Figures;

int List() {
  for (const ypp::bench::LoadCase& load_case : ypp::bench::LoadCases()) {
    std::printf("{\"name\":\"%s\",\"what\":\"%s\"}\n", std::string(load_case.name).c_str(),
                std::string(load_case.what).c_str());
  }
  return 0;
}

int Wrong(const std::string& name) {
  std::fprintf(stderr, "ypp-relay-load: no such case: %s\n", name.c_str());
  return 2;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "ypp-relay-load: %s\n", std::string(status.message()).c_str());
  return 1;
}

void Print(const Figures& figures) {
  std::string line;
  for (const auto& [figure, value] : figures) {
    line += (line.empty() ? "{\"" : ",\"") + figure + "\":" + std::to_string(value);
  }
  std::printf("%s}\n", line.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Puts load on a Hocuspocus server and measures it.", "ypp-relay-load");
  std::string name;
  std::string growth_name;
  bool list = false;
  bool floor = false;
  double seconds = 5;
  ypp::bench::LoadTarget target;
  app.add_option("--case", name, "which; --list names them");
  app.add_option("--growth", growth_name, "instead of a case: document or connections");
  app.add_flag("--list", list, "prints the cases as lines of JSON");
  app.add_flag("--floor", floor, "serves instead, as the least that a server can do");
  app.add_option("--port", target.port, "of the server, on 127.0.0.1");
  app.add_option("--pid", target.pid, "of the server, for its processor time and memory");
  app.add_option("--seconds", seconds, "to measure for")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  if (list) return List();
  ypp::transport::RaiseOpenFilesLimit();
  if (floor) ypp::bench::RunFloorServer();
  if (!growth_name.empty()) {
    const auto growth = ypp::bench::FindGrowth(growth_name);
    if (!growth) return Wrong(growth_name);
    const absl::Status status = ypp::bench::RunGrowth(*growth, target, seconds, Print);
    return status.ok() ? 0 : Fail(status);
  }
  const auto load_case = ypp::bench::FindLoadCase(name);
  if (!load_case) return Wrong(name);
  const auto figures = ypp::bench::RunLoad(*load_case, target, seconds);
  if (!figures.ok()) return Fail(figures.status());
  Print(*figures);
  return 0;
}
