// Whether a document already holds all of an update.
#ifndef YPP_TRANSPORT_UPDATE_CONTAINMENT_H_
#define YPP_TRANSPORT_UPDATE_CONTAINMENT_H_

#include "absl/status/statusor.h"
#include "codec/byte_reader.h"
#include "crdt/doc.h"

namespace ypp::transport {

// DataLoss when `update` (V1) is malformed.
absl::StatusOr<bool> ContainsUpdate(const Doc& doc, codec::Bytes update);

}  // namespace ypp::transport

#endif  // YPP_TRANSPORT_UPDATE_CONTAINMENT_H_
