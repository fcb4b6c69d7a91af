// Any bytes as a state vector: an error, or a vector that is written and read as itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "codec/state_vector.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<ypp::StateVector> vector = ypp::StateVector::Decode({data, size});
  if (!vector.ok()) return 0;
  const std::string bytes = vector->Encode();
  YPP_CHECK(bytes.size() <= size);
  const absl::StatusOr<ypp::StateVector> again =
      ypp::StateVector::Decode(ypp::codec::AsBytes(bytes));
  YPP_CHECK(again.ok() && *again == *vector);
  YPP_CHECK(again->Encode() == bytes);
  for (const auto& [client, clock] : vector->entries()) YPP_CHECK(again->Get(client) == clock);
  return 0;
}
