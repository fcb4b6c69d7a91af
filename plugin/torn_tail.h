// A disk as LevelDB sees it, on which logs end where the last thing written to them ends.
//
// When the power goes, the size of a file may have reached the disk before its bytes: the log then
// ends in zeros. LevelDB takes a record that is cut short for one that was never finished, but one
// that ends in zeros for damage. It is the same accident, and nothing that was synced is lost by it.
#ifndef YPP_PLUGIN_TORN_TAIL_H_
#define YPP_PLUGIN_TORN_TAIL_H_

#include <leveldb/env.h>

#include <cstddef>
#include <string>

namespace ypp::plugin {

// A whole record may end in a few zeros, as an update without deletions does; so many at its end
// are not what an editor writes.
inline constexpr size_t kTornTailZeros = 8;

// Only for a store that is said to be damaged: another's logs are whole, zeros and all. Reads; what
// is written goes to the disk as it is. Does not own the disk.
class TornTailEnv : public leveldb::EnvWrapper {
 public:
  explicit TornTailEnv(leveldb::Env* disk) : EnvWrapper(disk) {}

  leveldb::Status NewSequentialFile(const std::string& path,
                                    leveldb::SequentialFile** file) override;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TORN_TAIL_H_
