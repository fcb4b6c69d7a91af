#include "codec/column_reader.h"

#include <algorithm>
#include <limits>

#include "codec/utf.h"

namespace ypp::codec {
namespace {

constexpr char kColumnEnds[] = "column ends early";
constexpr size_t kPairBytes = 4;
// Longer than any update can be read.
constexpr uint64_t kForEver = std::numeric_limits<uint64_t>::max();

}  // namespace

void UintOptRleReader::ReadRun() {
  if (in_.empty()) in_.Fail(kColumnEnds);
  const ByteReader::SignedVarint run = in_.ReadVarInt(kMaxClock);
  value_ = static_cast<uint64_t>(run.negative ? -run.value : run.value);
  left_ = run.negative ? in_.ReadVarUint() + 2 : 1;
  if (!in_.ok()) {
    value_ = 0;
    left_ = kForEver;
  }
}

void IntDiffOptRleReader::ReadRun() {
  if (in_.empty()) in_.Fail(kColumnEnds);
  const ByteReader::SignedVarint run = in_.ReadVarInt(2 * kMaxClock + 1);  // with the flag
  const bool more = (run.value & 1) != 0;
  difference_ = (run.value - (more ? 1 : 0)) / 2;  // exact, hence also right for negative ones
  left_ = more ? in_.ReadVarUint() + 2 : 1;
  if (!in_.ok()) LeaveRange();
}

void IntDiffOptRleReader::LeaveRange() {
  in_.Fail("number out of range in a column");
  value_ = 0;
  difference_ = 0;
  left_ = kForEver;
}

void RleReader::ReadRun() {
  if (in_.empty()) in_.Fail(kColumnEnds);
  value_ = in_.ReadUint8();
  left_ = in_.empty() ? kForEver : in_.ReadVarUint() + 1;
  if (!in_.ok()) {
    value_ = 0;
    left_ = kForEver;
  }
}

StringColumnReader::StringColumnReader(Bytes column) {
  ByteReader in(column);
  uint32_t length_utf16;
  text_ = in.ReadVarString(&length_utf16);
  units_left_ = length_utf16;
  error_ = in.error();
  lengths_ = UintOptRleReader(in.ReadBytes(in.remaining()));
}

StringColumnReader::Piece StringColumnReader::Read() {
  Piece piece;
  if (is_ascii()) {
    piece.text = ReadAscii();
    piece.length_utf16 = static_cast<uint32_t>(piece.text.size());
    return piece;
  }
  const uint64_t units = std::min(lengths_.Read(), units_left_);
  units_left_ -= units;
  piece.length_utf16 = static_cast<uint32_t>(units);
  Cut(piece.length_utf16, &piece);
  return piece;
}

void StringColumnReader::Cut(uint32_t units, Piece* piece) {
  if (units == 0) return;
  if (inside_pair_) {
    piece->starts_inside_pair = true;
    inside_pair_ = false;
    text_.remove_prefix(kPairBytes);
    --units;
  }
  const Utf16Cut cut = CutAtUtf16(text_, units);
  piece->text = text_.substr(0, cut.size_bytes);
  piece->ends_inside_pair = cut.splits_pair;
  inside_pair_ = cut.splits_pair;
  text_.remove_prefix(cut.size_bytes);
}

}  // namespace ypp::codec
