#include "crdt/c_api.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "codec/check.h"
#include "codec/json.h"
#include "codec/utf.h"
#include "crdt/doc.h"
#include "crdt/doc_state.h"

using ypp::Any;
using ypp::Array;
using ypp::Map;
using ypp::SharedType;
using ypp::Text;
using ypp::TypeKind;

struct ypp_doc {
  ypp::Doc doc;
};

struct ypp_subscription {
  ypp::Subscription subscription;
};

namespace {

ypp_bytes Copy(std::string_view bytes) {
  char* data = static_cast<char*>(std::malloc(bytes.size() + 1));
  YPP_CHECK(data != nullptr);
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  data[bytes.size()] = '\0';
  return {data, bytes.size()};
}

constexpr ypp_bytes kNothing = {nullptr, 0};

ypp_code CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return YPP_OK;
    case absl::StatusCode::kInvalidArgument:
      return YPP_INVALID_ARGUMENT;
    case absl::StatusCode::kOutOfRange:
      return YPP_OUT_OF_RANGE;
    case absl::StatusCode::kFailedPrecondition:
      return YPP_FAILED_PRECONDITION;
    case absl::StatusCode::kDataLoss:
      return YPP_DATA_LOSS;
    case absl::StatusCode::kResourceExhausted:
      return YPP_RESOURCE_EXHAUSTED;
    default:
      return YPP_OTHER;
  }
}

ypp_code Report(const absl::Status& status, ypp_error* error) {
  const ypp_code code = CodeOf(status);
  if (code != YPP_OK && error != nullptr) {
    error->code = code;
    const size_t size = std::min(status.message().size(), sizeof(error->message) - 1);
    std::memcpy(error->message, status.message().data(), size);
    error->message[size] = '\0';
  }
  return code;
}

ypp_type Wrap(const SharedType& type) { return {type.state(), type.index(), type.generation()}; }

SharedType Unwrap(ypp_type type) {
  return SharedType(static_cast<ypp::internal::DocState*>(type.state), type.index, type.generation);
}

ypp::UpdateFormat FormatOf(ypp_format format) {
  return format == YPP_V2 ? ypp::UpdateFormat::kV2 : ypp::UpdateFormat::kV1;
}

ypp::Origin OriginOf(const char* origin) {
  return origin == nullptr ? ypp::Origin() : ypp::Origin(origin);
}

ypp::codec::Bytes Span(const void* bytes, size_t size) {
  return {static_cast<const uint8_t*>(bytes), size};
}

ypp_type Root(ypp_doc* doc, const char* name, TypeKind kind) {
  return Wrap(ypp::codec::IsValidUtf8(name) ? doc->doc.GetRoot(name, kind) : SharedType());
}

absl::StatusOr<TypeKind> KindOf(ypp_kind kind) {
  switch (kind) {
    case YPP_ARRAY:
      return TypeKind::kArray;
    case YPP_MAP:
      return TypeKind::kMap;
    case YPP_TEXT:
      return TypeKind::kText;
    default:
      return absl::InvalidArgumentError("no kind that can be made");
  }
}

// The handle under a kind that it may not have is not valid, so every edit and look through it is
// refused.
template <typename Handle>
Handle As(ypp_type type, TypeKind kind) {
  const SharedType shared = Unwrap(type);
  return shared.valid() && shared.kind() == kind ? Handle(shared) : Handle();
}
Array AsArray(ypp_type type) { return As<Array>(type, TypeKind::kArray); }
Map AsMap(ypp_type type) { return As<Map>(type, TypeKind::kMap); }
Text AsText(ypp_type type) { return As<Text>(type, TypeKind::kText); }

absl::StatusOr<Any> Parse(const char* json) {
  if (json == nullptr) return absl::InvalidArgumentError("no JSON given");
  return ypp::codec::ParseJson(json);
}

absl::StatusOr<ypp::Attributes> ParseAttributes(const char* json) {
  absl::StatusOr<Any> value = Parse(json);
  if (!value.ok()) return value.status();
  const Any::Object* object = value->if_object();
  if (object == nullptr) return absl::InvalidArgumentError("attributes are no JSON object");
  return *object;
}

