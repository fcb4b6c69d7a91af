#include "transport/acknowledgements.h"

namespace ypp::transport {

void Acknowledgements::SetGathered(uint64_t append) {
  for (Owed& owed : owed_) {
    if (owed.after == kGathered) owed.after = append;
  }
}

std::optional<Acknowledgements::Acknowledgement> Acknowledgements::TakeDue(uint64_t durable) {
  if (owed_.empty() || owed_.front().after > durable) return std::nullopt;
  const Acknowledgement due = owed_.front().acknowledgement;
  owed_.pop_front();
  return due;
}

}  // namespace ypp::transport
