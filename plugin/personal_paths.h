// Keeps the user's name out of what is shared: it stands in the path of the home directory, and so
// in most paths of a host.
#ifndef YPP_PLUGIN_PERSONAL_PATHS_H_
#define YPP_PLUGIN_PERSONAL_PATHS_H_

#include <string>
#include <string_view>

#include "codec/any.h"

namespace ypp::plugin {

// Of one machine and project.
class PersonalPaths {
 public:
  // Either may be empty. A home directory that is "/" names nobody.
  PersonalPaths(std::string_view worktree, std::string_view home);

  // Inside the worktree: relative to it, the same on every machine. Elsewhere: as Text.
  std::string Path(std::string_view path) const;
  // With ~ for the home directory, wherever it stands by itself or before a slash.
  std::string Text(std::string_view text) const;
  // With all strings inside it as Text, and those that are paths by their name as Path.
  Any Value(const Any& value) const;

 private:
  // "": neither.
  std::string worktree_;
  std::string home_;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_PERSONAL_PATHS_H_
