// Kind "lib0": tables of values and their encodings.
#include <array>
#include <cmath>

#include "codec/any.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/column_reader.h"
#include "codec/column_writer.h"
#include "tests/eval/bytes_text.h"
#include "tests/eval/kinds.h"
#include "tests/eval/tagged_json.h"

namespace ypp::eval {

namespace {

Json Throws(const std::string& why) { return Any::Object{{"throws", Json(why)}}; }

const double& AsNumber(const Any& value) {
  if (const double* number = value.if_number()) return *number;
  throw CaseError("not a number");
}

// One way to write and read single values.
struct Scalar {
  const char* name;
  void (*write)(codec::ByteWriter&, const Any&);
  Any (*read)(codec::ByteReader&);
};

Any ReadVarInt(codec::ByteReader& in) {
  const codec::ByteReader::SignedVarint integer = in.ReadVarInt();
  if (integer.negative && integer.value == 0) return Any(-0.0);
  return Any(integer.value);
}

const std::array<Scalar, 6> kScalars = {{
    {"varUint", [](codec::ByteWriter& out, const Any& v) { out.WriteVarUint(AsUint(v)); },
     [](codec::ByteReader& in) { return Any(in.ReadVarUint()); }},
    {"varInt",
     [](codec::ByteWriter& out, const Any& v) {
       const double number = AsNumber(v);
       out.WriteVarInt(static_cast<uint64_t>(std::fabs(number)), std::signbit(number));
     },
     ReadVarInt},
    {"varString", [](codec::ByteWriter& out, const Any& v) { out.WriteVarString(AsString(v)); },
     [](codec::ByteReader& in) { return Any(in.ReadVarString()); }},
    {"any", [](codec::ByteWriter& out, const Any& v) { codec::WriteAny(out, v); },
     [](codec::ByteReader& in) { return codec::ReadAny(in); }},
    {"float32",
     [](codec::ByteWriter& out, const Any& v) {
       out.WriteFloat32(static_cast<float>(AsNumber(v)));
     },
     [](codec::ByteReader& in) { return Any(static_cast<double>(in.ReadFloat32())); }},
    {"float64", [](codec::ByteWriter& out, const Any& v) { out.WriteFloat64(AsNumber(v)); },
     [](codec::ByteReader& in) { return Any(in.ReadFloat64()); }},
}};

const Scalar& FindScalar(std::string_view name) {
  for (const Scalar& scalar : kScalars) {
    if (scalar.name == name) return scalar;
  }
  throw CaseError("unknown table");
}

const Json& First(const Json& row) {
  const Any::Array& cells = AsArray(row);
  if (cells.empty()) throw CaseError("empty row");
  return cells[0];
}

Json ScalarRow(const Scalar& scalar, const Json& tagged) {
  codec::ByteWriter out;
  scalar.write(out, FromTagged(tagged));
  codec::ByteReader in(codec::AsBytes(out.bytes()));
  const Any decoded = scalar.read(in);
  return Any::Array{tagged, Json(ToHex(out.bytes())),
                    in.ok() ? ToTagged(decoded) : Throws(in.status().ToString())};
}

Json DecodeRow(const Scalar& scalar, const Json& hex) {
  const std::string bytes = FromHex(AsString(hex));
  codec::ByteReader in(codec::AsBytes(bytes));
  const Any value = scalar.read(in);
  if (!in.ok()) return Any::Array{hex, Throws(in.status().ToString())};
  return Any::Array{hex, ToTagged(value), Json(uint64_t{in.position()})};
}

template <typename Writer, typename Reader>
Json NumberColumnRow(const Json& sequence) {
  Writer writer;
  for (const Json& value : AsArray(sequence)) {
    writer.Write(static_cast<decltype(Reader().Read())>(AsUint(value)));
  }
  const std::string bytes = writer.Take();
  Reader reader(codec::AsBytes(bytes));
  Any::Array decoded;
  for (size_t i = 0; i < AsArray(sequence).size(); ++i) {
    decoded.push_back(Json(static_cast<uint64_t>(reader.Read())));
  }
  return Any::Array{sequence, Json(ToHex(bytes)),
                    reader.error() == nullptr ? Json(decoded) : Throws(reader.error())};
}

Json StringColumnRow(const Json& sequence) {
  codec::StringColumnWriter writer;
  for (const Json& text : AsArray(sequence)) writer.Write(AsString(text));
  const std::string bytes = writer.Take();
  codec::StringColumnReader reader(codec::AsBytes(bytes));
  Any::Array decoded;
  for (size_t i = 0; i < AsArray(sequence).size(); ++i) decoded.push_back(Json(reader.Read().text));
  return Any::Array{sequence, Json(ToHex(bytes)),
                    reader.error() == nullptr ? Json(decoded) : Throws(reader.error())};
}

Json EvaluateRow(std::string_view table, const Json& row) {
  using namespace codec;
  if (table == "anyDecodeOnly") return DecodeRow(FindScalar("any"), First(row));
  if (table == "varUintDecodeOnly") return DecodeRow(FindScalar("varUint"), First(row));
  if (table == "varIntDecodeOnly") return DecodeRow(FindScalar("varInt"), First(row));
  if (table == "uintOptRle") return NumberColumnRow<UintOptRleWriter, UintOptRleReader>(First(row));
  if (table == "intDiffOptRle") {
    return NumberColumnRow<IntDiffOptRleWriter, IntDiffOptRleReader>(First(row));
  }
  if (table == "rleUint8") return NumberColumnRow<RleWriter, RleReader>(First(row));
  if (table == "stringColumn") return StringColumnRow(First(row));
  return ScalarRow(FindScalar(table), First(row));
}

}  // namespace

Any::Object EvaluateLib0(const Json& case_json) {
  Any::Object result;
  for (const auto& [name, value] : AsObject(case_json)) {
    const bool is_table =
        value.if_array() != nullptr && name != "tags" && name != "varStringLoneSurrogate";
    if (!is_table) {
      result.emplace_back(name, value);
      continue;
    }
    Any::Array rows;
    for (const Json& row : *value.if_array()) rows.push_back(EvaluateRow(name, row));
    result.emplace_back(name, std::move(rows));
  }
  return result;
}

}  // namespace ypp::eval
