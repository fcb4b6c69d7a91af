#include "codec/weak_link.h"

#include <cstdint>

namespace ypp::codec {
namespace {

enum Flag : uint8_t {
  kQuotesRange = 1,     // else a single element: its end is its start, and not written
  kStartUnbounded = 8,  // from the beginning of a type, which is named instead of an element
  kEndUnbounded = 16,
  kOfRoot = 32,   // that type is a root
  kAllFlags = 63  // with the two that say to which side the ends stick
};

}  // namespace

// weakLink := flags, end, [end]     end := ID of an element | ID of a type | root name
void CopyWeakLink(ByteReader& in, absl::FunctionRef<std::string_view()> read_name, ByteWriter& out,
                  absl::FunctionRef<void(std::string_view)> write_name) {
  const uint8_t flags = in.ReadUint8();
  if (flags > kAllFlags) in.Fail("unknown flags of a weak link");
  out.WriteUint8(flags);
  const auto copy_end = [&](bool unbounded) {
    if (unbounded && (flags & kOfRoot) != 0) return write_name(read_name());
    out.WriteVarUint(in.ReadVarUint());  // client
    out.WriteVarUint(in.ReadVarUint());  // clock
  };
  const bool end_unbounded = (flags & kEndUnbounded) != 0;
  copy_end((flags & kStartUnbounded) != 0);
  if (end_unbounded || (flags & kQuotesRange) != 0) copy_end(end_unbounded);
}

}  // namespace ypp::codec