ypp_code SetHandle(const absl::StatusOr<SharedType>& type, ypp_type* handle, ypp_error* error) {
  if (!type.ok()) return Report(type.status(), error);
  if (handle != nullptr) *handle = Wrap(*type);
  return YPP_OK;
}

ypp_type TypeOf(const ypp::Value& value) {
  const SharedType* type = value.if_type();
  return Wrap(type == nullptr ? SharedType() : *type);
}

}  // namespace

void ypp_bytes_free(ypp_bytes bytes) { std::free(bytes.data); }

ypp_kind ypp_type_kind(ypp_type type) {
  const SharedType shared = Unwrap(type);
  if (!shared.valid()) return YPP_NO_TYPE;
  switch (shared.kind()) {
    case TypeKind::kArray:
      return YPP_ARRAY;
    case TypeKind::kMap:
      return YPP_MAP;
    case TypeKind::kText:
      return YPP_TEXT;
    default:
      return YPP_OTHER_TYPE;
  }
}

ypp_doc* ypp_doc_new(uint64_t client_id, bool collect_garbage) {
  ypp::DocOptions options;
  // Readers take 53 bits.
  options.client_id = client_id & ypp::kMaxClientId;
  options.gc = collect_garbage;
  return new ypp_doc{ypp::Doc(std::move(options))};
}

void ypp_doc_free(ypp_doc* doc) { delete doc; }
uint64_t ypp_doc_client_id(const ypp_doc* doc) { return doc->doc.client_id(); }

ypp_type ypp_doc_text(ypp_doc* doc, const char* name) { return Root(doc, name, TypeKind::kText); }
ypp_type ypp_doc_array(ypp_doc* doc, const char* name) { return Root(doc, name, TypeKind::kArray); }
ypp_type ypp_doc_map(ypp_doc* doc, const char* name) { return Root(doc, name, TypeKind::kMap); }

void ypp_doc_begin(ypp_doc* doc, const char* origin) {
  const ypp::Origin label = OriginOf(origin);
  doc->doc.state()->Begin(&label, /*local=*/true);
}
void ypp_doc_commit(ypp_doc* doc) {
  if (doc->doc.state()->in_transaction()) doc->doc.state()->End();
}

ypp_code ypp_doc_apply_update(ypp_doc* doc, const void* update, size_t size, ypp_format format,
                              const char* origin, ypp_error* error) {
  return Report(doc->doc.ApplyUpdate(Span(update, size), OriginOf(origin), FormatOf(format)),
                error);
}

ypp_bytes ypp_doc_encode_update(const ypp_doc* doc, const void* state_vector, size_t size,
                                ypp_format format, ypp_error* error) {
  ypp::StateVector known;
  if (size > 0) {
    absl::StatusOr<ypp::StateVector> decoded = ypp::StateVector::Decode(Span(state_vector, size));
    if (!decoded.ok()) {
      Report(decoded.status(), error);
      return kNothing;
    }
    known = *std::move(decoded);
  }
  return Copy(doc->doc.EncodeUpdate(known, FormatOf(format)));
}

ypp_bytes ypp_doc_state_vector(const ypp_doc* doc) {
  return Copy(doc->doc.GetStateVector().Encode());
}

ypp_subscription* ypp_doc_on_update(ypp_doc* doc, ypp_format format, ypp_update_callback callback,
                                    void* context) {
  auto call = [callback, context](const ypp::UpdateEvent& event) {
    callback(event.update.data(), event.update.size(), event.origin.label.c_str(), event.local,
             context);
  };
  return new ypp_subscription{doc->doc.OnUpdate(std::move(call), FormatOf(format))};
}

void ypp_subscription_free(ypp_subscription* subscription) { delete subscription; }

uint32_t ypp_text_length(ypp_type text) { return AsText(text).length(); }

ypp_code ypp_text_insert(ypp_type text, uint32_t index, const char* utf8, size_t size,
                         const char* attributes, ypp_error* error) {
  const std::string_view characters(utf8, size);
  if (attributes == nullptr) return Report(AsText(text).Insert(index, characters), error);
  const absl::StatusOr<ypp::Attributes> formats = ParseAttributes(attributes);
  if (!formats.ok()) return Report(formats.status(), error);
  return Report(AsText(text).Insert(index, characters, *formats), error);
}

