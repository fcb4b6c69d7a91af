// Which files a tool call touched, from the names and arguments that coding agents' tools commonly
// have.
#ifndef YPP_PLUGIN_TOOL_FILES_H_
#define YPP_PLUGIN_TOOL_FILES_H_

#include <string>
#include <string_view>
#include <vector>

#include "codec/any.h"
#include "plugin/personal_paths.h"

namespace ypp::plugin {

struct TouchedFile {
  std::string path;
  std::string kind;  // as in FileMutation
  std::string from;
  std::string to;

  friend bool operator==(const TouchedFile& a, const TouchedFile& b) {
    return a.path == b.path && a.kind == b.kind && a.from == b.from && a.to == b.to;
  }
};

// Empty for a tool that touches no file, or whose arguments do not say which. `metadata` is what
// the tool reported when it was done.
std::vector<TouchedFile> FilesTouchedBy(std::string_view tool, const Any& args, const Any& metadata,
                                        const PersonalPaths& paths);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TOOL_FILES_H_
