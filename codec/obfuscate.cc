#include "codec/obfuscate.h"

#include <cstdint>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "codec/any.h"
#include "codec/update_algebra.h"

namespace ypp {
namespace {

using codec::StructKind;
using codec::StructView;

std::string Encoded(const Any& value) {
  codec::ByteWriter out;
  codec::WriteAny(out, value);
  return out.Take();
}

// createObfuscator, yjs src/utils/updates.js. Items are numbered; GCs and holes are not.
class Obfuscator {
 public:
  explicit Obfuscator(const ObfuscateOptions& options) : options_(options) {}

  void Change(StructView* view) {
    if (view->kind == StructKind::kGc || view->kind == StructKind::kSkip) return;
    number_ = std::to_string(count_);
    ChangeContent(view);
    if (!view->parent_sub.empty())
      view->parent_sub = Replaced(map_keys_, view->parent_sub, number_);
    ++count_;
  }

 private:
  // Each name and what it becomes everywhere.
  using Names = absl::flat_hash_map<std::string, std::string>;

  static std::string_view Replaced(Names& names, std::string_view name, std::string substitute) {
    return names.try_emplace(std::string(name), std::move(substitute)).first->second;
  }

  void ChangeContent(StructView* view) {
    switch (view->kind) {
      case StructKind::kString:
        content_.assign(view->length, static_cast<char>('0' + count_ % 10));
        view->starts_inside_pair = false;
        break;
      case StructKind::kAny:
        content_ = Repeated(Encoded(Any(count_)), view->length);
        break;
      case StructKind::kJson: {
        codec::ByteWriter text;
        text.WriteVarString(number_);
        content_ = Repeated(text.bytes(), view->length);
        break;
      }
      case StructKind::kBinary:
        content_.assign(1, static_cast<char>(count_));  // of a larger number its lowest byte
        break;
      case StructKind::kEmbed:
        content_ = Encoded(Any::Object());
        view->value_is_json = false;
        break;
      case StructKind::kFormat:
        return ChangeFormat(view);
      case StructKind::kDoc:
        if (!options_.subdocs) return;
        content_ = Encoded(Any::Object());
        view->name = number_;
        break;
      case StructKind::kType:
        return ChangeName(view);
      default:
        return;  // nothing in it
    }
    view->content = content_;
    view->canonical = true;
  }

  void ChangeName(StructView* view) {
    if (!options_.yxml) return;
    if (view->type_ref == codec::TypeRef::kXmlElement) {
      view->name = Replaced(node_names_, view->name, "node-" + number_);
    } else if (view->type_ref == codec::TypeRef::kXmlHook) {
      view->name = Replaced(node_names_, view->name, "hook-" + number_);
    }
  }

  // The end of a format stays one. Equal values stay equal; objects are never equal to others.
  void ChangeFormat(StructView* view) {
    if (!options_.formatting) return;
    view->name = Replaced(format_keys_, view->name, number_);
    const std::string value = codec::CanonicalContent(*view);
    codec::ByteReader in(codec::AsBytes(value));
    const Any decoded = codec::ReadAny(in);
    const std::string substitute = Encoded(Any::Object{{"i", count_}});
    if (decoded.is_null()) {
      content_ = value;
    } else if (decoded.if_object() || decoded.if_array() || decoded.if_bytes()) {
      content_ = substitute;
    } else {
      const bool is_zero = decoded.if_number() != nullptr && *decoded.if_number() == 0;  // or -0
      content_ = Replaced(format_values_, is_zero ? Encoded(Any(0)) : value, substitute);
    }
    view->content = content_;
    view->value_is_json = false;
    view->canonical = true;
  }

  static std::string Repeated(std::string_view what, Clock times) {
    std::string all;
    all.reserve(what.size() * times);
    for (Clock i = 0; i < times; ++i) all.append(what);
    return all;
  }

  const ObfuscateOptions options_;
  uint64_t count_ = 0;
  Names map_keys_;
  Names node_names_;
  Names format_keys_;
  Names format_values_;
  // What the views of the current struct see.
  std::string number_;
  std::string content_;
};

}  // namespace

absl::StatusOr<std::string> ObfuscateUpdate(codec::Bytes update, UpdateFormat format,
                                            const ObfuscateOptions& options,
                                            const DecodeLimits& limits) {
  const codec::Dialect dialect = codec::DialectOf(format);
  Obfuscator obfuscator(options);
  return codec::ConvertUpdate(update, dialect, dialect, limits,
                              [&](StructView* view) { obfuscator.Change(view); });
}

}  // namespace ypp
