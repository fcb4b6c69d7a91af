#include "codec/column_writer.h"

#include "codec/utf.h"

namespace ypp::codec {

void UintOptRleWriter::EndRun() {
  if (count_ == 0) return;
  out_.WriteVarInt(value_, count_ > 1);
  if (count_ > 1) out_.WriteVarUint(count_ - 2);
  count_ = 0;
}

void IntDiffOptRleWriter::EndRun() {
  if (count_ == 0) return;
  out_.WriteVarInt(difference_ * 2 + (count_ > 1 ? 1 : 0));
  if (count_ > 1) out_.WriteVarUint(count_ - 2);
  count_ = 0;
}

void StringColumnWriter::Write(std::string_view utf8) {
  WriteText(utf8);
  WriteLength(Utf16Length(utf8));
}

std::string StringColumnWriter::Take() {
  const std::string lengths = lengths_.Take();
  ByteWriter out;
  out.Reserve(kMaxVarUintBytes + text_.size() + lengths.size());
  out.WriteVarString(text_);
  out.WriteBytes(lengths);
  return out.Take();
}

}  // namespace ypp::codec
