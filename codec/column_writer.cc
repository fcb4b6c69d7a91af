#include "codec/column_writer.h"

#include "codec/utf.h"

namespace ypp::codec {

void StringColumnWriter::Write(std::string_view utf8) {
  WriteText(utf8);
  WriteLength(Utf16Length(utf8));
}

std::string StringColumnWriter::Take() {
  const std::string lengths = lengths_.Take();
  ByteWriter out;
  out.Reserve(kMaxVarUintBytes + text_.size() + lengths.size());
  out.WriteVarString(text_.bytes());
  out.WriteBytes(lengths);
  return out.Take();
}

}  // namespace ypp::codec