ypp_code ypp_text_delete(ypp_type text, uint32_t index, uint32_t length, ypp_error* error) {
  return Report(AsText(text).Delete(index, length), error);
}

ypp_code ypp_text_format(ypp_type text, uint32_t index, uint32_t length, const char* attributes,
                         ypp_error* error) {
  const absl::StatusOr<ypp::Attributes> formats = ParseAttributes(attributes);
  if (!formats.ok()) return Report(formats.status(), error);
  return Report(AsText(text).Format(index, length, *formats), error);
}

ypp_bytes ypp_text_string(ypp_type text) { return Copy(AsText(text).ToString()); }

ypp_bytes ypp_text_delta(ypp_type text) {
  Any::Array steps;
  for (const ypp::TextStep& step : AsText(text).ToDelta()) {
    Any::Object object = {{"insert", step.insert.ToAny()}};
    if (!step.attributes.empty()) object.emplace_back("attributes", step.attributes);
    steps.emplace_back(std::move(object));
  }
  return Copy(ypp::codec::ToJson(steps));
}

uint32_t ypp_array_length(ypp_type array) { return AsArray(array).length(); }

ypp_code ypp_array_insert(ypp_type array, uint32_t index, const char* values, ypp_error* error) {
  const absl::StatusOr<Any> parsed = Parse(values);
  if (!parsed.ok()) return Report(parsed.status(), error);
  const Any::Array* elements = parsed->if_array();
  if (elements == nullptr) {
    return Report(absl::InvalidArgumentError("values are no JSON array"), error);
  }
  const std::vector<ypp::Value> list(elements->begin(), elements->end());
  return Report(AsArray(array).Insert(index, list), error);
}

ypp_code ypp_array_insert_type(ypp_type array, uint32_t index, ypp_kind kind, ypp_type* inserted,
                               ypp_error* error) {
  const absl::StatusOr<TypeKind> made = KindOf(kind);
  if (!made.ok()) return Report(made.status(), error);
  return SetHandle(AsArray(array).InsertType(index, *made), inserted, error);
}

ypp_code ypp_array_delete(ypp_type array, uint32_t index, uint32_t length, ypp_error* error) {
  return Report(AsArray(array).Delete(index, length), error);
}

ypp_bytes ypp_array_get(ypp_type array, uint32_t index) {
  const Array handle = AsArray(array);
  return index < handle.length() ? Copy(ypp::codec::ToJson(handle.Get(index).ToAny())) : kNothing;
}

ypp_type ypp_array_get_type(ypp_type array, uint32_t index) {
  return TypeOf(AsArray(array).Get(index));
}

uint32_t ypp_map_size(ypp_type map) { return AsMap(map).size(); }

ypp_code ypp_map_set(ypp_type map, const char* key, const char* value, ypp_error* error) {
  const absl::StatusOr<Any> parsed = Parse(value);
  if (!parsed.ok()) return Report(parsed.status(), error);
  return Report(AsMap(map).Set(key, *parsed), error);
}

ypp_code ypp_map_set_type(ypp_type map, const char* key, ypp_kind kind, ypp_type* set,
                          ypp_error* error) {
  const absl::StatusOr<TypeKind> made = KindOf(kind);
  if (!made.ok()) return Report(made.status(), error);
  return SetHandle(AsMap(map).SetType(key, *made), set, error);
}

ypp_code ypp_map_delete(ypp_type map, const char* key, ypp_error* error) {
  return Report(AsMap(map).Delete(key), error);
}

ypp_bytes ypp_map_get(ypp_type map, const char* key) {
  const Map handle = AsMap(map);
  return handle.Has(key) ? Copy(ypp::codec::ToJson(handle.Get(key).ToAny())) : kNothing;
}

ypp_type ypp_map_get_type(ypp_type map, const char* key) { return TypeOf(AsMap(map).Get(key)); }

ypp_bytes ypp_type_json(ypp_type type) {
  const SharedType shared = Unwrap(type);
  return shared.valid() ? Copy(ypp::codec::ToJson(ypp::Value(shared).ToAny())) : kNothing;
}
