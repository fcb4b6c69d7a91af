#include "plugin/token_file.h"

#include <sys/stat.h>

#include <fstream>

namespace ypp::plugin {
namespace {

constexpr size_t kMaxTokenBytes = 64 << 10;

}  // namespace

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string token(kMaxTokenBytes + 1, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  if (file.bad() || (!file.eof() && file.gcount() == 0)) {
    return absl::NotFoundError("cannot read a token from " + path);
  }
  if (!file.eof()) return absl::InvalidArgumentError(path + " is longer than a token");
  token.resize(static_cast<size_t>(file.gcount()));
  token.resize(token.find_last_not_of("\r\n ") + 1);
  if (token.empty()) return absl::InvalidArgumentError(path + " is empty");
  return token;
}

std::function<void(TokenReply)> FetchTokenFrom(const std::string& path, const std::string& token) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return [token](const TokenReply& reply) { reply(token); };
  }
  return [path](const TokenReply& reply) { reply(ReadTokenFile(path)); };
}

bool IsReadByOthers(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 077) != 0;
}

}  // namespace ypp::plugin
