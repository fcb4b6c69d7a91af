// Any bytes as an update to those who only look at it: dumping, counting and obfuscating accept the
// same inputs, and an obfuscated update has the same structs.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "codec/obfuscate.h"
#include "codec/snapshot.h"
#include "codec/update_algebra.h"
#include "codec/update_dump.h"

namespace {

// A dump is text of everything: long inputs say nothing more.
constexpr size_t kMaxInputBytes = 16 * 1024;

void Look(ypp::codec::Bytes update, ypp::UpdateFormat format) {
  std::string dump;
  const bool dumped = ypp::DumpUpdate(update, format, &dump).ok();
  const absl::StatusOr<ypp::StateVector> vector = ypp::StateVectorFromUpdate(update, format);
  YPP_CHECK(!vector.ok() || dumped);  // a dump also shows holes that nobody else takes
  const absl::StatusOr<std::string> hidden = ypp::ObfuscateUpdate(update, format);
  YPP_CHECK(hidden.ok() == vector.ok());
  if (!hidden.ok()) return;
  const absl::StatusOr<ypp::StateVector> of_hidden = ypp::StateVectorFromUpdate(
      ypp::codec::AsBytes(*hidden), format, ypp::DecodeLimits::TrustedStorage());
  YPP_CHECK(of_hidden.ok() && *of_hidden == *vector);
  YPP_CHECK(ypp::SnapshotContainsUpdate({}, update, format).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > kMaxInputBytes) return 0;
  Look({data, size}, ypp::UpdateFormat::kV1);
  Look({data, size}, ypp::UpdateFormat::kV2);
  return 0;
}
