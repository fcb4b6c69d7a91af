// Files of the tool `ypp`: read whole, written whole, `-` for standard input and output.
#ifndef YPP_CRDT_TOOL_FILES_H_
#define YPP_CRDT_TOOL_FILES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/update_reader.h"

namespace ypp::tool {

// NotFound when it cannot be opened, Unknown when reading breaks off.
absl::StatusOr<std::string> ReadInput(const std::string& path);
// The same for an update. InvalidArgument when it was said to be V1 and can only be V2.
absl::StatusOr<std::string> ReadUpdate(const std::string& path, UpdateFormat format);
absl::Status WriteOutput(const std::string& path, std::string_view bytes);

}  // namespace ypp::tool

#endif  // YPP_CRDT_TOOL_FILES_H_
