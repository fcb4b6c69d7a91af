// Mends a damaged local store as far as it can be read.
#ifndef YPP_PLUGIN_LOCAL_REPAIR_H_
#define YPP_PLUGIN_LOCAL_REPAIR_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace ypp::plugin {

struct LocalRepair {
  std::string copy;      // the directory as it was before
  size_t documents = 0;  // that can be read now
  size_t updates = 0;    // theirs
  size_t dropped = 0;    // updates that are whole for LevelDB and no updates of a document
};

// Copies the directory to one beside it, DIRECTORY.damaged or with a number behind it, and then
// lets LevelDB put together again what of it is whole. What was lost comes back from the relay, if
// it was sent there. NotFound when there is no LevelDB in the directory, FailedPrecondition while
// another program has it open, ResourceExhausted or Unavailable when it cannot be copied (nothing
// was touched then), DataLoss when it cannot be mended.
absl::StatusOr<LocalRepair> RepairLocalStore(const std::string& directory);

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_LOCAL_REPAIR_H_
