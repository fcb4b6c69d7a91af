// Any bytes as an update: the readers end, and what they accept can be written, converted, cut and
// merged again.
//
// The first byte chooses the format. Inputs are kept below 64 KiB: nothing that a reader does
// depends on more, and a run of structs in V2 may stand for a million of them.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "codec/update_algebra.h"

namespace {

using ypp::UpdateFormat;
using ypp::codec::AsBytes;
using ypp::codec::Bytes;

constexpr size_t kMaxInput = 64 << 10;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > kMaxInput) return 0;
  const bool is_v1 = (data[0] & 1) == 0;
  const UpdateFormat format = is_v1 ? UpdateFormat::kV1 : UpdateFormat::kV2;
  const UpdateFormat other = is_v1 ? UpdateFormat::kV2 : UpdateFormat::kV1;
  const Bytes update(data + 1, size - 1);

  const absl::StatusOr<std::string> converted = ypp::ConvertUpdate(update, format, other);
  const absl::StatusOr<ypp::StateVector> vector = ypp::StateVectorFromUpdate(update, format);
  YPP_CHECK(converted.ok() == vector.ok());
  YPP_CHECK(converted.ok() == ypp::ParseUpdateMeta(update, format).ok());
  if (!converted.ok()) return 0;

  // Once written by us, converting there and back changes nothing. What V1 paid for, V2 may have
  // for nothing.
  const ypp::DecodeLimits limits = ypp::DecodeLimits::TrustedStorage();
  const absl::StatusOr<std::string> back =
      ypp::ConvertUpdate(AsBytes(*converted), other, format, limits);
  YPP_CHECK(back.ok());
  const absl::StatusOr<std::string> again =
      ypp::ConvertUpdate(AsBytes(*back), format, other, limits);
  YPP_CHECK(again.ok());
  const absl::StatusOr<std::string> back_again =
      ypp::ConvertUpdate(AsBytes(*again), other, format, limits);
  YPP_CHECK(back_again.ok() && *back_again == *back);

  const absl::StatusOr<std::string> rest = ypp::DiffUpdate(update, *vector, format, limits);
  YPP_CHECK(rest.ok());
  const Bytes both[] = {update, AsBytes(*rest)};
  const absl::StatusOr<std::string> merged = ypp::MergeUpdates(both, format, limits);
  YPP_CHECK(merged.ok());
  YPP_CHECK(ypp::ParseUpdateMeta(AsBytes(*merged), format, limits).ok());
  return 0;
}
