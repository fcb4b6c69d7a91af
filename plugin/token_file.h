// A bearer token in a file, where another program may renew it.
#ifndef YPP_PLUGIN_TOKEN_FILE_H_
#define YPP_PLUGIN_TOKEN_FILE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "transport/client.h"

namespace ypp::plugin {

// Without the white space at its end. NotFound when there is none that can be read, InvalidArgument
// when it is empty or longer than a token is. No message has anything of its content.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

// A SessionOptions::fetch_token that reads the file each time, `token` being what it held at first.
// What is no regular file (a pipe from another program) can be read once only and keeps that token.
std::function<void(TokenReply)> FetchTokenFrom(const std::string& path, const std::string& token);

// Whether other users of the machine can read it.
bool IsReadByOthers(const std::string& path);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TOKEN_FILE_H_
