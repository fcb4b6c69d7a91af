// `ypp show`: the roots of a document as JSON.
#ifndef YPP_CRDT_TOOL_SHOW_H_
#define YPP_CRDT_TOOL_SHOW_H_

#include <string>

#include "codec/any.h"
#include "crdt/doc.h"

namespace ypp::tool {

// NAME:TYPE, as on the command line.
struct RootArgument {
  std::string name;
  std::string type;
};
// The last colon separates, so that names may hold colons.
RootArgument SplitRoot(const std::string& argument);
// Empty, or what is wrong with it.
std::string CheckRoot(const std::string& argument);

Any ShowRoot(Doc& doc, const RootArgument& root);

}  // namespace ypp::tool

#endif  // YPP_CRDT_TOOL_SHOW_H_
