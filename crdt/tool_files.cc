#include "crdt/tool_files.h"

#include <fstream>
#include <iostream>
#include <iterator>

namespace ypp::tool {

namespace {
constexpr char kStandardStream[] = "-";
}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  std::ifstream file;
  const bool standard = path == kStandardStream;
  if (!standard) {
    file.open(path, std::ios::binary);
    if (!file) return absl::NotFoundError("cannot open the file");
  }
  std::istream& in = standard ? std::cin : file;
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return absl::UnknownError("cannot read the file");
  return bytes;
}

absl::Status WriteOutput(const std::string& path, std::string_view bytes) {
  std::ofstream file;
  const bool standard = path == kStandardStream;
  if (!standard) file.open(path, std::ios::binary | std::ios::trunc);
  std::ostream& out = standard ? std::cout : file;
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.flush();
  return out ? absl::OkStatus() : absl::UnknownError("cannot write the file");
}

}  // namespace ypp::tool
