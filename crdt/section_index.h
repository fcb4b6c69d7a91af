// Finds the sections of a checked update by client.
#ifndef YPP_CRDT_SECTION_INDEX_H_
#define YPP_CRDT_SECTION_INDEX_H_

#include <cstdint>
#include <vector>

#include "codec/id.h"
#include "crdt/incoming_update.h"
#include "crdt/item.h"

namespace ypp::internal {

// Client ids are drawn at random, so that their highest bits nearly tell the place of one among
// very many. Where they do not, because somebody chose them, what is left to do is a binary search.
class SectionIndex {
 public:
  // REQUIRES: `sections` descend by client, and stay as they are in number and order.
  explicit SectionIndex(const std::vector<IncomingSection>& sections);

  // The client will be looked for soon.
  void Prefetch(ClientId client) const {
    const uint64_t slot = client >> shift_;
    if (slot + 1 < begins_.size()) __builtin_prefetch(sections_.data() + begins_[slot + 1]);
  }
  // kNoIndex when the update has none.
  uint32_t Find(ClientId client) const {
    uint32_t begin = 0;
    uint32_t end = static_cast<uint32_t>(sections_.size());
    if (!begins_.empty()) {
      const uint64_t slot = client >> shift_;
      if (slot + 1 >= begins_.size()) return kNoIndex;
      begin = begins_[slot + 1];
      end = begins_[slot];
    }
    while (end - begin > 1) {
      const uint32_t middle = begin + (end - begin) / 2;
      (sections_[middle].client >= client ? begin : end) = middle;
    }
    return begin < end && sections_[begin].client == client ? begin : kNoIndex;
  }

 private:
  const std::vector<IncomingSection>& sections_;
  // By the bits of a client above `shift_`: where the sections begin whose clients have less there.
  // Empty where there are few.
  std::vector<uint32_t> begins_;
  unsigned shift_ = 0;
};

}  // namespace ypp::internal

#endif  // YPP_CRDT_SECTION_INDEX_H_
