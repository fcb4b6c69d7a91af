// What of a host's payload may enter the shared document: values are cut to size, and members that
// are secrets by their name are left out. A secret inside free text (a command line, a file) cannot
// be told from other text and is not looked for.
#ifndef YPP_PLUGIN_PAYLOAD_FILTER_H_
#define YPP_PLUGIN_PAYLOAD_FILTER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "codec/any.h"

namespace ypp::plugin {

// Of one string inside a tool's arguments; the content of a written file is the usual long one.
inline constexpr size_t kMaxArgumentStringBytes = 2 << 10;
// Of all strings and member names of one value together. What comes after is left out.
inline constexpr size_t kMaxArgumentsBytes = 16 << 10;

struct FilteredValue {
  Any value;
  bool truncated = false;  // something was cut for its size
};

// Secrets become the string "[redacted]".
FilteredValue FilterPayload(const Any& value);

// True for `apiKey`, `Authorization`, `client_secret` and the like, in any spelling.
bool IsSecretName(std::string_view name);

// SHA-256 in hex of the tool's name and its arguments, whatever the order of their members: the
// same call made on two devices has the same hash.
std::string JobContentHash(std::string_view tool, const Any& args);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_PAYLOAD_FILTER_H_
