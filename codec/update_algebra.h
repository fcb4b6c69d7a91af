// What can be done with updates without a document: merge, diff, ask for their state vector,
// convert between V1 and V2.
//
// All functions refuse bad input with DataLoss and the byte offset. Results are the bytes Yjs 13.6
// gives for the same input. `limits` bound what V2 may claim (decode_limits.h).
#ifndef YPP_CODEC_UPDATE_ALGEBRA_H_
#define YPP_CODEC_UPDATE_ALGEBRA_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "codec/byte_reader.h"
#include "codec/decode_limits.h"
#include "codec/state_vector.h"
#include "codec/update_reader.h"

namespace ypp {

// One update that stands for all. A single input comes back byte for byte; none gives the empty
// update. Holes become Skips. n log n in the number of structs, by a heap over the readers.
absl::StatusOr<std::string> MergeUpdates(absl::Span<const codec::Bytes> updates,
                                         UpdateFormat format, const DecodeLimits& limits = {});

// What `update` holds beyond `known`. The delete set is copied whole.
absl::StatusOr<std::string> DiffUpdate(codec::Bytes update, const StateVector& known,
                                       UpdateFormat format, const DecodeLimits& limits = {});

// Only clients that the update holds from clock 0 on, up to their first hole, in the order of the
// update.
absl::StatusOr<StateVector> StateVectorFromUpdate(codec::Bytes update, UpdateFormat format,
                                                  const DecodeLimits& limits = {});

// First and end clock of each client's section, Skips counted.
struct UpdateMeta {
  std::vector<std::pair<ClientId, Clock>> from;
  std::vector<std::pair<ClientId, Clock>> to;
};
absl::StatusOr<UpdateMeta> ParseUpdateMeta(codec::Bytes update, UpdateFormat format,
                                           const DecodeLimits& limits = {});

// Re-encodes struct by struct. The same format twice normalizes.
absl::StatusOr<std::string> ConvertUpdate(codec::Bytes update, UpdateFormat from, UpdateFormat to,
                                          const DecodeLimits& limits = {});

namespace codec {
// The same over dialects, for the document's own pending data.
absl::StatusOr<std::string> MergeUpdates(absl::Span<const Bytes> updates, Dialect dialect,
                                         const DecodeLimits& limits = {});
absl::StatusOr<std::string> DiffUpdate(Bytes update, const StateVector& known, Dialect dialect,
                                       const DecodeLimits& limits = {});
absl::StatusOr<std::string> ConvertUpdate(Bytes update, Dialect from, Dialect to,
                                          const DecodeLimits& limits = {});
// And with every struct handed to `change` before it is written. What its views see must live until
// the next call.
absl::StatusOr<std::string> ConvertUpdate(Bytes update, Dialect from, Dialect to,
                                          const DecodeLimits& limits,
                                          absl::FunctionRef<void(StructView*)> change);
}  // namespace codec

}  // namespace ypp

#endif  // YPP_CODEC_UPDATE_ALGEBRA_H_
