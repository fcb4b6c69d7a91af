// A disk as LevelDB sees it, on which a log ends with its last whole record, if what follows is one
// that ends in zeros.
//
// When the power goes, the size of a file may have reached the disk before its bytes: the log then
// ends in zeros. LevelDB takes a record that is cut short for one that was never finished, but one
// that ends in zeros for damage. It is the same accident, and nothing that was synced is lost by
// it.
//
// A record that is not whole and has something behind it stays, and so does one that does not end
// in zeros: that is damage, and LevelDB is to say so.
#ifndef YPP_PLUGIN_TORN_TAIL_H_
#define YPP_PLUGIN_TORN_TAIL_H_

#include <leveldb/env.h>

#include <cstddef>
#include <string>

namespace ypp::plugin {

// A record may end in a few zeros itself, as an update without deletions does, and be damaged
// elsewhere; so many at its end are not what an editor writes.
inline constexpr size_t kTornTailZeros = 8;

// Fewer are a torn tail where they are all that the log has in its last sector: a record that
// crosses into a new sector by a few bytes may lose just these, since a disk writes whole sectors.
// Within a sector fewer are not lost: a record is one write of seven bytes or more, and LevelDB
// itself passes over seven zeros.
inline constexpr size_t kDiskSectorBytes = 512;

// Reads each log twice, so it is for a store that is said to be damaged. What is written goes to
// the disk as it is. Does not own the disk.
class TornTailEnv : public leveldb::EnvWrapper {
 public:
  explicit TornTailEnv(leveldb::Env* disk) : EnvWrapper(disk) {}

  leveldb::Status NewSequentialFile(const std::string& path,
                                    leveldb::SequentialFile** file) override;
};

}  // namespace ypp::plugin

#endif  // YPP_PLUGIN_TORN_TAIL_H_
