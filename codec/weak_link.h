// Weak links: a type that quotes an element or a range of another one. Only yrs makes them; Yjs 13
// and 14 refuse an update that holds one. Here they are carried along: read, kept with the
// document, merged and written again as they came, in V1 and V2, but never followed. FORMAT.md,
// "Weak link".
#ifndef YPP_CODEC_WEAK_LINK_H_
#define YPP_CODEC_WEAK_LINK_H_

#include <string_view>

#include "absl/functional/function_ref.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"

namespace ypp::codec {

// Copies the source of a weak link from `in` to `out`. The names of roots come from `read_name` and
// go to `write_name`, since V2 has a column for them. Fails the reader on bad bytes.
void CopyWeakLink(ByteReader& in, absl::FunctionRef<std::string_view()> read_name, ByteWriter& out,
                  absl::FunctionRef<void(std::string_view)> write_name);

}  // namespace ypp::codec

#endif  // YPP_CODEC_WEAK_LINK_H_
