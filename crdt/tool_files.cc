#include "crdt/tool_files.h"

#include <array>
#include <fstream>
#include <iostream>

#include "codec/decode_limits.h"
#include "codec/update_algebra.h"

namespace ypp::tool {

namespace {
constexpr char kStandardStream[] = "-";
constexpr size_t kBlockBytes = 64 * 1024;

// Whether V1 cannot be what these bytes are, and V2 can. Every V2 update begins with a zero byte,
// and often reads as an empty V1 update with something behind it.
bool IsV2Only(codec::Bytes bytes) {
  if (bytes.empty() || bytes[0] != 0) return false;
  codec::UpdateReader v1(bytes, codec::Dialect::kV1);
  v1.ReadDeleteSet();
  if (v1.ok() && v1.position() == bytes.size()) return false;
  return ParseUpdateMeta(bytes, UpdateFormat::kV2, DecodeLimits::TrustedStorage()).ok();
}
}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  std::ifstream file;
  const bool standard = path == kStandardStream;
  if (!standard) {
    file.open(path, std::ios::binary);
    if (!file) return absl::NotFoundError("cannot open the file");
  }
  std::istream& in = standard ? std::cin : file;
  std::string bytes;
  std::array<char, kBlockBytes> block;
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    bytes.append(block.data(), static_cast<size_t>(in.gcount()));
  }
  if (in.bad()) return absl::UnknownError("cannot read the file");  // as of a directory
  return bytes;
}

absl::StatusOr<std::string> ReadUpdate(const std::string& path, UpdateFormat format) {
  absl::StatusOr<std::string> update = ReadInput(path);
  if (update.ok() && format == UpdateFormat::kV1 && IsV2Only(codec::AsBytes(*update))) {
    return absl::InvalidArgumentError("an update of format V2, which needs --v2");
  }
  return update;
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
