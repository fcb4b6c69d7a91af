#include "crdt/section_index.h"

#include "absl/numeric/bits.h"

namespace ypp::internal {

SectionIndex::SectionIndex(const std::vector<IncomingSection>& sections) : sections_(sections) {
  constexpr size_t kFew = 32;  // a search among them takes no longer
  if (sections.size() <= kFew) return;
  const ClientId highest = sections.front().client;
  const int bits = absl::bit_width(highest) - absl::bit_width(sections.size());
  shift_ = bits > 0 ? static_cast<unsigned>(bits) : 0;  // slots: up to twice as many as sections
  begins_.resize((highest >> shift_) + 2, static_cast<uint32_t>(sections.size()));
  uint64_t slot = begins_.size() - 1;
  for (uint32_t i = 0; i < sections.size(); ++i) {
    for (const uint64_t its = sections[i].client >> shift_; slot > its; --slot) begins_[slot] = i;
  }
}

}  // namespace ypp::internal
