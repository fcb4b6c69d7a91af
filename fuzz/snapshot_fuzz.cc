// Any bytes as a snapshot, V1 and V2, and as a relative position: an error, or a value that is
// written and read as itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/check.h"
#include "codec/relative_position.h"
#include "codec/snapshot.h"

namespace {

void ReadSnapshot(ypp::codec::Bytes bytes, ypp::UpdateFormat format) {
  const absl::StatusOr<ypp::Snapshot> snapshot = ypp::DecodeSnapshot(bytes, format);
  if (!snapshot.ok()) return;
  const std::string written = ypp::EncodeSnapshot(*snapshot, format);
  const absl::StatusOr<ypp::Snapshot> again =
      ypp::DecodeSnapshot(ypp::codec::AsBytes(written), format);
  YPP_CHECK(again.ok() && again->state == snapshot->state);
  YPP_CHECK(ypp::EncodeSnapshot(*again, format) == written);
}

void ReadPosition(ypp::codec::Bytes bytes) {
  const absl::StatusOr<ypp::RelativePosition> position = ypp::DecodeRelativePosition(bytes);
  if (!position.ok() || position->is_null()) return;
  const absl::StatusOr<std::string> written = ypp::EncodeRelativePosition(*position);
  YPP_CHECK(written.ok());
  const absl::StatusOr<ypp::RelativePosition> again =
      ypp::DecodeRelativePosition(ypp::codec::AsBytes(*written));
  YPP_CHECK(again.ok() && *again == *position);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ReadSnapshot({data, size}, ypp::UpdateFormat::kV1);
  ReadSnapshot({data, size}, ypp::UpdateFormat::kV2);
  ReadPosition({data, size});
  return 0;
}
