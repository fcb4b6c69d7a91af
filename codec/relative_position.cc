#include "codec/relative_position.h"

#include "codec/byte_writer.h"

namespace ypp {
namespace {

// How a position says where it is.
constexpr uint64_t kByItem = 0;
constexpr uint64_t kByRootName = 1;
constexpr uint64_t kByType = 2;

Id ReadId(codec::ByteReader& in) {
  Id id;
  id.client = in.ReadVarUint();
  id.clock = in.ReadClock();
  return id;
}

void WriteId(codec::ByteWriter& out, Id id) {
  out.WriteVarUint(id.client);
  out.WriteVarUint(id.clock);
}

}  // namespace

// position := ( 0 ID | 1 varString | 2 ID ) [varInt assoc]
absl::StatusOr<std::string> EncodeRelativePosition(const RelativePosition& position) {
  codec::ByteWriter out;
  if (position.item) {
    out.WriteVarUint(kByItem);
    WriteId(out, *position.item);
  } else if (position.root_name) {
    out.WriteVarUint(kByRootName);
    out.WriteVarString(*position.root_name);
  } else if (position.type) {
    out.WriteVarUint(kByType);
    WriteId(out, *position.type);
  } else {
    return absl::InvalidArgumentError("a position without item, root name and type");
  }
  out.WriteVarInt(position.assoc);
  return out.Take();
}

absl::StatusOr<RelativePosition> DecodeRelativePosition(codec::Bytes bytes) {
  codec::ByteReader in(bytes);
  RelativePosition position;
  switch (in.ReadVarUint()) {
    case kByItem:
      position.item = ReadId(in);
      break;
    case kByRootName:
      position.root_name = std::string(in.ReadVarString());
      break;
    case kByType:
      position.type = ReadId(in);
      break;
    default:
      break;  // names nothing
  }
  if (!in.empty()) position.assoc = in.ReadVarInt().value;
  if (!in.ok()) return in.status();
  return position;
}

}  // namespace ypp
