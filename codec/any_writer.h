// Writes one value piece by piece in canonical form (any.h), without the value ever being there as
// a whole: what a large value takes is its bytes, and a little for each member of an object that is
// open.
#ifndef YPP_CODEC_ANY_WRITER_H_
#define YPP_CODEC_ANY_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"

namespace ypp::codec {

class AnyWriter {
 public:
  explicit AnyWriter(ByteWriter& out) : out_(out) {}

  // Something that is no array and no object.
  void Scalar(const Any& value) { WriteAny(out_, value); }
  // A value that is canonical already.
  void Encoded(std::string_view value) { out_.WriteBytes(value); }
  // So many elements follow.
  void BeginArray(uint64_t count);
  // So many members follow, each a Key and a value, in any order and with keys that may come again.
  void BeginObject(uint64_t count);
  void Key(std::string_view key);
  enum class Proto : uint8_t { kKeep, kDrop };
  // Puts the members in property order. `proto` says what becomes of the key `__proto__`.
  void EndObject(Proto proto);

 private:
  struct OpenObject {
    size_t begin = 0;         // of the object, in out_
    size_t first_member = 0;  // in members_
  };

  std::string_view KeyAt(size_t member) const;

  ByteWriter& out_;
  std::vector<OpenObject> objects_;
  std::vector<uint32_t> members_;  // where each one begins, from the begin of its object
};

// Copies one value in canonical form. REQUIRES: SkipAny accepts it.
void CopyCanonical(ByteReader& in, ByteWriter& out);

// The encoded member of an encoded object, a view into it; empty when there is none. REQUIRES:
// `any` is one canonical value.
std::string_view EncodedMember(std::string_view any, std::string_view name);

// JSON text as an encoded value, as ParseJson and WriteAny make it. False when it is not JSON.
bool JsonToAny(std::string_view text, ByteWriter& out);
// And back, as ToJson makes it. REQUIRES: `any` is one canonical value.
std::string AnyToJson(std::string_view any);

}  // namespace ypp::codec

#endif  // YPP_CODEC_ANY_WRITER_H_
