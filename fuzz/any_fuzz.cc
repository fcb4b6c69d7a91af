// Any bytes as one lib0 value: passing over it, copying it and building it agree, and what was
// built is written in the one canonical form.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "codec/any.h"
#include "codec/any_writer.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/check.h"
#include "codec/json.h"

using ypp::Any;
using ypp::codec::ByteReader;
using ypp::codec::ByteWriter;

namespace {

// The bits of a NaN are kept where bytes are copied, and are the usual ones where a value is
// written.
bool HasNan(const Any& value) {
  if (const double* const number = value.if_number()) return std::isnan(*number);
  if (const Any::Array* const array = value.if_array())
    return std::any_of(array->begin(), array->end(), HasNan);
  const Any::Object* const object = value.if_object();
  return object != nullptr && std::any_of(object->begin(), object->end(),
                                          [](const auto& member) { return HasNan(member.second); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const ypp::codec::Bytes bytes(data, size);
  ByteReader in(bytes);
  const Any value = ypp::codec::ReadAny(in);

  ByteReader passed(bytes);
  bool canonical = true;
  ypp::codec::SkipAny(passed, &canonical);
  YPP_CHECK(passed.ok() == in.ok());
  YPP_CHECK(passed.position() == in.position());
  if (!in.ok()) return 0;

  ByteReader from(bytes);
  ByteWriter copied;
  ypp::codec::CopyCanonical(from, copied);
  YPP_CHECK(from.ok());
  YPP_CHECK(!canonical || copied.bytes() == ypp::codec::AsText(bytes).substr(0, in.position()));

  ByteWriter out;
  ypp::codec::WriteAny(out, value);
  const std::string written(out.bytes());
  YPP_CHECK(HasNan(value) || copied.bytes() == written);

  ByteReader back(ypp::codec::AsBytes(written));
  const Any again = ypp::codec::ReadAny(back);
  YPP_CHECK(back.ok() && back.empty());
  ByteWriter rewritten;
  ypp::codec::WriteAny(rewritten, again);
  YPP_CHECK(rewritten.bytes() == written);
  YPP_CHECK(ypp::codec::ToJson(again) == ypp::codec::ToJson(value));
  return 0;
}
